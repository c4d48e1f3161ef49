"""Who changed what, and from where: a line for each change, in the same transaction as the change."""

from typing import Any

import msgspec
from sqlmodel import Session, col, delete, func, or_, select

from gateway.author import Author
from gateway.store.access_tables import AuditTable
from gateway.store.text import MAX_COMMENT

KEPT = 100_000  # entries, some 20 MB


class Entry(msgspec.Struct, frozen=True):
    """One change."""

    id: int
    time: int  # Unix seconds
    who: str
    whence: str  # the author's address; "" on the box itself
    action: str
    target: str
    detail: dict[str, Any]
    generation: int  # 0 where no verdict changed


def add_entry(
    session: Session,
    author: Author,
    action: str,
    *,
    now: int,
    target: str = "",
    detail: dict[str, Any] | None = None,
    generation: int = 0,
) -> None:
    """Note a change. The caller commits."""
    row = AuditTable(
        time=now,
        who=_text(author.who),
        whence=_text(author.whence),
        action=_text(action),
        target=_text(target),
        detail=msgspec.json.encode(detail or {}).decode(),
        generation=generation,
    )
    session.add(row)
    session.flush()
    if row.id is not None and row.id % 1000 == 0:
        session.exec(delete(AuditTable).where(col(AuditTable.id) <= row.id - KEPT))


def list_entries(
    session: Session,
    *,
    before: int = 0,
    limit: int = 100,
    who: str = "",
    action: str = "",
    since: int | None = None,
    until: int | None = None,
) -> tuple[Entry, ...]:
    """The last ones, newest first; `before`: only those of smaller ids.

    `action`: somewhere in action or target, in whatever case. `since` and `until` in Unix seconds, included.
    """
    query = select(AuditTable).order_by(col(AuditTable.id).desc()).limit(limit)
    if before:
        query = query.where(col(AuditTable.id) < before)
    if who:
        query = query.where(func.lower(AuditTable.who) == func.lower(_text(who)))
    if action:
        words = _text(action)
        for char in ("!", "%", "_"):
            words = words.replace(char, f"!{char}")
        pattern = func.lower(f"%{words}%")
        columns = (func.lower(col(AuditTable.action)), func.lower(col(AuditTable.target)))
        query = query.where(or_(*(column.like(pattern, escape="!") for column in columns)))
    if since is not None:
        query = query.where(col(AuditTable.time) >= since)
    if until is not None:
        query = query.where(col(AuditTable.time) <= until)
    return tuple(
        Entry(
            id=row.id or 0,
            time=row.time,
            who=row.who,
            whence=row.whence,
            action=row.action,
            target=row.target,
            detail=msgspec.json.decode(row.detail),
            generation=row.generation,
        )
        for row in session.exec(query)
    )


def _text(value: str) -> str:
    return value.replace("\0", "�")[:MAX_COMMENT]
