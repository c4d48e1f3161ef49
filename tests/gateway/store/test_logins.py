import pytest

from gateway.errors import Missing
from gateway.store import logins
from gateway.store.engine import Database, Session
from gateway.store.logins import ABSOLUTE, IDLE, MAX_LOGINS, Login


def added(session: Session, now: int = 1000, agent: str = "Firefox") -> tuple[Login, str]:
    return logins.add_login(session, "admin", now=now, address="192.0.2.7", agent=agent)


def test_a_login_is_found_by_its_secret_which_is_not_stored(store: Database) -> None:
    with store.writing() as session:
        login, secret = added(session)
        assert logins.find_login(session, secret, 1001) == login
        assert secret not in repr(login)
        assert logins.csrf_token(secret) not in repr(login)
        assert logins.find_login(session, secret + "x", 1001) is None
        assert logins.find_login(session, login.id, 1001) is None


def test_it_ends_when_nobody_used_it_and_some_day_anyway(store: Database) -> None:
    with store.writing() as session:
        login, secret = added(session)
        assert logins.find_login(session, secret, 1000 + IDLE - 1)
        assert logins.find_login(session, secret, 1000 + IDLE) is None
        for now in range(1000, 1000 + ABSOLUTE, IDLE // 2):
            logins.seen_login(session, login, now=now, address="192.0.2.8")
        assert logins.find_login(session, secret, 1000 + ABSOLUTE - 1)
        assert logins.find_login(session, secret, 1000 + ABSOLUTE) is None
        assert logins.list_logins(session, 1000 + ABSOLUTE) == ()


def test_the_token_for_changes_is_that_of_its_own_login(store: Database) -> None:
    with store.writing() as session:
        login, secret = added(session)
        _, other = added(session)
        assert logins.has_csrf(login, logins.csrf_token(secret))
        assert not logins.has_csrf(login, logins.csrf_token(other))
        assert not logins.has_csrf(login, "\udcff ü")


def test_logins_are_listed_and_ended(store: Database) -> None:
    with store.writing() as session:
        first, _ = added(session, 1000)
        second, secret = added(session, 1001)
        assert [login.id for login in logins.list_logins(session, 1002)] == [second.id, first.id]
        assert logins.remove_login(session, first.number) == first
        with pytest.raises(Missing):
            logins.remove_login(session, first.number)
        added(session, 1002)
        assert logins.remove_logins(session, but=second.id) == 1
        assert logins.find_login(session, secret, 1003)


def test_there_are_never_more_than_so_many(store: Database) -> None:
    with store.writing() as session:
        _, oldest = added(session, 1000)
        for at in range(MAX_LOGINS):
            added(session, 1001 + at)
        assert len(logins.list_logins(session, 1200)) == MAX_LOGINS
        assert logins.find_login(session, oldest, 1200) is None


def test_what_a_browser_calls_itself_is_stored_harmlessly(store: Database) -> None:
    with store.writing() as session:
        login, _ = added(session, agent="a\0b\x1b[31m\u202e" + "x" * 1000)
        session.commit()
        assert login.agent.startswith("a?b?[31m?xxx")
        assert len(login.agent) == 200
