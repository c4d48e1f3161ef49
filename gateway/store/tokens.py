"""Tokens of programs: shown once, stored hashed."""

import hashlib
import re
import secrets

import msgspec
from sqlmodel import Session, col, func, select

from gateway.access import Scope
from gateway.errors import Conflict, Missing, UsageError
from gateway.store.access_tables import TokenTable
from gateway.store.text import MAX_NAME, one_line

PREFIX = "hg_"  # so that a token found somewhere is known for what it is
MAX_TOKENS = 1000  # a program that makes one at each start shall not fill the disk
_SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


class Token(msgspec.Struct, frozen=True):
    """One token, without its secret."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    created: int  # Unix seconds
    expires: int  # Unix seconds; 0 for never
    last_used: int  # Unix seconds, to the minute; 0 for never
    last_address: str


def add_token(
    session: Session, name: str, scopes: tuple[Scope, ...], *, now: int, expires: int = 0
) -> tuple[Token, str]:
    """Add a token: what is known of it, and its secret, which is not to be had again. Raises UsageError."""
    name = one_line(name, "the token's name", MAX_NAME, empty=False)
    if not scopes:
        raise UsageError("a token needs a scope", hint=f"one or more of {', '.join(Scope)}")
    if 0 < expires <= now:
        raise UsageError("the token would have expired already", hint="give a time to come")
    if session.exec(select(TokenTable.id).where(TokenTable.name == name)).first() is not None:
        raise Conflict(f"there is a token {name} already", hint="choose another name, or revoke that one")
    if session.exec(select(func.count()).select_from(TokenTable)).one() >= MAX_TOKENS:
        raise Conflict(f"there are {MAX_TOKENS} tokens already", hint="revoke some")
    secret = PREFIX + secrets.token_urlsafe(32)
    row = TokenTable(
        name=name,
        hash=_hash(secret),
        scopes=",".join(scope for scope in Scope if scope in scopes),
        created=now,
        expires=expires,
        last_used=0,
        last_address="",
    )
    session.add(row)
    session.flush()
    return _value(row), secret


def find_token(session: Session, secret: str) -> Token | None:
    """The token of this secret, expired or not; None for no token of ours."""
    if not _SECRET.fullmatch(secret):
        return None
    row = session.exec(select(TokenTable).where(TokenTable.hash == _hash(secret))).first()
    return _value(row) if row else None


def used_token(session: Session, number: int, *, now: int, address: str) -> None:
    """Note that it was used, if it still is there."""
    row = session.get(TokenTable, number)
    if row is not None:
        row.last_used, row.last_address = now, address[:MAX_NAME]
        session.add(row)
        session.flush()


def list_tokens(session: Session) -> tuple[Token, ...]:
    """All of them, oldest first."""
    return tuple(_value(row) for row in session.exec(select(TokenTable).order_by(col(TokenTable.id))))


def get_token(session: Session, number: int) -> Token:
    """One of them. Raises Missing."""
    row = session.get(TokenTable, number)
    if row is None:
        raise Missing(f"no token {number}", hint="`hushgate token` shows them")
    return _value(row)


def remove_token(session: Session, which: str | int) -> Token:
    """Revoke the token of this number or name and say what it was. Raises Missing."""
    row = None
    if isinstance(which, str):
        row = session.exec(select(TokenTable).where(TokenTable.name == which.replace("\0", ""))).first()
    if row is None and (isinstance(which, int) or (which.isascii() and which[:11].isdecimal())):
        row = session.get(TokenTable, int(which)) if 0 < int(str(which)[:11]) < 2**31 else None
    if row is None:
        raise Missing(f"no token {str(which)!r:.80}", hint="`hushgate token` shows them")
    value = _value(row)
    session.delete(row)
    session.flush()
    return value


def _hash(secret: str) -> str:
    # 256 random bits: nobody finds them by trying, so a slow hash would only slow each request.
    return hashlib.sha256(secret.encode()).hexdigest()


def _value(row: TokenTable) -> Token:
    scopes = tuple(Scope(scope) for scope in row.scopes.split(","))
    return Token(row.id or 0, row.name, scopes, row.created, row.expires, row.last_used, row.last_address)
