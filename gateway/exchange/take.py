"""Puts what was read into the store, inside of somebody's change: one transaction, one generation.

What is there already stays as it is: groups, equal rules, subscribed lists, and devices that somebody has named or
moved. Lists are subscribed to, but not fetched: a list that was never fetched has no say, so this changes rules
only, in milliseconds. The caller fetches them afterwards (`subscriptions.refresh`), or the keeper does within
fifteen minutes.
"""

from collections.abc import Iterable

import msgspec

from gateway.errors import Missing
from gateway.exchange.values import DeviceIn, GroupIn, Imported, ListIn
from gateway.policy.state import EVERYONE
from gateway.store import devices, groups, lists, own_rules
from gateway.store.engine import Session


class Taken(msgspec.Struct, frozen=True):
    """What an import came to."""

    rules: int  # added
    rules_kept: int  # were there already
    groups: tuple[str, ...]  # made
    lists: tuple[int, ...]  # subscribed to just now, not fetched yet
    devices: int  # named or moved


def take(session: Session, imported: Imported, *, now: int) -> Taken:
    """Store it all. Raises UsageError for a group that is neither there nor brought, or for an unusable text."""
    made = tuple(_groups(session, imported.groups))
    subscribed = tuple(_lists(session, imported.lists))
    moved = sum(_device(session, one, now) for one in imported.devices)
    added = own_rules.add_own_rules(session, imported.rules, now=now)
    return Taken(added.added, added.kept, made, subscribed, moved)


def _groups(session: Session, wanted: Iterable[GroupIn]) -> Iterable[str]:
    there = {group.name for group in groups.list_groups(session)}
    for one in wanted:
        if one.name not in there:
            yield groups.add_group(session, **msgspec.structs.asdict(one)).name


def _lists(session: Session, wanted: Iterable[ListIn]) -> Iterable[int]:
    known = lists.list_lists(session)
    there = {one.source for one in known if not one.origin}
    names = {one.name for one in known}
    for one in wanted:
        if one.source in there:
            continue
        name = "" if one.name in names else one.name
        made = lists.add_list(session, one.source, name=name, syntax=one.syntax, for_groups=one.groups)
        names.add(made.name)
        if not one.enabled:
            lists.update_list(session, made.id, enabled=False)
        yield made.id


def _device(session: Session, one: DeviceIn, now: int) -> bool:
    try:
        there = devices.get_device(session, one.address)
    except Missing:
        there = None
    if there is not None and (there.name or there.group != EVERYONE):
        return False
    devices.put_device(
        session,
        one.address,
        now=now,
        name=one.name,
        kind=one.kind or None,
        group=one.group,
        tags=one.tags or None,
    )
    return True
