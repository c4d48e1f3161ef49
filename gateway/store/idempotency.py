"""Answers to requests that may be sent again: kept with the change itself, so that it is made once.

Only what was done is kept. A request that failed has changed nothing, and may be tried again under its key.
"""

import hashlib
import zlib

import msgspec
from sqlmodel import Session, col, delete, func, select

from gateway.errors import Conflict, UsageError
from gateway.store.access_tables import IdempotencyTable

KEPT_SECONDS = 24 * 3600
KEPT = 2000  # answers of all callers together
MAX_BODY = 32 << 10  # bytes, packed: with KEPT this is the most that the table can come to


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What was answered."""

    status: int
    etag: str  # "" for none
    body: bytes


def key_of(principal: str, key: str) -> str:
    """How the key of this caller is stored: nobody meets the answers of others, whatever they choose."""
    return _digest(principal.encode(), key.encode())


def request_of(method: str, target: str, body: bytes) -> str:
    """What tells one request from another."""
    return _digest(method.encode(), target.encode(), body)


def find_answer(session: Session, key: str, request: str, *, now: int) -> Answer | None:
    """The answer given to this request under this key; None where it is new.

    Raises UsageError where the key was used for another request, Conflict where the answer was not kept.
    """
    row = session.get(IdempotencyTable, key)
    if row is None or row.created <= now - KEPT_SECONDS:
        return None
    if row.request != request:
        raise UsageError(
            "this Idempotency-Key was used for another request", hint="take a new key for each request"
        )
    if not row.body:
        raise Conflict("this was done already, and its answer is not kept", hint="look at what is there now")
    return msgspec.msgpack.decode(zlib.decompress(row.body), type=Answer)


def keep_answer(
    session: Session, key: str, request: str, answer: Answer, *, now: int, whole: bool = True
) -> None:
    """Keep it for KEPT_SECONDS. Not `whole`: only that it was given, for it holds a secret. The caller commits."""
    packed = zlib.compress(msgspec.msgpack.encode(answer), 1) if whole else b""
    session.exec(delete(IdempotencyTable).where(col(IdempotencyTable.created) <= now - KEPT_SECONDS))
    old = session.get(IdempotencyTable, key)
    if old is not None:  # the clock was set back
        session.delete(old)
        session.flush()
    if len(packed) > MAX_BODY:
        packed = b""
    session.add(IdempotencyTable(key=key, created=now, request=request, status=answer.status, body=packed))
    session.flush()
    _bound(session)


def _bound(session: Session) -> None:
    there = session.exec(select(func.count()).select_from(IdempotencyTable)).one()
    if there > KEPT:
        oldest = select(IdempotencyTable.key).order_by(col(IdempotencyTable.created)).limit(there - KEPT)
        session.exec(delete(IdempotencyTable).where(col(IdempotencyTable.key).in_(oldest)))


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:  # with its length, so that no two lists of parts are spelled alike
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
