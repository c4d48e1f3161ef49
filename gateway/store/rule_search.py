"""Search the rules: filters, orders, and going on where a page ended. Every value given is a bound parameter."""

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from gateway.errors import UsageError
from gateway.store import rules
from gateway.store.rules import StoredRule
from gateway.store.tables import RuleTable

SORTS = ("id", "text", "created", "changed", "expires")
_ESCAPE = "!"

Place = tuple[int | str, int]  # the value that is sorted by, and the rule's number


class RuleFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Which rules. What is None or empty does not matter; letters count alike in either case."""

    group: str = ""
    enabled: bool | None = None
    tag: str = ""
    origin: str | None = None  # "" for the user's own, "bundle:NAME"
    words: str = ""  # somewhere in text or comment
    expires_before: int | None = None  # Unix seconds; of rules that expire at all


def search_rules(
    session: Session,
    filters: RuleFilters,
    *,
    sort: str = "id",
    descending: bool = False,
    after: Place | None = None,
    limit: int = 100,
) -> tuple[StoredRule, ...]:
    """The next rules in this order; `after`: those behind this place. Raises UsageError for another order."""
    if sort not in SORTS:
        raise UsageError(f"rules are not sorted by {sort!r:.40}", hint=f"by one of {', '.join(SORTS)}")
    column = rules.COLUMNS[StoredRule.__struct_fields__.index(sort)]
    number = col(RuleTable.id)
    query = select(*rules.COLUMNS).where(*_conditions(filters))
    if after is not None:
        if isinstance(after[0], str) != (sort == "text"):
            raise UsageError("the cursor belongs to another order", hint="begin again without it")
        value = _storable(after[0]) if isinstance(after[0], str) else after[0]
        if descending:
            query = query.where(or_(column < value, and_(column == value, number < after[1])))
        else:
            query = query.where(or_(column > value, and_(column == value, number > after[1])))
    order = (column.desc(), number.desc()) if descending else (column.asc(), number.asc())
    return rules.from_columns(session.exec(query.order_by(*order).limit(limit)))


def place_of(rule: StoredRule, sort: str) -> Place:
    """Where a page that ends with this rule is to be gone on from."""
    value: int | str = getattr(rule, sort)
    return value, rule.id


def _conditions(filters: RuleFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.group:
        found.append(col(RuleTable.group) == _storable(filters.group))
    if filters.enabled is not None:
        found.append(col(RuleTable.enabled).is_(filters.enabled))
    if filters.tag:
        found.append(_holds("," + func.lower(col(RuleTable.tags)) + ",", f",{filters.tag},"))
    if filters.origin is not None:
        found.append(col(RuleTable.origin) == _storable(filters.origin))
    if filters.words:
        both = (func.lower(col(column)) for column in (RuleTable.text, RuleTable.comment))
        found.append(or_(*(_holds(column, filters.words) for column in both)))
    if filters.expires_before is not None:
        found += [col(RuleTable.expires) > 0, col(RuleTable.expires) < filters.expires_before]
    return found


def _holds(column: ColumnElement[str], words: str) -> ColumnElement[bool]:
    words = _storable(words)
    for char in (_ESCAPE, "%", "_"):
        words = words.replace(char, _ESCAPE + char)
    return column.like(func.lower(f"%{words}%"), escape=_ESCAPE)


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd")  # PostgreSQL knows none
