import pytest

from gateway.errors import Conflict, Missing
from gateway.store import accounts
from gateway.store.engine import Database


def test_an_account_is_made_once_and_forgotten(store: Database) -> None:
    with store.writing() as session:
        assert accounts.find_account(session) is None
        made = accounts.add_account(session, "$argon2id$…", now=5)
        assert (made.name, made.totp, made.recovery, made.created) == ("admin", "", (), 5)
        with pytest.raises(Conflict, match="set already"):
            accounts.add_account(session, "other", now=6)
        accounts.remove_account(session)
        assert accounts.find_account(session) is None
        with pytest.raises(Missing):
            accounts.remove_account(session)


def test_its_repr_tells_no_secret(store: Database) -> None:
    with store.writing() as session:
        made = accounts.add_account(session, "$argon2id$secret", now=5)
    assert repr(made) == "Account('admin')"


def test_a_time_step_is_spent_once_and_none_before_it_counts(store: Database) -> None:
    with store.writing() as session:
        accounts.add_account(session, "x", now=1)
        accounts.set_second_factor(session, "JBSWY3DP", (), step=100, now=2)
        assert not accounts.use_step(session, 100)
        assert accounts.use_step(session, 101)
        assert not accounts.use_step(session, 101)
        assert not accounts.use_step(session, 99)


def test_a_recovery_code_is_kept_hashed_and_counts_once(store: Database) -> None:
    with store.writing() as session:
        accounts.add_account(session, "x", now=1)
        accounts.set_second_factor(session, "JBSWY3DP", ("a", "b"), step=0, now=2)
        kept = accounts.find_account(session)
        assert kept is not None
        assert "a" not in kept.recovery
        assert len(kept.recovery) == 2
        assert accounts.use_recovery(session, "a")
        assert not accounts.use_recovery(session, "a")
        accounts.set_recovery(session, ("c",), now=3)
        assert not accounts.use_recovery(session, "b")
        assert accounts.use_recovery(session, "c")


def test_a_new_password_leaves_the_second_factor(store: Database) -> None:
    with store.writing() as session:
        accounts.add_account(session, "x", now=1)
        accounts.set_second_factor(session, "JBSWY3DP", (), step=0, now=2)
        accounts.set_password(session, "y", now=9)
        kept = accounts.find_account(session)
        assert kept is not None
        assert (kept.password, kept.totp, kept.changed) == ("y", "JBSWY3DP", 9)
