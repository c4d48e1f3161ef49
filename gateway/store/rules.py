"""The user's rules. Whether a text is a rule at all is for gateway.policy.syntax to say beforehand."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlmodel import Session, col, func, or_, select

from gateway.errors import Conflict, Missing, UsageError
from gateway.policy.state import EVERYONE
from gateway.store import groups
from gateway.store.tables import RuleTable
from gateway.store.text import MAX_COMMENT, MAX_NAME, MAX_RULE, one_line

MAX_TAGS = 20  # of one rule
MAX_OWN = 100_000  # rules of the user's own: each costs each worker 600 bytes
MAX_PATTERNS = 2000  # of these with a regular expression: each may be asked about every name, 2000 cost 40 µs
_PATTERN = ("/", "@@/")
_TAG = re.compile(r"[^,\s][^,]*")


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
    tags: tuple[str, ...] = ()
    changed: int = 0  # Unix seconds


# Plain columns: rows as objects of their own cost four times as much, and every change reads all rules.
COLUMNS = tuple(RuleTable.metadata.tables["rule"].columns[name] for name in StoredRule.__struct_fields__)


def from_columns(rows: Iterable[Any]) -> tuple[StoredRule, ...]:
    """Rules of rows that were selected as COLUMNS."""
    return tuple(
        StoredRule(number, text, group, comment, enabled, created, expires, origin, split_tags(tags), changed)
        for number, text, group, comment, enabled, created, expires, origin, tags, changed in rows
    )


def add_rule(
    session: Session,
    text: str,
    *,
    now: int,
    group: str = EVERYONE,
    comment: str = "",
    expires: int = 0,
    tags: Iterable[str] = (),
    enabled: bool = True,
) -> StoredRule:
    """Add a rule. The same text in the same group is one rule: it is switched on again, and kept.

    Raises UsageError for an unknown group or a text that is not one line.
    """
    text = one_line(text, "the rule", MAX_RULE, empty=False)
    comment = one_line(comment, "the comment", MAX_COMMENT)
    joined = joined_tags(tags)
    groups.get_group(session, group)
    same = select(RuleTable).where(RuleTable.group == group, RuleTable.text == text, RuleTable.origin == "")
    row = session.exec(same).one_or_none()
    if row is None:
        check_room(session, (text,))
        row = RuleTable(
            text=text, group=group, comment=comment, enabled=enabled, created=now, expires=expires
        )
        row.tags = joined
    else:
        row.enabled = enabled
        row.expires = expires
        row.comment = comment or row.comment
        row.tags = joined or row.tags
    row.changed = now
    session.add(row)
    session.flush()
    return _value(row)


def check_room(session: Session, added: Sequence[str] = (), altered: Sequence[str] = ()) -> None:
    """Is there room for new rules of these texts, and for old ones that become these? Raises Conflict.

    Whoever may set rules is not to bring DNS down by their number.
    """
    pattern = or_(*(col(RuleTable.text).like(f"{start}%") for start in _PATTERN))
    query = select(func.count(), func.count().filter(pattern)).where(RuleTable.origin == "")
    total, patterns = session.exec(query).one()
    more = sum(map(is_pattern, (*added, *altered)))
    if added and total + len(added) > MAX_OWN:
        raise Conflict(
            f"there would be more than {MAX_OWN} rules of your own", hint="subscribe to a list of that size"
        )
    if more and patterns + more > MAX_PATTERNS:
        raise Conflict(
            f"there would be more than {MAX_PATTERNS} rules with regular expressions",
            hint="||name^ covers a name and all below it",
        )


def is_pattern(text: str) -> bool:
    """Is it a rule with a regular expression?"""
    return text.startswith(_PATTERN)


def find_rule(session: Session, text: str, group: str) -> StoredRule | None:
    """The user's own rule of this text in this group."""
    query = select(RuleTable).where(
        RuleTable.group == group, RuleTable.text == text.strip(), RuleTable.origin == ""
    )
    row = session.exec(query).one_or_none() if "\0" not in text + group else None
    return _value(row) if row else None


def list_rules(session: Session, *, group: str | None = None) -> tuple[StoredRule, ...]:
    """All rules, or those of one group, oldest first."""
    query = select(*COLUMNS).order_by(col(RuleTable.id))
    if group is not None:
        query = query.where(RuleTable.group == group)
    return from_columns(session.exec(query))


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
    tags: Iterable[str] | None = None,
    now: int = 0,
) -> StoredRule:
    """Change what is given, leave what is None. Raises UsageError."""
    row = _row(session, number)
    if any(value is not None for value in (text, group, comment, expires, tags)):
        check_own(row.id, row.origin)
    if text is not None:
        if is_pattern(text) and not is_pattern(row.text):
            check_room(session, altered=(text,))
        row.text = one_line(text, "the rule", MAX_RULE, empty=False)
    if group is not None:
        row.group = groups.get_group(session, group).name
    if comment is not None:
        row.comment = one_line(comment, "the comment", MAX_COMMENT)
    if enabled is not None:
        row.enabled = enabled
    if expires is not None:
        row.expires = expires
    if tags is not None:
        row.tags = joined_tags(tags)
    row.changed = now or row.changed
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
    check_own(row.id, row.origin)
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


def check_own(number: int | None, origin: str) -> None:
    """What a bundle brought changes with the bundle; the user may only switch it. Raises Conflict."""
    if origin:
        name = origin.partition(":")[2]
        raise Conflict(
            f"rule {number} belongs to the bundle {name}",
            hint=f"disable it, or remove all the bundle brought: hushgate bundle remove {name}",
        )


def joined_tags(tags: Iterable[str]) -> str:
    """As they are stored, each once. Raises UsageError."""
    found = list(dict.fromkeys(one_line(tag, "the tag", MAX_NAME, empty=False) for tag in tags))
    if len(found) > MAX_TAGS:
        raise UsageError(f"more than {MAX_TAGS} tags at one rule")
    for tag in found:
        if not _TAG.fullmatch(tag):
            raise UsageError(f"{tag!a} is no tag: a comma in it")
    return ",".join(found)


def split_tags(joined: str) -> tuple[str, ...]:
    """The tags of what `joined_tags` made."""
    return tuple(joined.split(",")) if joined else ()


def unknown(number: int) -> Missing:
    """What is raised where there is no such rule."""
    return Missing(f"no rule {number}", hint="hushgate rules list shows the numbers")


def _row(session: Session, number: int) -> RuleTable:
    row = session.get(RuleTable, number) if 0 < number < 2**31 else None
    if row is None:
        raise unknown(number)
    return row


def _value(row: RuleTable) -> StoredRule:
    if row.id is None:
        raise UsageError("the rule has no number yet")
    return StoredRule(
        row.id,
        row.text,
        row.group,
        row.comment,
        row.enabled,
        row.created,
        row.expires,
        row.origin,
        split_tags(row.tags),
        row.changed,
    )
