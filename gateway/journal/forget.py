"""Take events out of the log, and out of what points to them. The caller's transaction; a few blocks at a time."""

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, select, update

from gateway.journal import marks
from gateway.journal.gather import HOUR
from gateway.journal.tables import (
    ADDRESS_BLOCK,
    BLOCK,
    DEVICE_BLOCK,
    EVENT,
    NAME_BLOCK,
    OUTCOME_BLOCK,
    SPAN,
    TYPE_BLOCK,
    VERDICT,
    VERDICT_BLOCK,
)

STEP = 4 * BLOCK  # ids a transaction looks at: 10 to 20 ms of the writer's lock

_TABLES = (NAME_BLOCK, DEVICE_BLOCK, OUTCOME_BLOCK, VERDICT_BLOCK, TYPE_BLOCK, ADDRESS_BLOCK)

Pairs = tuple[set[tuple[Any, int]], ...]  # (number, block) for each of the tables


def forget_events(connection: Connection, first: int, last: int, *conditions: ColumnElement[bool]) -> int:
    """Delete the events with ids from `first` to `last` for which `conditions` hold. How many that were."""
    place = EVENT.c.id.between(first, last)
    gone, times = _pairs(connection, place, *conditions)
    if not times:
        return 0
    connection.execute(delete(EVENT).where(place, *conditions))
    low, high = first // BLOCK * BLOCK, last // BLOCK * BLOCK + BLOCK - 1
    left, _ = _pairs(connection, EVENT.c.id.between(low, high))
    for table, before, after in zip(_TABLES, gone, left, strict=True):
        _delete_pairs(connection, table, before - after)
    connection.execute(
        update(SPAN).where(SPAN.c.hour == bindparam("of_hour")).values(rows=SPAN.c.rows - bindparam("fewer")),
        [{"of_hour": hour, "fewer": rows} for hour, rows in times.items()],
    )
    if high >= marks.read(connection)[marks.EVENT]:
        # The writer remembers what the newest block holds, and must look again.
        marks.add(connection, marks.PURGE, 1)
    return sum(times.values())


def _pairs(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Pairs, Counter[int]]:
    pairs: Pairs = tuple(set() for _ in _TABLES)
    hours: Counter[int] = Counter()
    words = (
        EVENT.c.name_id,
        EVENT.c.device_id,
        VERDICT.c.outcome_id,
        VERDICT.c.id,
        EVENT.c.type,
        EVENT.c.address,
    )
    query = select(EVENT.c.id, EVENT.c.time, *words)
    query = query.select_from(EVENT.join(VERDICT, VERDICT.c.id == EVENT.c.verdict_id)).where(*conditions)
    for number, time, *values in connection.execute(query):
        block = number // BLOCK
        hours[time // HOUR] += 1
        for found, value in zip(pairs, values, strict=True):
            if value is not None:
                found.add((value, block))
    return pairs, hours


def _delete_pairs(connection: Connection, table: Table, pairs: set[tuple[int, int]]) -> None:
    if not pairs:
        return
    what, block = table.primary_key.columns
    connection.execute(
        delete(table).where(what == bindparam("which"), block == bindparam("place")),
        [{"which": which, "place": place} for which, place in sorted(pairs)],
    )
