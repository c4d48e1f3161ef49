"""Browsers that have logged in. What they show is stored hashed."""

import hashlib
import secrets

import msgspec
from sqlmodel import Session, col, delete, select

from gateway.errors import Missing
from gateway.store.access_tables import SessionTable

IDLE = 12 * 3600  # seconds without a request after which a login is over
ABSOLUTE = 30 * 86_400  # seconds after which it is over anyway
MAX_LOGINS = 100  # the oldest goes: whoever has a password shall not fill the disk
MAX_AGENT = 200  # characters


class Login(msgspec.Struct, frozen=True):
    """One browser's login."""

    id: str  # SHA-256 of the cookie's value
    account: str
    created: int  # Unix seconds
    seen: int  # Unix seconds, to the minute
    expires: int
    address: str
    agent: str  # what it calls itself
    csrf: str  # SHA-256 of the token that goes with each change

    def over(self, now: float) -> bool:
        """Does it count no more?"""
        return now >= self.expires or now - self.seen >= IDLE

    @property
    def number(self) -> str:
        """By what it is named in the API: enough to tell it from others, too little to be a secret."""
        return self.id[:16]


def add_login(session: Session, account: str, *, now: int, address: str, agent: str) -> tuple[Login, str]:
    """A new login and the value of its cookie, which is not to be had again."""
    _drop_old(session, now)
    secret = secrets.token_urlsafe(32)
    row = SessionTable(
        id=_hash(secret),
        account=account,
        created=now,
        seen=now,
        expires=now + ABSOLUTE,
        address=address[:64],
        agent=_printable(agent),
        csrf=_hash(csrf_token(secret)),
    )
    session.add(row)
    session.flush()
    return _value(row), secret


def find_login(session: Session, secret: str, now: float) -> Login | None:
    """The login of this cookie; None where it is none of ours, or over."""
    row = session.get(SessionTable, _hash(secret))
    login = _value(row) if row else None
    return None if login is None or login.over(now) else login


def csrf_token(secret: str) -> str:
    """What goes with each change. Another site's page can have the cookie sent, but cannot read it."""
    return hashlib.sha256(f"hushgate csrf {secret}".encode()).hexdigest()


def has_csrf(login: Login, token: str) -> bool:
    """Is it the token of this login?"""
    return secrets.compare_digest(login.csrf, _hash(token))


def seen_login(session: Session, login: Login, *, now: int, address: str) -> None:
    """Note that it was used, if it still is there."""
    row = session.get(SessionTable, login.id)
    if row is not None:
        row.seen, row.address = now, address[:64]
        session.add(row)
        session.flush()


def list_logins(session: Session, now: float) -> tuple[Login, ...]:
    """Those that count, newest first."""
    rows = session.exec(select(SessionTable).order_by(col(SessionTable.created).desc()))
    return tuple(login for login in map(_value, rows) if not login.over(now))


def remove_login(session: Session, number: str) -> Login:
    """End the login of this number. Raises Missing."""
    for row in session.exec(select(SessionTable)):
        login = _value(row)
        if login.number == number:
            session.delete(row)
            session.flush()
            return login
    raise Missing("no such login", hint="GET /v1/sessions shows them")


def remove_logins(session: Session, *, but: str = "") -> int:
    """End all logins but the one of this id; how many that were."""
    gone = session.exec(delete(SessionTable).where(col(SessionTable.id) != but))
    return int(gone.rowcount)


def _drop_old(session: Session, now: int) -> None:
    rows = session.exec(select(SessionTable).order_by(col(SessionTable.seen).desc())).all()
    for place, row in enumerate(rows):
        if place >= MAX_LOGINS - 1 or _value(row).over(now):
            session.delete(row)
    session.flush()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _printable(agent: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in agent)[:MAX_AGENT]


def _value(row: SessionTable) -> Login:
    return Login(row.id, row.account, row.created, row.seen, row.expires, row.address, row.agent, row.csrf)
