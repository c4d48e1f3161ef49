"""Sessions of adapters: bounded, ending, and no longer than their token."""

from api.adapters.keys import LASTS, MAX_SESSIONS, Sessions, by_session
from gateway.access import Scope
from gateway.store import tokens
from tests.fakes.api import Api


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_session_lasts_from_its_last_use() -> None:
    ticks = Ticks()
    sessions = Sessions(ticks)
    session = sessions.begin("token")
    assert session is not None
    ticks.now = LASTS - 1
    assert sessions.token(session) == "token"
    ticks.now = 2 * LASTS - 2
    assert sessions.token(session) == "token"
    ticks.now = 4 * LASTS
    assert sessions.token(session) is None


def test_there_are_only_so_many_and_one_token_does_not_take_them_all() -> None:
    sessions = Sessions(Ticks())
    own = [sessions.begin("greedy") for _ in range(3 * MAX_SESSIONS)]
    assert None not in own
    assert sum(sessions.token(one or "") is not None for one in own) == MAX_SESSIONS // 2
    others = [sessions.begin(f"token {number}") for number in range(MAX_SESSIONS)]
    assert others.count(None) == MAX_SESSIONS // 2


def test_who_logs_out_is_out() -> None:
    sessions = Sessions(Ticks())
    session = sessions.begin("token") or ""
    assert sessions.end(session)
    assert not sessions.end(session)
    assert sessions.token(session) is None


def test_a_revoked_token_ends_its_sessions(served: Api) -> None:
    sessions = Sessions()
    with served.box.works.noting() as session:
        made, secret = tokens.add_token(session, "soon gone", (Scope.READ,), now=1)
    sid = sessions.begin(secret) or ""
    assert by_session(served.box, sessions, sid, "192.0.2.7") is not None
    with served.box.works.noting() as session:
        tokens.remove_token(session, made.id)
    assert by_session(served.box, sessions, sid, "192.0.2.7") is None
    assert sessions.token(sid) is None
