"""Which device asked for which name, and how often: from the roll-ups, the newest first, within bounds."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, func, select

from gateway.journal import days
from gateway.journal.tables import DAY_NAME, DEVICE, HOUR_NAME, NAME
from gateway.journal.words import clean
from gateway.store.engine import Database

T = TypeVar("T")

AT_ONCE = 500  # values in one statement

_Pairs = dict[tuple[int, int], int]  # device and name → count


class Asked(msgspec.Struct, frozen=True):
    """A name that a device asked for."""

    device: str  # its key
    name: str
    count: int


class AskedNames(msgspec.Struct, frozen=True):
    """The most frequent first; not `complete` where more was asked than could be looked at."""

    rows: tuple[Asked, ...]
    complete: bool


def asked(
    database: Database,
    since: int,
    *,
    limit: int,
    devices: Collection[str] | None = None,
    in_time: Callable[[], bool] = lambda: True,
) -> AskedNames:
    """What was asked since then (Unix seconds, by the hour), by these devices (their keys) or by all.

    Ends with the day at which there are `limit` pairs, or at which it is no longer `in_time`.
    """
    with database.read() as connection:
        numbers = None if devices is None else _numbers(connection, devices)
        found: _Pairs = {}
        complete = True
        for table, first, last in _periods(connection, since):
            if len(found) >= limit or not in_time():
                complete = False
                break
            complete = _add(connection, table, first, last, numbers, found, limit) and complete
        ranked = sorted(found.items(), key=lambda pair: -pair[1])
        keys = _words(connection, DEVICE, DEVICE.c.address, {device for device, _ in found})
        names = _words(connection, NAME, NAME.c.text, {name for _, name in found})
    rows = (
        Asked(keys[device], names[name], count)
        for (device, name), count in ranked
        if device in keys and name in names  # wiped a moment ago
    )
    return AskedNames(tuple(rows), complete)


def _periods(connection: Connection, since: int) -> Iterator[tuple[Table, int, int]]:
    """Day by day, the last first; before and behind the whole days hour by hour, at most a day of them at once."""
    stretch = days.stretch(connection, since, None)
    for part in (stretch.after, stretch.days, stretch.before):
        if part is None:
            continue
        table, step = (DAY_NAME, 1) if part is stretch.days else (HOUR_NAME, days.HOURS)
        (when, *_) = table.primary_key.columns
        oldest, newest = connection.execute(select(func.min(when), func.max(when))).one()
        if newest is None:
            continue
        low, high = max(part[0], oldest), min(part[1], newest)
        for last in range(high, low - 1, -step):
            yield table, max(low, last - step + 1), last


def _add(
    connection: Connection,
    table: Table,
    first: int,
    last: int,
    devices: Collection[int] | None,
    found: _Pairs,
    limit: int,
) -> bool:
    """Count what was asked from `first` to `last`; False where there was no room for all."""
    (when, *_) = table.primary_key.columns
    query = select(table.c.device_id, table.c.name_id, func.sum(table.c.count))
    query = query.where(when.between(first, last), table.c.device_id != days.EVERYBODY)
    if devices is not None:
        query = query.where(table.c.device_id.in_(devices))
    rows = connection.execute(query.group_by(table.c.device_id, table.c.name_id).limit(limit + 1)).all()
    for device, name, count in rows:
        if (device, name) in found or len(found) < limit:
            found[device, name] = found.get((device, name), 0) + int(count)
    return len(rows) <= limit and len(found) < limit


def _numbers(connection: Connection, keys: Collection[str]) -> set[int]:
    found: set[int] = set()
    for chunk in _chunks({clean(key) for key in keys}):
        found.update(connection.execute(select(DEVICE.c.id).where(DEVICE.c.address.in_(chunk))).scalars())
    return found


def _words(
    connection: Connection, table: Table, word: ColumnElement[str], numbers: Iterable[int]
) -> dict[int, str]:
    found: dict[int, str] = {}
    for chunk in _chunks(numbers):
        query = select(table.c.id, word).where(table.c.id.in_(chunk))
        found.update((row[0], row[1]) for row in connection.execute(query))
    return found


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    listed = list(values)
    return (listed[at : at + AT_ONCE] for at in range(0, len(listed), AT_ONCE))
