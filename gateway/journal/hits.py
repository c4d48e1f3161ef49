"""How often each rule decided, and when last: from the roll-up by rule. Times are whole days (UTC)."""

import msgspec
from sqlalchemy import ColumnElement, func, select

from gateway.journal.filters import Words, same_word
from gateway.journal.gather import DAY
from gateway.journal.tables import DAY_HIT, OUTCOME, VERDICT
from gateway.store.engine import Database

MAX_LIMIT = 1000
_LAST = (1 << 31) - 1
_FEW = 500  # verdicts that are looked up one by one
_DAYS = 1000  # day by day; more are only between days of which one is a wild clock's


class Hits(msgspec.Struct, frozen=True):
    """How often, and when last."""

    count: int
    last: int  # Unix seconds


class RuleHits(msgspec.Struct, frozen=True):
    """A rule and how often it decided."""

    layer: str
    list: str  # the list, or the group of a user's rule
    line: int  # the line, or the number of a user's rule
    text: str  # as written when it decided last
    count: int
    last: int  # Unix seconds


def hits(database: Database, layer: str, list: str = "", *, since: int = 0) -> dict[int, Hits]:
    """Line → hits, of a list (or all lists of a layer: of use for "rules", whose numbers are theirs alone)."""
    conditions = [OUTCOME.c.layer == layer]
    if list:
        conditions.append(OUTCOME.c.list == list)
    found: dict[int, Hits] = {}
    for row in _read(database, since, None, conditions):
        had = found.get(row.line, Hits(0, 0))
        found[row.line] = Hits(had.count + row.count, max(had.last, row.last))
    return found


def of_lists(database: Database, *, since: int = 0) -> dict[str, Hits]:
    """Subscribed list → hits of all its lines."""
    found: dict[str, Hits] = {}
    for row in _read(database, since, None, [OUTCOME.c.layer == "lists"]):
        had = found.get(row.list, Hits(0, 0))
        found[row.list] = Hits(had.count + row.count, max(had.last, row.last))
    return found


def top(
    database: Database,
    since: int = 0,
    until: int | None = None,
    *,
    action: Words = "",
    company: Words = "",
    layer: Words = "",
    list: Words = "",
    limit: int = 10,
) -> tuple[RuleHits, ...]:
    """The rules that decided most often."""
    given = {"action": action, "company": company, "layer": layer, "list": list}
    conditions = [same_word(OUTCOME.c[column], words) for column, words in given.items() if words]
    found: dict[tuple[str, str, int], RuleHits] = {}
    for row in _read(database, since, until, conditions):
        key = (row.layer, row.list, row.line)
        had = found.get(key)
        if had is not None:
            newer = row if row.last > had.last else had
            row = msgspec.structs.replace(newer, count=had.count + row.count)
        found[key] = row
    ranked = sorted(found.values(), key=lambda row: (-row.count, row.layer, row.list, row.line))
    return tuple(ranked[: max(1, min(limit, MAX_LIMIT))])


def _read(
    database: Database, since: int, until: int | None, conditions: list[ColumnElement[bool]]
) -> list[RuleHits]:
    """One row a verdict."""
    first, last = max(0, since // DAY), _LAST if until is None else min(until // DAY, _LAST)
    verdicts = select(VERDICT.c.id).join(OUTCOME, OUTCOME.c.id == VERDICT.c.outcome_id).where(*conditions)
    with database.read() as connection:
        within: list[ColumnElement[bool]] = [DAY_HIT.c.day.between(first, last)]
        wanted = connection.execute(verdicts.limit(_FEW + 1)).scalars().all() if conditions else []
        if conditions and len(wanted) <= _FEW:
            within.append(DAY_HIT.c.verdict_id.in_(wanted))
            oldest, newest = connection.execute(
                select(func.min(DAY_HIT.c.day), func.max(DAY_HIT.c.day)).where(within[0])
            ).one()
            if oldest is not None and newest - oldest < _DAYS:  # each rule's own rows, not all of each day
                within[0] = DAY_HIT.c.day.in_(range(oldest, newest + 1))
        sums = select(
            DAY_HIT.c.verdict_id,
            func.sum(DAY_HIT.c.count).label("number"),
            func.max(DAY_HIT.c.last).label("last"),
        )
        sums = sums.where(*within).group_by(DAY_HIT.c.verdict_id)
        one = sums.subquery()
        query = (
            select(OUTCOME.c.layer, OUTCOME.c.list, VERDICT.c.line, VERDICT.c.text, one.c.number, one.c.last)
            .join_from(one, VERDICT, VERDICT.c.id == one.c.verdict_id)
            .join(OUTCOME, OUTCOME.c.id == VERDICT.c.outcome_id)
            .where(*conditions)
        )
        return [
            RuleHits(layer, list, line, text, int(number), int(last))
            for layer, list, line, text, number, last in connection.execute(query)
        ]
