"""Who comes through an adapter: the owner of one of our tokens, by whatever way that product's clients know."""

import secrets
import threading
import time
from collections.abc import Callable

import msgspec

from api.auth.callers import Caller, by_token
from api.box import ApiBox

MAX_SESSIONS = 16  # as Pi-hole has it: a client that never logs out must not fill the memory
LASTS = 1800.0  # seconds after the last request


class _Session(msgspec.Struct):
    token: str  # looked up anew at each request: a token that is revoked ends its sessions
    until: float


class Sessions:
    """Sessions of clients that trade a token for something that ends. In memory only."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._lock = threading.Lock()
        self._open: dict[str, _Session] = {}

    def begin(self, token: str) -> str | None:
        """The secret of a new session; None where there are too many. Of those of one token the oldest goes."""
        with self._lock:
            self._sweep()
            own = [one for one, session in self._open.items() if session.token == token]
            if len(own) >= MAX_SESSIONS // 2:
                del self._open[own[0]]
            if len(self._open) >= MAX_SESSIONS:
                return None
            made = secrets.token_urlsafe(24)
            self._open[made] = _Session(token, self._ticks() + LASTS)
            return made

    def token(self, session: str) -> str | None:
        """The token of this session, which lasts from now on again; None for no session."""
        with self._lock:
            self._sweep()
            found = self._open.get(session)
            if found is None:
                return None
            found.until = self._ticks() + LASTS
            return found.token

    def end(self, session: str) -> bool:
        """Log out. False for no session."""
        with self._lock:
            return self._open.pop(session, None) is not None

    def _sweep(self) -> None:
        now = self._ticks()
        for old in [one for one, session in self._open.items() if session.until <= now]:
            del self._open[old]


def by_session(box: ApiBox, sessions: Sessions, session: str, address: str) -> Caller | None:
    """Who has this session; None for nobody, or one whose token is revoked or expired."""
    token = sessions.token(session)
    if token is None:
        return None
    caller = by_token(box, token, address)
    if caller is None:
        sessions.end(session)
    return caller
