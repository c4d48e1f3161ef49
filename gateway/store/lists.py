"""Subscribed lists: where from, for whom, and what the last fetch came to. The copies are files, not ours."""

import msgspec
from sqlmodel import Session, col, delete, func, or_, select

from gateway.errors import Conflict, Missing
from gateway.policy.state import EVERYONE
from gateway.store import groups
from gateway.store.access_tables import SecretTable
from gateway.store.tables import ListGroupTable, ListTable
from gateway.store.text import MAX_NAME, MAX_SOURCE, one_line

_LAST_NUMBER = "last list's number"


class Subscription(msgspec.Struct, frozen=True):
    """One subscribed list."""

    id: int
    name: str
    source: str  # URL or path
    syntax: str
    groups: tuple[str, ...]
    enabled: bool
    version: str  # SHA-256 of the last good copy, in hex; "" before there is one
    etag: str
    last_modified: str
    fetched: int  # Unix seconds of the last fetch that gave or confirmed a good copy; 0 for never
    rules: int
    refused: int
    error: str  # why the last fetch failed; "" if it did not
    origin: str = ""  # "bundle:NAME" where a bundle brought it; "" for the user's own


def add_list(
    session: Session,
    source: str,
    *,
    name: str = "",
    syntax: str = "auto",
    for_groups: tuple[str, ...] = (EVERYONE,),
    origin: str = "",
) -> Subscription:
    """Subscribe. A source that is there already, of the same origin, gains the groups. Raises UsageError."""
    source = one_line(source, "the list's address", MAX_SOURCE, empty=False)
    same = select(ListTable).where(ListTable.source == source, ListTable.origin == origin)
    row = session.exec(same).first()
    if row is None:
        row = ListTable(
            id=_next_number(session),
            name=free_name(session, name, source),
            source=source,
            syntax=syntax,
            enabled=True,
            version="",
            etag="",
            last_modified="",
            fetched=0,
            rules=0,
            refused=0,
            error="",
            origin=origin,
        )
        session.add(row)
        session.flush()
    for group in for_groups:
        link(session, row.id or 0, groups.get_group(session, group).name)
    return _value(session, row)


def list_lists(session: Session) -> tuple[Subscription, ...]:
    """All subscriptions, oldest first."""
    return tuple(_value(session, row) for row in session.exec(select(ListTable).order_by(col(ListTable.id))))


def get_list(session: Session, which: str | int) -> Subscription:
    """The list of this number, name or source. Raises UsageError."""
    return _value(session, _row(session, which))


def update_list(
    session: Session,
    which: str | int,
    *,
    name: str | None = None,
    enabled: bool | None = None,
    syntax: str | None = None,
    for_groups: tuple[str, ...] | None = None,
) -> Subscription:
    """Change what is given, leave what is None. Raises UsageError."""
    row = _row(session, which)
    if any(given is not None for given in (name, syntax, for_groups)):
        _check_own(row)
    if name is not None and name.strip() != row.name:
        row.name = free_name(session, one_line(name, "the list's name", MAX_NAME, empty=False), "")
    if enabled is not None:
        row.enabled = enabled
    if syntax is not None:
        row.syntax = syntax
    session.add(row)
    if for_groups is not None:
        session.exec(delete(ListGroupTable).where(col(ListGroupTable.list_id) == row.id))
        for group in for_groups:
            link(session, row.id or 0, groups.get_group(session, group).name)
    session.flush()
    return _value(session, row)


def fetched_list(
    session: Session,
    number: int,
    *,
    now: int,
    version: str,
    rules: int,
    refused: int,
    etag: str = "",
    last_modified: str = "",
) -> Subscription:
    """A fetch gave or confirmed a good copy: note it. Raises UsageError."""
    row = _row(session, number)
    row.version, row.rules, row.refused = version, rules, refused
    row.etag, row.last_modified = etag[:MAX_SOURCE], last_modified[:MAX_SOURCE]
    row.fetched, row.error = now, ""
    session.add(row)
    session.flush()
    return _value(session, row)


def failed_list(session: Session, number: int, error: str) -> Subscription:
    """A fetch failed: the last good copy stays, the reason is kept. Raises UsageError."""
    row = _row(session, number)
    row.error = error.replace("\0", "�")[:MAX_SOURCE]
    session.add(row)
    session.flush()
    return _value(session, row)


