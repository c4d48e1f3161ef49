"""All that the compiler needs, in one consistent read."""

import re
from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session, col, select

from gateway import schedule
from gateway.policy.matching.asker import key_of
from gateway.policy.state import DeviceState, GroupState, ListState, PolicyState, UserRule
from gateway.store import addresses, bundles, devices, groups, lists, pauses, rules
from gateway.store.tables import ListGroupTable

# Addresses and MACs in a rule's $client; whatever else is found there is none.
_CLIENTS = re.compile(r"(?<=client=)[^,]+")


def load_state(session: Session, copy_of: Callable[[str], Path], now: float) -> PolicyState:
    """What the user has set, as the groups' schedules have it at Unix time `now`.

    `copy_of` tells where the copy of a list with this SHA-256 lies. Lists that have never been fetched are left out:
    there is nothing of them to compile.
    """
    have = [found for found in lists.list_lists(session) if found.version]
    ids = {found.id for found in have}
    linked: dict[str, list[int]] = {}
    for link in session.exec(select(ListGroupTable).order_by(col(ListGroupTable.position))):
        if link.list_id in ids:
            linked.setdefault(link.group, []).append(link.list_id)
    written = rules.list_rules(session)
    return PolicyState(
        rules=tuple(UserRule(rule.id, rule.text, rule.group, rule.enabled, rule.expires) for rule in written),
        groups=tuple(
            schedule.resolved(
                GroupState(
                    name=group.name,
                    profile=group.profile,
                    mode=group.mode,
                    answer=group.answer,
                    lists=tuple(linked.get(group.name, ())),
                    inherit=group.inherit,
                    catalogue=group.catalogue,
                ),
                group.schedule,
                now,
            )
            for group in groups.list_groups(session)
        ),
        devices=_devices(session, [rule.text for rule in written]),
        pauses=pauses.list_pauses(session),
        lists=tuple(
            ListState(
                found.id, found.name, str(copy_of(found.version)), found.version, found.syntax, found.enabled
            )
            for found in have
        ),
        bundles=bundles.states(session),
    )


def _devices(session: Session, texts: list[str]) -> tuple[DeviceState, ...]:
    """Those that somebody has set, then those that one of these rules names in $client.

    The latter may be nobody's device yet, but the rule is to count for all of its addresses.
    """
    found = {
        one.address: DeviceState(
            one.address,
            one.name,
            one.group,
            one.tags,
            tuple(address for address in one.addresses if address != one.address),
        )
        for one in devices.list_devices(session)
    }
    known = addresses.addresses_of(session)
    conditional = (text for text in texts if "client=" in text)
    clients = (
        client for text in conditional for value in _CLIENTS.findall(text) for client in value.split("|")
    )
    for client in clients:
        named = key_of(client.strip("~'\" "))
        key = addresses.key_of(session, named) if named else ""
        if key and key not in found and named not in found:
            found[key] = DeviceState(key, addresses=known.get(key, ()))
    return tuple(found.values())
