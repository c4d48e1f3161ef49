"""Who calls: the owner of a token or of a session."""

import time
from dataclasses import dataclass

from fastapi import Request

from api.box import ApiBox
from gateway.access import Scope
from gateway.author import Author
from gateway.store import tokens

NOTE_USE_EVERY = 60  # seconds: a use is no change that must be on the disk at once


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent the request."""

    name: str  # "token backup", "admin"
    scopes: frozenset[Scope]
    address: str

    @property
    def author(self) -> Author:
        """As the history names it."""
        return Author(self.name, self.address)


def caller_of(request: Request, box: ApiBox) -> Caller | None:
    """The caller; None without credentials, or with such as are wrong or expired."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_token(box, secret.strip(), address_of(request))
    return None


def address_of(request: Request) -> str:
    """The peer's address; "" where there is none (a Unix socket)."""
    return request.client.host if request.client else ""


def _by_token(box: ApiBox, secret: str, address: str) -> Caller | None:
    with box.works.reading() as session:
        token = tokens.find_token(session, secret)
    now = int(time.time())
    if token is None or 0 < token.expires <= now:
        return None
    if now - token.last_used >= NOTE_USE_EVERY:
        with box.works.noting() as session:
            tokens.used_token(session, token.id, now=now, address=address)
    return Caller(f"token {token.name}", frozenset(token.scopes), address)
