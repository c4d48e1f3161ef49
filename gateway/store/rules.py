"""The user's rules. Whether a text is a rule at all is for gateway.policy.syntax to say beforehand."""

import msgspec
from sqlmodel import Session, col, select

from gateway.errors import Conflict, Missing, UsageError
from gateway.policy.state import EVERYONE
from gateway.store import groups
from gateway.store.tables import RuleTable
from gateway.store.text import MAX_COMMENT, MAX_RULE, one_line


class StoredRule(msgspec.Struct, frozen=True):
    """One rule of the user's."""

    id: int
    text: str
    group: str
    comment: str
    enabled: bool
    created: int  # Unix seconds
    expires: int  # Unix seconds; 0 for never
    origin: str = ""  # "bundle:NAME" where a bundle brought it; "" for the user's own


def add_rule(
    session: Session, text: str, *, now: int, group: str = EVERYONE, comment: str = "", expires: int = 0
) -> StoredRule:
    """Add a rule. The same text in the same group is one rule: it is switched on again, and kept.

    Raises UsageError for an unknown group or a text that is not one line.
    """
    text = one_line(text, "the rule", MAX_RULE, empty=False)
    comment = one_line(comment, "the comment", MAX_COMMENT)
    groups.get_group(session, group)
    row = session.exec(
        select(RuleTable).where(
            RuleTable.group == group, RuleTable.text == text, RuleTable.origin == ""
        )
    ).one_or_none()
    if row is None:
        row = RuleTable(text=text, group=group, comment=comment, enabled=True, created=now, expires=expires)
    else:
        row.enabled = True
        row.expires = expires
        row.comment = comment or row.comment
    session.add(row)
    session.flush()
    return _value(row)


def list_rules(session: Session, *, group: str | None = None) -> tuple[StoredRule, ...]:
    """All rules, or those of one group, oldest first."""
    query = select(RuleTable).order_by(col(RuleTable.id))
    if group is not None:
        query = query.where(RuleTable.group == group)
    return tuple(_value(row) for row in session.exec(query))


def get_rule(session: Session, number: int) -> StoredRule:
    """The rule of this number. Raises UsageError."""
    return _value(_row(session, number))


def update_rule(
    session: Session,
    number: int,
    *,
    text: str | None = None,
    group: str | None = None,
    comment: str | None = None,
    enabled: bool | None = None,
    expires: int | None = None,
) -> StoredRule:
    """Change what is given, leave what is None. Raises UsageError."""
    row = _row(session, number)
    if any(value is not None for value in (text, group, comment, expires)):
        _check_own(row)
    if text is not None:
        row.text = one_line(text, "the rule", MAX_RULE, empty=False)
    if group is not None:
        row.group = groups.get_group(session, group).name
    if comment is not None:
        row.comment = one_line(comment, "the comment", MAX_COMMENT)
    if enabled is not None:
        row.enabled = enabled
    if expires is not None:
        row.expires = expires
    with session.no_autoflush:
        query = select(RuleTable.id).where(
            RuleTable.group == row.group,
            RuleTable.text == row.text,
            RuleTable.origin == row.origin,
            RuleTable.id != number,
        )
        other = session.exec(query).first()
    if other is not None:
        session.expire(row)
        raise Conflict(f"rule {other} of this group has this text already")
    session.add(row)
    session.flush()
    return _value(row)


def remove_rule(session: Session, number: int) -> StoredRule:
    """Remove the rule and say what it was. Raises UsageError."""
    row = _row(session, number)
    _check_own(row)
    value = _value(row)
    session.delete(row)
    session.flush()
    return value


def remove_expired(session: Session, now: int) -> tuple[StoredRule, ...]:
    """Remove the rules whose time has passed and say which."""
    query = (
        select(RuleTable).where(RuleTable.expires > 0, RuleTable.expires <= now).order_by(col(RuleTable.id))
    )
    rows = session.exec(query).all()
    values = tuple(_value(row) for row in rows)
    for row in rows:
        session.delete(row)
    session.flush()
    return values


def _row(session: Session, number: int) -> RuleTable:
    row = session.get(RuleTable, number) if 0 < number < 2**31 else None
    if row is None:
        raise Missing(f"no rule {number}", hint="hushgate rules list shows the numbers")
    return row


def _check_own(row: RuleTable) -> None:
    """What a bundle brought changes with the bundle; the user may only switch it. Raises Conflict."""
    if row.origin:
        name = row.origin.partition(":")[2]
        raise Conflict(
            f"rule {row.id} belongs to the bundle {name}",
            hint=f"disable it, or remove all the bundle brought: hushgate bundle remove {name}",
        )


def _value(row: RuleTable) -> StoredRule:
    if row.id is None:
        raise UsageError("the rule has no number yet")
    return StoredRule(row.id, row.text, row.group, row.comment, row.enabled, row.created, row.expires, row.origin)
