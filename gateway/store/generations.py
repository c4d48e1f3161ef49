"""The policies that were published: number, time, cause and how much each held."""

import msgspec
from sqlmodel import Session, col, func, select

from gateway.author import Author
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
    old = select(GenerationTable).where(GenerationTable.number <= number - KEPT)
    for gone in session.exec(old):
        session.delete(gone)
    session.flush()
    return _value(row)


def last_generation(session: Session) -> int:
    """The highest number there is; 0 before the first."""
    return session.exec(select(func.max(GenerationTable.number))).one() or 0


def list_generations(session: Session, limit: int = 50) -> tuple[Generation, ...]:
    """The last ones, newest first."""
    query = select(GenerationTable).order_by(col(GenerationTable.number).desc()).limit(limit)
    return tuple(_value(row) for row in session.exec(query))


def _value(row: GenerationTable) -> Generation:
    counts = msgspec.json.decode(row.counts, type=dict[str, int])
    return Generation(row.number, row.created, row.cause, counts, row.author, row.whence)
