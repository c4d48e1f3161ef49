"""Take events out of the log, and out of what points to them. The caller's transaction; a few blocks at a time."""

from collections import Counter

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, select, update

from gateway.journal import marks
from gateway.journal.tables import (
    BLOCK,
    DEVICE_BLOCK,
    EVENT,
    NAME_BLOCK,
    OUTCOME_BLOCK,
    SPAN,
    VERDICT,
)
from gateway.journal.write import HOUR

STEP = 4 * BLOCK  # ids a transaction looks at: 10 to 20 ms of the writer's lock

Pairs = tuple[set[tuple[int, int]], set[tuple[int, int]], set[tuple[int, int]]]


def forget_events(connection: Connection, first: int, last: int, *conditions: ColumnElement[bool]) -> int:
    """Delete the events with ids from `first` to `last` for which `conditions` hold. How many that were."""
    place = EVENT.c.id.between(first, last)
    gone, times = _pairs(connection, place, *conditions)
    if not times:
        return 0
    connection.execute(delete(EVENT).where(place, *conditions))
    low, high = first // BLOCK * BLOCK, last // BLOCK * BLOCK + BLOCK - 1
    left, _ = _pairs(connection, EVENT.c.id.between(low, high))
    for table, before, after in zip((NAME_BLOCK, DEVICE_BLOCK, OUTCOME_BLOCK), gone, left, strict=True):
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
    pairs: Pairs = (set(), set(), set())
    hours: Counter[int] = Counter()
    query = select(EVENT.c.id, EVENT.c.time, EVENT.c.name_id, EVENT.c.device_id, VERDICT.c.outcome_id)
    query = query.select_from(EVENT.join(VERDICT, VERDICT.c.id == EVENT.c.verdict_id)).where(*conditions)
    for number, time, name, device, outcome in connection.execute(query):
        block = number // BLOCK
        hours[time // HOUR] += 1
        if name is not None:
            pairs[0].add((name, block))
        pairs[1].add((device, block))
        pairs[2].add((outcome, block))
    return pairs, hours


def _delete_pairs(connection: Connection, table: Table, pairs: set[tuple[int, int]]) -> None:
    if not pairs:
        return
    what, block = table.primary_key.columns
    connection.execute(
        delete(table).where(what == bindparam("which"), block == bindparam("place")),
        [{"which": which, "place": place} for which, place in sorted(pairs)],
    )
