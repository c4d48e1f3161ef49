"""All that the compiler needs, in one consistent read."""

from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session, col, select

from gateway.policy.state import DeviceState, GroupState, ListState, PolicyState, UserRule
from gateway.store import devices, groups, lists, pauses, rules
from gateway.store.tables import ListGroupTable


def load_state(session: Session, copy_of: Callable[[str], Path]) -> PolicyState:
    """What the user has set. `copy_of` tells where the copy of a list with this SHA-256 lies.

    Lists that have never been fetched are left out: there is nothing of them to compile.
    """
    have = [found for found in lists.list_lists(session) if found.version]
    ids = {found.id for found in have}
    linked: dict[str, list[int]] = {}
    for link in session.exec(select(ListGroupTable).order_by(col(ListGroupTable.position))):
        if link.list_id in ids:
            linked.setdefault(link.group, []).append(link.list_id)
    return PolicyState(
        rules=tuple(
            UserRule(rule.id, rule.text, rule.group, rule.enabled, rule.expires)
            for rule in rules.list_rules(session)
        ),
        groups=tuple(
            GroupState(
                name=group.name,
                profile=group.profile,
                mode=group.mode,
                answer=group.answer,
                lists=tuple(linked.get(group.name, ())),
                inherit=group.inherit,
                catalogue=group.catalogue,
            )
            for group in groups.list_groups(session)
        ),
        devices=tuple(
            DeviceState(device.address, device.name, device.group, device.tags)
            for device in devices.list_devices(session)
        ),
        pauses=pauses.list_pauses(session),
        lists=tuple(
            ListState(
                found.id, found.name, str(copy_of(found.version)), found.version, found.syntax, found.enabled
            )
            for found in have
        ),
    )
