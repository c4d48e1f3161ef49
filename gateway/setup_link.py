"""The one-time link by which the first password is set."""

import hashlib
import secrets

import msgspec

from gateway import panel_address
from gateway.settings import Panel
from gateway.store import accounts
from gateway.store.engine import Session
from gateway.store.secrets import get_secret, remove_secret, set_secret

HOURS = 24  # for which a link can be used
_NAME = "setup"


class _Kept(msgspec.Struct, frozen=True):
    hash: str
    expires: int  # Unix seconds


def make(session: Session, now: int) -> str:
    """A new token; the one before counts no more."""
    token = secrets.token_urlsafe(32)
    kept = _Kept(_hash(token), now + HOURS * 3600)
    set_secret(session, _NAME, msgspec.json.encode(kept).decode(), now=now)
    return token


def offer(session: Session, panel: Panel, now: int) -> str:
    """The whole link, as the browser of somebody in this network reaches the panel; "" where a password is set."""
    if accounts.find_account(session) is not None:
        return ""
    return f"{panel_address.urls(panel)[0]}{path(make(session, now))}"


def is_valid(session: Session, token: str, now: float) -> bool:
    """May it still be used?"""
    value = get_secret(session, _NAME)
    if not value:
        return False
    kept = msgspec.json.decode(value, type=_Kept)
    return secrets.compare_digest(kept.hash, _hash(token)) and now < kept.expires


def spend(session: Session) -> None:
    """Let it count no more."""
    remove_secret(session, _NAME)


def path(token: str) -> str:
    """Behind "#", so that it stands in no server's or proxy's log."""
    return f"/setup#{token}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
