"""Who calls: the owner of a token or of a session."""

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import Request

from api.auth.cookies import read_cookie
from api.box import ApiBox
from gateway.access import Scope, allowed
from gateway.author import Author
from gateway.store import logins, tokens
from gateway.store.faults import StoreAway
from gateway.store.logins import Login

NOTE_USE_EVERY = 60  # seconds: a use is no change that must be on the disk at once
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
CSRF_HEADER = "X-CSRF-Token"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent the request."""

    name: str  # "token backup", "admin"
    scopes: frozenset[Scope]
    address: str
    login: Login | None = None  # where it is a browser

    @property
    def author(self) -> Author:
        """As the history names it."""
        return Author(self.name, self.address)

    def may(self, *any_of: Scope) -> bool:
        """Has it one of these scopes?"""
        return allowed(self.scopes, frozenset(any_of))


def caller_of(request: Request, box: ApiBox) -> Caller | None:
    """The caller; None without credentials, or with such as are wrong or expired.

    Where there is an Authorization header it alone counts: a wrong one is not made good by a cookie.
    """
    given = request.headers.getlist("authorization")
    if given:
        scheme, _, secret = given[0].partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer":
            return None
        return by_token(box, secret.strip(), address_of(request))
    secret = read_cookie(request)
    return _by_cookie(box, secret, address_of(request)) if secret else None


def may_change(request: Request, caller: Caller) -> bool:
    """Was it the caller's own page that sent this? Programs with tokens are not led astray by other pages."""
    if caller.login is None or request.method in SAFE_METHODS:
        return True
    given = request.headers.getlist(CSRF_HEADER)
    return len(given) == 1 and logins.has_csrf(caller.login, given[0])


def address_of(request: Request) -> str:
    """The peer's address; "" where there is none (a Unix socket)."""
    host = request.client.host if request.client else ""
    return host.removeprefix("::ffff:")


def by_token(box: ApiBox, secret: str, address: str) -> Caller | None:
    """The owner of this token; None where it is none of ours, or expired."""
    with box.works.reading() as session:
        token = tokens.find_token(session, secret)
    now = int(time.time())
    if token is None or 0 < token.expires <= now:
        return None
    if now - token.last_used >= NOTE_USE_EVERY:
        with _if_it_can(), box.works.noting() as session:
            tokens.used_token(session, token.id, now=now, address=address)
    return Caller(f"token {token.name}", frozenset(token.scopes), address)


def _by_cookie(box: ApiBox, secret: str, address: str) -> Caller | None:
    now = int(time.time())
    with box.works.reading() as session:
        login = logins.find_login(session, secret, now)
    if login is None:
        return None
    if now - login.seen >= NOTE_USE_EVERY:
        with _if_it_can(), box.works.noting() as session:
            logins.seen_login(session, login, now=now, address=address)
    return Caller(login.account, frozenset({Scope.ADMIN}), address, login)


@contextlib.contextmanager
def _if_it_can() -> Iterator[None]:
    """A full disk keeps nobody from looking: the use is then not noted."""
    try:
        yield
    except StoreAway as fault:
        _log.warning("the last use of a login or token cannot be noted: %s", fault)
