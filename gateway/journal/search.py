"""Search the log: newest first, or onwards from an id. Every value a person gives is a bound parameter."""

import re
from datetime import UTC, datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, select

from gateway import iana, names
from gateway.journal import addresses, marks
from gateway.journal.narrow import Range, Wanted, ids_between, ranges
from gateway.journal.tables import DEVICE, EVENT, NAME, OUTCOME, VERDICT
from gateway.journal.words import clean
from gateway.names import NameFault
from gateway.store.engine import Database

MAX_LIMIT = 10_000
_ESCAPE = "!"
_FINAL_DOT = re.compile(r"(?<!\\)((?:\\\\)*)\.$")  # the root's, not one that is escaped


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows. Empty means any; words are compared without regard to case."""

    since: int | None = None  # Unix seconds, included
    until: int | None = None  # Unix seconds, included
    devices: tuple[str, ...] = ()  # addresses
    name: str = ""  # `*` for any characters, `?` for one; without them the name itself
    channel: str = ""
    action: str = ""
    company: str = ""
    purpose: str = ""
    country: str = ""
    list: str = ""


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


def newest(database: Database, filters: Filters, *, limit: int = 100, before: int = 0) -> Page:
    """The last rows, newest first; with `before`, those of smaller ids."""
    limit = max(1, min(limit, MAX_LIMIT))
    with database.read() as connection:
        within = ids_between(connection, filters.since, filters.until)
        if within is not None and before:
            within = (within[0], min(within[1], before - 1))
        rows = _collect(connection, filters, within, limit, newest_first=True)
    return Page(tuple(rows), rows[-1].id if len(rows) == limit else 0)


def onwards(database: Database, filters: Filters, after: int, *, limit: int = 1000) -> Page:
    """Rows with ids above `after`, oldest first; the cursor is what to ask with next time, also if there are none."""
    limit = max(1, min(limit, MAX_LIMIT))
    with database.read() as connection:
        last = marks.read(connection)[marks.EVENT]
        rows = _collect(connection, filters, (after + 1, last), limit, newest_first=False)
    return Page(tuple(rows), rows[-1].id if len(rows) == limit else max(last, after))


def last_id(database: Database) -> int:
    """The id of the newest row: to follow from now on."""
    with database.read() as connection:
        return marks.read(connection)[marks.EVENT]


def like(pattern: str) -> str:
    """`pattern` with `*` and `?` as LIKE with the escape `!` has it; all else is literal."""
    for char in (_ESCAPE, "%", "_"):
        pattern = pattern.replace(char, _ESCAPE + char)
    return pattern.replace("*", "%").replace("?", "_")


def _collect(
    connection: Connection, filters: Filters, within: Range | None, limit: int, *, newest_first: bool
) -> list[LogRow]:
    rows: list[LogRow] = []
    if within is None or within[0] > within[1]:
        return rows
    conditions = _times(filters)
    wanted = _wanted(connection, filters)
    if () in (wanted.names, wanted.devices, wanted.outcomes):
        return rows
    if filters.name:
        conditions.append(_name_matches(filters.name))
    if wanted.devices is not None:
        conditions.append(EVENT.c.device_id.in_(wanted.devices))
    if wanted.outcomes is not None:
        conditions.append(VERDICT.c.outcome_id.in_(wanted.outcomes))
    if connection.dialect.name == "postgresql":
        _walk_in_order(connection)
    # A statement for each range: given several at once, SQLite would rather read the whole log in order.
    place = EVENT.c.id.between(bindparam("first"), bindparam("last"))
    order = EVENT.c.id.desc() if newest_first else EVENT.c.id
    statement = _select().where(place, *conditions).order_by(order).limit(bindparam("most"))
    for found in ranges(connection, within, wanted, newest_first=newest_first):
        for first, last in found:
            values = {"first": first, "last": last, "most": limit - len(rows)}
            rows.extend(_row(row) for row in connection.execute(statement, values))
            if len(rows) >= limit:
                return rows
    return rows


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


def _times(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.since is not None:
        conditions.append(EVENT.c.time >= filters.since)
    if filters.until is not None:
        conditions.append(EVENT.c.time <= filters.until)
    return conditions


def _wanted(connection: Connection, filters: Filters) -> Wanted:
    wanted_names = wanted_devices = wanted_outcomes = None
    if filters.name:
        query = select(NAME.c.id).where(_name_matches(filters.name))
        wanted_names = tuple(connection.execute(query).scalars())
    if filters.devices:
        query = select(DEVICE.c.id).where(DEVICE.c.address.in_([clean(text) for text in filters.devices]))
        wanted_devices = tuple(connection.execute(query).scalars())
    words = {
        column: getattr(filters, column)
        for column in ("channel", "action", "company", "purpose", "country", "list")
        if getattr(filters, column)
    }
    if words:
        same = and_(
            *(func.lower(OUTCOME.c[column]) == func.lower(clean(word)) for column, word in words.items())
        )
        wanted_outcomes = tuple(connection.execute(select(OUTCOME.c.id).where(same)).scalars())
    return Wanted(wanted_names, wanted_devices, wanted_outcomes)


def _name_matches(name: str) -> ColumnElement[bool]:
    if "*" in name or "?" in name:
        return NAME.c.text.like(like(clean(_FINAL_DOT.sub(r"\1", name.lower()))), escape=_ESCAPE)
    try:
        text = names.to_text(names.from_text(name))
    except NameFault:
        text = name.lower()  # no name there is: finds nothing
    return NAME.c.text == clean(text)


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
