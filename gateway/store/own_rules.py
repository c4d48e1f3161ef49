"""The user's own rules, many at once: for import and export. One by one they are gateway/store/rules.py's."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import insert
from sqlmodel import Session, col, select

from gateway.errors import Missing, UsageError
from gateway.policy.state import EVERYONE
from gateway.store import rules
from gateway.store.tables import GroupTable, PolicyTable, RuleTable
from gateway.store.text import MAX_COMMENT, MAX_NAME, MAX_RULE, one_line

MAX_TAGS = 20
_AT_ONCE = 500  # rows in one statement
_TABLE = PolicyTable.metadata.tables["rule"]
_TAG = re.compile(r"[^,\s][^,]*")


class RuleIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule, in our own words (gateway/policy/syntax: `parse_rule`)."""

    text: str
    group: str = EVERYONE
    comment: str = ""
    tags: tuple[str, ...] = ()
    enabled: bool = True
    expires: int = 0  # Unix seconds; 0 for never


class Added(msgspec.Struct, frozen=True):
    """What became of many rules."""

    added: int
    kept: int  # were there already, and stay as they are


def add_own_rules(session: Session, wanted: Iterable[RuleIn], *, now: int) -> Added:
    """Add those that are not there; the same text in the same group is one rule. Raises UsageError."""
    query = select(RuleTable.group, RuleTable.text).where(RuleTable.origin == "")
    there = set(session.exec(query))
    groups = set(session.exec(select(GroupTable.name)))
    rows: list[dict[str, Any]] = []
    kept = 0
    for one in wanted:
        text = one_line(one.text, "the rule", MAX_RULE, empty=False)
        if one.group not in groups:
            raise Missing(f"no group {one_line(one.group, 'the group', MAX_NAME)}", hint="make it first")
        if (one.group, text) in there:
            kept += 1
            continue
        there.add((one.group, text))
        rows.append(
            {
                "text": text,
                "group": one.group,
                "comment": one_line(one.comment, "the comment", MAX_COMMENT),
                "enabled": one.enabled,
                "created": now,
                "expires": _expires(one.expires),
                "tags": ",".join(_tags(one.tags)),
                "origin": "",
                "changed": now,
            }
        )
    if rows:
        rules.check_room(session, [row["text"] for row in rows])
    # Past the session: an object a row would cost tens of thousands of rules 100 MB.
    for at in range(0, len(rows), _AT_ONCE):
        session.connection().execute(insert(_TABLE), rows[at : at + _AT_ONCE])
    return Added(len(rows), kept)


def own_rules(session: Session, group: str | None = None) -> tuple[RuleIn, ...]:
    """The user's own, without what bundles brought; by group, oldest first."""
    query = select(RuleTable).where(RuleTable.origin == "")
    if group is not None:
        query = query.where(RuleTable.group == group)
    query = query.order_by(col(RuleTable.group) != EVERYONE, col(RuleTable.group), col(RuleTable.id))
    return tuple(
        RuleIn(
            row.text,
            row.group,
            row.comment,
            tuple(row.tags.split(",")) if row.tags else (),
            row.enabled,
            row.expires,
        )
        for row in session.exec(query)
    )


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    if len(tags) > MAX_TAGS:
        raise UsageError(f"more than {MAX_TAGS} tags at one rule")
    found = tuple(one_line(tag, "the tag", MAX_NAME, empty=False) for tag in tags)
    for tag in found:
        if not _TAG.fullmatch(tag):
            raise UsageError(f"{tag!a} is no tag: a comma in it")
    return found


def _expires(value: int) -> int:
    if not 0 <= value < 2**62:
        raise UsageError(f"{value} is no time")
    return value
