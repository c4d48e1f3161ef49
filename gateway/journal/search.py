"""Search the log: newest first, or onwards from an id. Every value a person gives is a bound parameter."""

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, select

from gateway import iana
from gateway.journal import addresses, marks
from gateway.journal import filters as filtering
from gateway.journal.filters import Filters as Filters  # for those who search
from gateway.journal.narrow import Range, ids_between, ranges
from gateway.journal.tables import DEVICE, EVENT, NAME, OUTCOME, VERDICT
from gateway.store.engine import Database

MAX_LIMIT = 10_000
STEP = 1 << 14  # ids read by one statement: some 10 ms


class LogRule(msgspec.Struct, frozen=True):
    """Who decided."""

    layer: str
    list: str
    line: int
    text: str


class LogRow(msgspec.Struct, frozen=True):
    """One row as people and programs see it."""

    time: str  # ISO 8601, UTC
    device: str
    channel: str
    name: str  # "" where there is none
    type: str
    address: str
    port: int
    action: str
    rule: LogRule | None
    company: str
    purpose: str
    country: str
    count: int
    bytes: int
    generation: int
    id: int  # to go on from


class Page(msgspec.Struct, frozen=True):
    """Rows and where to go on: `before` of the next `newest`, or `after` of the next `onwards`."""

    rows: tuple[LogRow, ...]
    cursor: int  # of `newest`: 0 when there is no more


def newest(
    database: Database, filters: Filters, *, limit: int = 100, before: int = 0, patience: float | None = None
) -> Page:
    """The last rows, newest first; with `before`, those of smaller ids.

    After `patience` seconds it answers with what it has found, which may be nothing, and where to go on: rows that
    agree in several things which are frequent, each by itself, can be far between.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    until = math.inf if patience is None else time.monotonic() + patience
    with database.read() as connection:
        within = ids_between(connection, filters.since, filters.until)
        if within is not None and before:
            within = (within[0], min(within[1], before - 1))
        rows, seen = _collect(connection, filters, within, limit, until, newest_first=True)
    return Page(tuple(rows), rows[-1].id if len(rows) == limit else seen)


def onwards(database: Database, filters: Filters, after: int, *, limit: int = 1000) -> Page:
    """Rows with ids above `after`, oldest first; the cursor is what to ask with next time, also if there are none."""
    limit = max(1, min(limit, MAX_LIMIT))
    with database.read() as connection:
        last = marks.read(connection)[marks.EVENT]
        within: Range | None = (after + 1, last)
        if filters.since is not None or filters.until is not None:
            within = _common((after + 1, last), ids_between(connection, filters.since, filters.until))
        rows, _ = _collect(connection, filters, within, limit, math.inf, newest_first=False)
    return Page(tuple(rows), rows[-1].id if len(rows) == limit else max(last, after))


def rows(database: Database, filters: Filters, *, after: int = 0) -> Iterator[LogRow]:
    """All rows for `filters` that there are when this begins, oldest first; a page of them in memory at a time."""
    last = last_id(database)
    while after < last:
        page = onwards(database, filters, after)
        for row in page.rows:
            if row.id > last:
                return
            yield row
        after = page.cursor


def last_id(database: Database) -> int:
    """The id of the newest row: to follow from now on."""
    with database.read() as connection:
        return marks.read(connection)[marks.EVENT]


def one(database: Database, number: int) -> LogRow | None:
    """The row of this id; None if there is none."""
    if not 0 < number < 1 << 63:
        return None
    with database.read() as connection:
        row = connection.execute(_select().where(EVENT.c.id == number)).first()
    return None if row is None else _row(row)


def _collect(
    connection: Connection,
    filters: Filters,
    within: Range | None,
    limit: int,
    until: float,
    *,
    newest_first: bool,
) -> tuple[list[LogRow], int]:
    """Rows, and the id down to which was searched if it had to end before the end, else 0."""
    rows: list[LogRow] = []
    if within is None or within[0] > within[1]:
        return rows, 0
    wanted = filtering.wanted(connection, filters)
    if wanted.nothing:
        return rows, 0
    conditions = filtering.conditions(filters, wanted)
    if connection.dialect.name == "postgresql":
        _walk_in_order(connection)
    # A statement for each range: given several at once, SQLite would rather read the whole log in order.
    place = EVENT.c.id.between(bindparam("first"), bindparam("last"))
    order = EVENT.c.id.desc() if newest_first else EVENT.c.id
    statement = _select().where(place, *conditions).order_by(order).limit(bindparam("most"))
    for found in ranges(connection, within, wanted, newest_first=newest_first):
        for first, last in _in_steps(found, newest_first=newest_first):
            values = {"first": first, "last": last, "most": limit - len(rows)}
            rows.extend(_row(row) for row in connection.execute(statement, values))
            if len(rows) >= limit:
                return rows, 0
            if time.monotonic() > until and first > within[0]:
                return rows, first
    return rows, 0


def _in_steps(ranges: list[Range], *, newest_first: bool) -> Iterator[Range]:
    """The ranges in pieces, so that one can stop in between."""
    for first, last in ranges:
        begins = range(first, last + 1, STEP)
        for begin in reversed(begins) if newest_first else begins:
            yield begin, min(begin + STEP - 1, last)


def _common(one: Range, other: Range | None) -> Range | None:
    return None if other is None else (max(one[0], other[0]), min(one[1], other[1]))


def _walk_in_order(connection: Connection) -> None:
    """Have PostgreSQL read a range of events by its key and look the words up, until there are enough.

    Left to itself it may begin with the names or sort all events: half a minute in a log that has just been filled
    and of which it has no statistics yet.
    """
    for setting in ("hashjoin", "mergejoin", "seqscan", "bitmapscan"):
        connection.exec_driver_sql(f"SET LOCAL enable_{setting} = off")
    connection.exec_driver_sql("SET LOCAL join_collapse_limit = 1")  # joined as written, events first


def _select() -> Select[tuple[object, ...]]:
    joined = (
        EVENT.join(DEVICE, DEVICE.c.id == EVENT.c.device_id)
        .join(VERDICT, VERDICT.c.id == EVENT.c.verdict_id)
        .join(OUTCOME, OUTCOME.c.id == VERDICT.c.outcome_id)
        .outerjoin(NAME, NAME.c.id == EVENT.c.name_id)
    )
    return select(
        EVENT.c.id,
        EVENT.c.time,
        EVENT.c.type,
        EVENT.c.address.label("peer"),
        EVENT.c.port,
        EVENT.c.count.label("number"),
        EVENT.c.size,
        EVENT.c.generation,
        DEVICE.c.address.label("device"),
        NAME.c.text.label("name"),
        VERDICT.c.line,
        VERDICT.c.text.label("rule"),
        *(column for column in OUTCOME.columns if column.name != "id"),
    ).select_from(joined)


def _row(row: Row[tuple[object, ...]]) -> LogRow:
    rule = LogRule(row.layer, row.list, row.line, row.rule) if row.layer else None
    return LogRow(
        time=datetime.fromtimestamp(row.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        device=row.device,
        channel=row.channel,
        name=row.name or "",
        type=iana.name_of(row.type) if row.type else "",
        address=addresses.unpack(row.peer),
        port=row.port,
        action=row.action,
        rule=rule,
        company=row.company,
        purpose=row.purpose,
        country=row.country,
        count=row.number,
        bytes=row.size,
        generation=row.generation,
        id=row.id,
    )
