"""Rules and lists that bundles bring: rows among the user's own, told from them by their origin.

A new version keeps the rows of what it still holds, with their numbers and with what the user has switched off.
"""

from collections.abc import Iterable, Mapping

import msgspec
from sqlmodel import Session, col, delete, func, select

from gateway.store import groups, lists
from gateway.store.lists import Subscription
from gateway.store.tables import ListGroupTable, ListTable, RuleTable
from gateway.store.text import MAX_NAME


class Tally(msgspec.Struct, frozen=True):
    """What became of rows."""

    added: int = 0
    removed: int = 0
    kept: int = 0


class BroughtList(msgspec.Struct, frozen=True):
    """A list of a bundle's and its copy, which has been fetched."""

    source: str
    name: str
    group: str
    syntax: str
    version: str  # SHA-256 of the copy
    rules: int
    refused: int
    etag: str = ""
    last_modified: str = ""
    error: str = ""  # why it is still the last copy


def bring_rules(session: Session, origin: str, wanted: Mapping[tuple[str, str], str], *, now: int) -> Tally:
    """Have exactly these rules of this origin: (group, text) → comment. Raises UsageError for an unknown group."""
    for group in {group for group, _text in wanted}:
        groups.get_group(session, group)
    there = {
        (row.group, row.text): row
        for row in session.exec(select(RuleTable).where(RuleTable.origin == origin))
    }
    for key in there.keys() - wanted.keys():
        session.delete(there[key])
    session.flush()
    for key, comment in wanted.items():
        row = there.get(key)
        if row is None:
            row = RuleTable(
                text=key[1],
                group=key[0],
                comment=comment,
                enabled=True,
                created=now,
                expires=0,
                origin=origin,
            )
            row.changed = now
            session.add(row)
        elif row.comment != comment:
            row.comment, row.changed = comment, now
            session.add(row)
    session.flush()
    kept = len(there.keys() & wanted.keys())
    return Tally(len(wanted) - kept, len(there) - kept, kept)


def bring_lists(session: Session, origin: str, wanted: Iterable[BroughtList], *, now: int) -> Tally:
    """Have exactly these lists of this origin. Raises UsageError for an unknown group."""
    there = {one.source: one for one in lists_of(session, origin)}
    kept = added = 0
    for one in wanted:
        old = there.pop(one.source, None)
        kept, added = kept + (old is not None), added + (old is None)
        number = (old or _add(session, origin, one)).id
        row = session.get_one(ListTable, number)
        row.syntax = one.syntax
        session.add(row)
        _only_for(session, number, groups.get_group(session, one.group).name)
        if one.error:
            lists.failed_list(session, number, one.error)
            continue
        lists.fetched_list(
            session,
            number,
            now=now,
            version=one.version,
            rules=one.rules,
            refused=one.refused,
            etag=one.etag,
            last_modified=one.last_modified,
        )
    for gone in there.values():
        _remove(session, gone.id)
    session.flush()
    return Tally(added, len(there), kept)


def take_away(session: Session, origin: str) -> tuple[Tally, Tally]:
    """Remove the rules and the lists of this origin."""
    rules = bring_rules(session, origin, {}, now=0)
    return rules, bring_lists(session, origin, (), now=0)


def lists_of(session: Session, origin: str) -> tuple[Subscription, ...]:
    """The lists of this origin, oldest first."""
    return tuple(one for one in lists.list_lists(session) if one.origin == origin)


def count_rules(session: Session) -> dict[str, int]:
    """How many rules there are of each origin but the user's own."""
    query = (
        select(RuleTable.origin, func.count())
        .where(col(RuleTable.origin) != "")
        .group_by(col(RuleTable.origin))
    )
    return dict(session.exec(query).all())


def _add(session: Session, origin: str, one: BroughtList) -> Subscription:
    name = one.name
    if name and session.exec(select(ListTable.id).where(ListTable.name == name)).first() is not None:
        # The user's names are the user's; a number is added where this is taken as well.
        name = lists.free_name(
            session, "", f"{name} of {origin.partition(':')[2]}".replace("/", " ")[: MAX_NAME - 4]
        )
    return lists.add_list(session, one.source, name=name, syntax=one.syntax, for_groups=(), origin=origin)


def _only_for(session: Session, number: int, group: str) -> None:
    links = session.exec(select(ListGroupTable).where(ListGroupTable.list_id == number)).all()
    for link in links:
        if link.group != group:
            session.delete(link)
    session.flush()
    if all(link.group != group for link in links):
        lists.link(session, number, group)


def _remove(session: Session, number: int) -> None:
    session.exec(delete(ListGroupTable).where(col(ListGroupTable.list_id) == number))
    session.delete(session.get_one(ListTable, number))
