"""Go back to what a snapshot holds. Rules and lists keep their numbers, which never come to mean others.

What a snapshot does not hold stays: names and addresses of devices, subscriptions of bundles, pauses of groups that
stay. A device that was forgotten since stays forgotten.
"""

from collections.abc import Callable, Iterable

import msgspec
from sqlalchemy import insert, update
from sqlmodel import Session, col, delete, select

from gateway.policy.state import EVERYONE
from gateway.store import addresses, bundles, groups, rules
from gateway.store.snapshots import KeptDevice, KeptGroup, KeptList, Snapshot
from gateway.store.tables import DeviceTable, GroupTable, ListGroupTable, ListTable, RuleTable

AT_ONCE = 500  # values in one statement


def restore(
    session: Session, snapshot: Snapshot, *, now: int, has_copy: Callable[[str], bool]
) -> tuple[str, ...]:
    """Make the snapshot the state; what could not be as it was is returned as sentences. The caller commits.

    `has_copy`: is the copy of a list with this SHA-256 still there?
    """
    told: list[str] = []
    _groups(session, snapshot.groups)
    bundles.restore(session, snapshot.bundles)
    told += _lists(session, snapshot.lists, has_copy)
    told += _rules(session, snapshot, now)
    _devices(session, snapshot.devices)
    there = {group.name for group in snapshot.groups} | {EVERYONE}
    for group in groups.list_groups(session):  # last: nothing belongs to them any more
        if group.name not in there:
            groups.remove_group(session, group.name)
    session.expire_all()
    return tuple(told)


def _groups(session: Session, kept: Iterable[KeptGroup]) -> None:
    for one in kept:
        row = session.get(GroupTable, one.name) or GroupTable(
            name=one.name, profile="", mode="", answer="", inherit=True, catalogue=True, comment=""
        )
        for name, value in msgspec.structs.asdict(one).items():
            setattr(row, name, value)
        session.add(row)
    session.flush()


def _rules(session: Session, snapshot: Snapshot, now: int) -> list[str]:
    """Rules that are to change are taken away first: two may have exchanged their texts."""
    expired = [rule for rule in snapshot.rules if 0 < rule.expires <= now]
    wanted = {rule.id: rule for rule in snapshot.rules if not 0 < rule.expires <= now}
    there = {rule.id: rule for rule in rules.list_rules(session)}
    gone = [number for number, rule in there.items() if wanted.get(number) != rule]
    for at in range(0, len(gone), AT_ONCE):
        session.exec(delete(RuleTable).where(col(RuleTable.id).in_(gone[at : at + AT_ONCE])))
    rows = [
        {**msgspec.structs.asdict(rule), "tags": ",".join(rule.tags)}
        for number, rule in wanted.items()
        if there.get(number) != rule
    ]
    if rows:
        session.connection().execute(insert(RuleTable.metadata.tables["rule"]), rows)
    if not expired:
        return []
    if len(expired) == 1:
        return [f"rule {expired[0].id} is not back: its time has passed"]
    return [f"{len(expired)} rules are not back: their time has passed"]


def _lists(session: Session, kept: Iterable[KeptList], has_copy: Callable[[str], bool]) -> list[str]:
    told: list[str] = []
    wanted = {one.id: one for one in kept}
    rows = {row.id: row for row in session.exec(select(ListTable))}
    gone = [number for number in rows if number not in wanted]
    session.exec(delete(ListGroupTable))
    if gone:
        session.exec(delete(ListTable).where(col(ListTable.id).in_(gone)))
    # Names are unique, and two lists may have exchanged theirs.
    renamed = [row for row in rows.values() if row.id in wanted and wanted[row.id].name != row.name]
    for row in renamed:
        session.connection().execute(
            update(ListTable.metadata.tables["list"])
            .where(col(ListTable.id) == row.id)
            .values(name=f"\x01{row.id}")
        )
    for one in wanted.values():
        told += _list(session, one, rows.get(one.id), has_copy)
    session.flush()
    for one in wanted.values():
        for group, position in one.groups:
            session.add(ListGroupTable(list_id=one.id, group=group, position=position))
    session.flush()
    return told


def _list(
    session: Session, one: KeptList, there: ListTable | None, has_copy: Callable[[str], bool]
) -> list[str]:
    row = there or ListTable(
        id=one.id,
        name=one.name,
        source=one.source,
        syntax=one.syntax,
        enabled=one.enabled,
        version="",
        etag="",
        last_modified="",
        fetched=0,
        rules=0,
        refused=0,
        error="",
        origin=one.origin,
    )
    row.name, row.source, row.syntax = one.name, one.source, one.syntax
    row.enabled, row.origin = one.enabled, one.origin
    told: list[str] = []
    if one.version and one.version != row.version:
        if has_copy(one.version):
            row.version, row.rules, row.refused = one.version, one.rules, one.refused
            row.etag = row.last_modified = ""  # those of the copy it had: the next fetch brings the newest
        elif row.version:
            told.append(f"list {one.name}: its copy of that time is gone, the present one stays in force")
        else:
            told.append(f"list {one.name}: its copy is gone; hushgate lists refresh brings a new one")
    session.add(row)
    return told


def _devices(session: Session, kept: Iterable[KeptDevice]) -> None:
    """Each back in its group; one that nobody knew at that time was treated as `everyone`."""
    was: dict[str, KeptDevice] = {}
    for one in kept:  # known by its address then, by its MAC now
        was.setdefault(addresses.key_of(session, one.address), one)
        was[one.address] = one
    for row in session.exec(select(DeviceTable)):
        found = was.get(row.address)
        row.group, row.tags = (found.group, found.tags) if found else (EVERYONE, "")
        session.add(row)
    session.flush()
