"""What flows where: company, purpose, name, country and what became of it, from the roll-ups."""

from typing import Any

import msgspec
from sqlalchemy import Connection, FromClause, func, select

from gateway.journal.rollups import WHOLE, Part, Reading
from gateway.journal.statistics import MAX_LIMIT
from gateway.journal.tables import NAME, OUTCOME
from gateway.store.engine import Database


class Flow(msgspec.Struct, frozen=True):
    """Attempts at one name that ended alike."""

    company: str  # "" where the catalogue does not know the name
    purpose: str
    name: str
    country: str
    action: str
    count: int
    bytes: int


def flows(
    database: Database, since: int, until: int | None = None, *, part: Part = WHOLE, limit: int = 100
) -> tuple[Flow, ...]:
    """The most frequent first."""
    with database.read() as connection:
        reading = Reading(connection, since, until, part)
        rows = reading.flows()
        alike = _alike()
        count = func.sum(rows.c.count)
        ranked = select(rows.c.name_id, alike.c.first, count, func.sum(rows.c.size))
        ranked = ranked.join_from(rows, alike, alike.c.id == rows.c.outcome_id)
        ranked = ranked.group_by(rows.c.name_id, alike.c.first)
        ranked = ranked.order_by(count.desc(), rows.c.name_id, alike.c.first)
        found = connection.execute(ranked.limit(max(1, min(limit, MAX_LIMIT)))).all()
        words = _outcomes(connection, {row[1] for row in found})
        wanted = select(NAME.c.id, NAME.c.text).where(NAME.c.id.in_({row[0] for row in found}))
        texts = {row.id: row.text for row in connection.execute(wanted)}
    return tuple(
        Flow(
            company=words[outcome].company,
            purpose=words[outcome].purpose,
            name=texts.get(name, ""),
            country=words[outcome].country,
            action=words[outcome].action,
            count=int(number),
            bytes=int(size),
        )
        for name, outcome, number, size in found
    )


def _alike() -> FromClause:
    """Each outcome and the first of those that differ from it only in who decided and over which channel."""
    words = (OUTCOME.c.company, OUTCOME.c.purpose, OUTCOME.c.country, OUTCOME.c.action)
    first = func.min(OUTCOME.c.id).over(partition_by=words)
    return select(OUTCOME.c.id, first.label("first")).subquery()


def _outcomes(connection: Connection, numbers: set[int]) -> dict[int, Any]:
    return {row.id: row for row in connection.execute(select(OUTCOME).where(OUTCOME.c.id.in_(numbers)))}
