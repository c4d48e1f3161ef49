"""What the user had set at a generation: kept beside it, to compare with and to go back to.

Rules, groups, lists, bundles, and which group each device is in. Not kept: pauses, which are over by then; names and
addresses of devices, which are no policy; what was said when a list was fetched.

A generation with the same state as the one before (a pause, a device's new address) only names that one, so that
such do not push the others out.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Table, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from gateway.store import bundles, rules
from gateway.store.bundles import KeptBundle
from gateway.store.rules import StoredRule
from gateway.store.tables import GenerationTable, ListGroupTable, PolicyTable

KEPT = 50  # different states
MAX_BYTES = 16 << 20  # of all states together, packed: what is older goes sooner
_SAME = b"="  # before the number of the generation that has the same state
_PACKED = b"z1"
_TABLES = PolicyTable.metadata.tables
_GROUP, _LIST, _DEVICE, _GENERATION = (_TABLES[name] for name in ("group", "list", "device", "generation"))


class KeptGroup(msgspec.Struct, frozen=True):
    """As in the store, by columns."""

    name: str
    profile: str
    mode: str
    answer: str
    inherit: bool
    catalogue: bool
    comment: str
    schedule: str


class KeptList(msgspec.Struct, frozen=True):
    """A subscription and the copy that was in force."""

    id: int
    name: str
    source: str
    syntax: str
    enabled: bool
    version: str  # SHA-256 of the copy, in hex; "" before there was one
    rules: int
    refused: int
    origin: str
    groups: tuple[tuple[str, int], ...]  # each with the list's place in the group's order


class KeptDevice(msgspec.Struct, frozen=True):
    """What of a device is policy."""

    address: str  # its key
    group: str
    tags: str  # joined by commas


class Snapshot(msgspec.Struct, frozen=True):
    """The state of one generation."""

    rules: tuple[StoredRule, ...] = ()
    groups: tuple[KeptGroup, ...] = ()
    lists: tuple[KeptList, ...] = ()
    devices: tuple[KeptDevice, ...] = ()
    bundles: tuple[KeptBundle, ...] = ()


def take(session: Session) -> Snapshot:
    """What this session sees."""
    connection = session.connection()
    return Snapshot(
        rules.list_rules(session),
        tuple(KeptGroup(*row) for row in connection.execute(_columns(_GROUP, _fields(KeptGroup), "name"))),
        _lists(session),
        tuple(
            KeptDevice(*row) for row in connection.execute(_columns(_DEVICE, _fields(KeptDevice), "address"))
        ),
        bundles.kept(session),
    )


def keep(session: Session, number: int) -> None:
    """Keep what this session sees as the state of generation `number`, which is noted already. Flushed only."""
    row = session.get_one(GenerationTable, number)
    if row.state is not None:  # the number was used before: what named its state then has none any more
        same = _GENERATION.c.state == _SAME + str(number).encode()
        session.connection().execute(update(_GENERATION).where(same).values(state=None))
    packed = _PACKED + zlib.compress(msgspec.json.encode(take(session)), 1)
    last = session.exec(
        select(GenerationTable.number, GenerationTable.state)
        .where(_is_state(), GenerationTable.number != number)
        .order_by(col(GenerationTable.number).desc())
        .limit(1)
    ).first()
    row.state = _SAME + str(last[0]).encode() if last and last[1] == packed else packed
    session.add(row)
    session.flush()
    if row.state is packed:
        _forget_old(session)


def find(session: Session, number: int) -> Snapshot | None:
    """The state of this generation; None where it is not kept."""
    state = _state(session, number)
    if state is not None and state.startswith(_SAME):
        state = _state(session, int(state.removeprefix(_SAME)))
    if state is None or not state.startswith(_PACKED):
        return None
    return msgspec.json.decode(zlib.decompress(state.removeprefix(_PACKED)), type=Snapshot)


def kept_numbers(session: Session) -> frozenset[int]:
    """Generations whose state is kept."""
    whole = frozenset(session.exec(select(GenerationTable.number).where(_is_state())))
    same = session.exec(
        select(GenerationTable.number, GenerationTable.state).where(
            col(GenerationTable.state).is_not(None), col(GenerationTable.number).not_in(whole)
        )
    )
    return whole | {number for number, state in same if int((state or b"=0").removeprefix(_SAME)) in whole}


def versions(session: Session) -> tuple[str, ...]:
    """The copies of lists that kept generations name, those of the newest generation first."""
    found: dict[str, None] = {}
    for number in sorted(kept_numbers(session), reverse=True):
        snapshot = find(session, number)
        found.update((one.version, None) for one in (snapshot.lists if snapshot else ()) if one.version)
    return tuple(found)


def _lists(session: Session) -> tuple[KeptList, ...]:
    links: dict[int, list[tuple[str, int]]] = {}
    for list_id, group, position in session.exec(
        select(ListGroupTable.list_id, ListGroupTable.group, ListGroupTable.position).order_by(
            col(ListGroupTable.group)
        )
    ):
        links.setdefault(list_id, []).append((group, position))
    names = [name for name in _fields(KeptList) if name != "groups"]
    rows = session.connection().execute(_columns(_LIST, names, "id"))
    return tuple(KeptList(*(*row, tuple(links.get(row[0], ())))) for row in rows)


def _fields(kept: type[msgspec.Struct]) -> tuple[str, ...]:
    return kept.__struct_fields__


def _columns(table: Table, names: Sequence[str], order: str) -> Select[Any]:
    return sa_select(*(table.columns[name] for name in names)).order_by(table.columns[order])


def _is_state() -> ColumnElement[bool]:
    """Rows with a state of their own: those that name another's are a few bytes long."""
    return func.length(col(GenerationTable.state)) > len(_SAME) + 19


def _state(session: Session, number: int) -> bytes | None:
    return session.exec(select(GenerationTable.state).where(GenerationTable.number == number)).first()


def _forget_old(session: Session) -> None:
    sizes = session.exec(
        select(GenerationTable.number, func.length(GenerationTable.state))
        .where(_is_state())
        .order_by(col(GenerationTable.number).desc())
    ).all()
    total = 0
    for place, (number, size) in enumerate(sizes):
        total += size
        if place >= KEPT or (place and total > MAX_BYTES):
            row = session.get_one(GenerationTable, number)
            row.state = None
            session.add(row)
    session.flush()