def remove_list(session: Session, which: str | int) -> Subscription:
    """Unsubscribe and say what it was. Raises UsageError."""
    row = _row(session, which)
    _check_own(row)
    value = _value(session, row)
    session.exec(delete(ListGroupTable).where(col(ListGroupTable.list_id) == row.id))
    session.delete(row)
    session.flush()
    return value


def lists_of_groups(session: Session) -> dict[str, tuple[int, ...]]:
    """Group → the numbers of its lists, in the user's order."""
    found: dict[str, tuple[int, ...]] = {}
    for row in session.exec(select(ListGroupTable).order_by(col(ListGroupTable.position))):
        found[row.group] = (*found.get(row.group, ()), row.list_id)
    return found


def choose_lists(session: Session, group: str, numbers: tuple[int, ...]) -> None:
    """Have exactly these lists count for the group, in this order. Raises UsageError."""
    group = groups.get_group(session, group).name
    before = set(lists_of_groups(session).get(group, ()))
    for number in before ^ set(numbers):
        _check_own(_row(session, number))
    session.exec(delete(ListGroupTable).where(col(ListGroupTable.group) == group))
    for number in dict.fromkeys(numbers):
        link(session, number, group)


def _next_number(session: Session) -> int:
    """One that no list has had. Not the database's: PostgreSQL counts what is taken back, too, and a list that is
    tried first would get another number when it is stored."""
    noted = session.get(SecretTable, _LAST_NUMBER) or SecretTable(name=_LAST_NUMBER, value="0", changed=0)
    there = session.exec(select(func.max(ListTable.id))).one() or 0
    number = max(int(noted.value), there) + 1
    noted.value = str(number)
    session.add(noted)
    return number


def free_name(session: Session, name: str, source: str) -> str:
    """The wished name, or one made from the end of the source; a number is added where it is taken.

    Raises Conflict where a wished one is taken.
    """
    wished = one_line(name, "the list's name", MAX_NAME)
    made = wished or (source.split("?")[0].rstrip("/").rpartition("/")[2][: MAX_NAME - 4] or "list")
    candidate, count = made, 1
    while session.exec(select(ListTable.id).where(ListTable.name == candidate)).first() is not None:
        if wished:
            raise Conflict(f"there is a list {wished} already")
        count += 1
        candidate = f"{made} {count}"
    return candidate


def link(session: Session, number: int, group: str) -> None:
    """Have the list count for the group, too, after the group's others."""
    if session.get(ListGroupTable, (number, group)) is None:
        last = session.exec(
            select(func.max(ListGroupTable.position)).where(ListGroupTable.group == group)
        ).one()
        session.add(ListGroupTable(list_id=number, group=group, position=(last or 0) + 1))
        session.flush()


def _row(session: Session, which: str | int) -> ListTable:
    row = None
    if isinstance(which, int) or which.isdecimal():
        number = int(which) if len(str(which)) < 10 else 0
        row = session.get(ListTable, number)
    if row is None and isinstance(which, str) and "\0" not in which:
        same = or_(col(ListTable.name) == which, col(ListTable.source) == which)
        row = session.exec(select(ListTable).where(same).order_by(col(ListTable.id))).first()
    if row is None:
        shown = one_line(str(which), "the list", MAX_SOURCE)
        raise Missing(f"no list {shown}", hint="hushgate lists list shows them")
    return row


def _check_own(row: ListTable) -> None:
    """What a bundle brought changes with the bundle; the user may only switch it. Raises Conflict."""
    if row.origin:
        name = row.origin.partition(":")[2]
        raise Conflict(
            f"the list {row.name} belongs to the bundle {name}",
            hint=f"disable it, or remove all the bundle brought: hushgate bundle remove {name}",
        )


def _value(session: Session, row: ListTable) -> Subscription:
    links = session.exec(
        select(ListGroupTable.group)
        .where(ListGroupTable.list_id == row.id)
        .order_by(col(ListGroupTable.group))
    )
    return Subscription(
        id=row.id or 0,
        name=row.name,
        source=row.source,
        syntax=row.syntax,
        groups=tuple(links),
        enabled=row.enabled,
        version=row.version,
        etag=row.etag,
        last_modified=row.last_modified,
        fetched=row.fetched,
        rules=row.rules,
        refused=row.refused,
        error=row.error,
        origin=row.origin,
    )
