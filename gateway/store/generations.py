"""The policies that were published: number, time, cause and how much each held."""

from typing import Any

import msgspec
from sqlmodel import Session, col, delete, func, select

from gateway.author import Author
from gateway.errors import Missing
from gateway.store.tables import GenerationTable
from gateway.store.text import MAX_COMMENT

KEPT = 1000  # generations; the log names older ones by number only


class Generation(msgspec.Struct, frozen=True):
    """One published policy."""

    number: int
    created: int  # Unix seconds
    cause: str
    counts: dict[str, int]  # what → how many: rules, names, lists …
    author: str
    whence: str  # the author's address; "" on the box itself


def add_generation(
    session: Session, number: int, *, now: int, cause: str, counts: dict[str, int], by: Author | None = None
) -> Generation:
    """Note that a policy was published, again if its number was used before (a file was set aside, say)."""
    row = session.get(GenerationTable, number) or GenerationTable(
        number=number, created=0, cause="", counts=""
    )
    row.created = now
    row.cause = cause.replace("\0", "�")[:MAX_COMMENT]
    row.counts = msgspec.json.encode(counts).decode()
    row.author, row.whence = (by.who[:MAX_COMMENT], by.whence[:MAX_COMMENT]) if by else ("", "")
    session.add(row)
    session.flush()
    session.exec(delete(GenerationTable).where(col(GenerationTable.number) <= number - KEPT))
    return _value(row.number, row.created, row.cause, row.counts, row.author, row.whence)


def last_generation(session: Session) -> int:
    """The highest number there is; 0 before the first."""
    return session.exec(select(func.max(GenerationTable.number))).one() or 0


def list_generations(session: Session, limit: int = 50, *, before: int = 0) -> tuple[Generation, ...]:
    """The last ones, newest first; `before`: only those of smaller numbers."""
    query = _select().order_by(col(GenerationTable.number).desc()).limit(limit)
    if before:
        query = query.where(col(GenerationTable.number) < before)
    return tuple(_value(*row) for row in session.exec(query))


def get_generation(session: Session, number: int) -> Generation:
    """The generation of this number. Raises Missing."""
    row = (
        session.exec(_select().where(GenerationTable.number == number)).first() if number < 1 << 31 else None
    )
    if row is None:
        raise Missing(f"no generation {number}", hint="hushgate generations shows those that are known")
    return _value(*row)


def _select() -> Any:
    """All but the state, which may be large."""
    columns = GenerationTable.metadata.tables["generation"].columns
    return select(*(columns[name] for name in ("number", "created", "cause", "counts", "author", "whence")))


def _value(number: int, created: int, cause: str, counts: str, author: str, whence: str) -> Generation:
    counted = msgspec.json.decode(counts, type=dict[str, int])
    return Generation(number, created, cause, counted, author, whence)
