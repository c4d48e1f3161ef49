"""Whose bundles are trusted."""

import pytest

from gateway.errors import Conflict, Missing, UsageError
from gateway.store import bundle_keys
from gateway.store.engine import Database

FIRST, SECOND = "00A1B2C3D4E5F607", "F" * 16


def test_a_key_is_trusted_until_it_is_removed(store: Database) -> None:
    with store.writing() as session:
        made = bundle_keys.add_key(session, FIRST, "RWQ first", name=" Acme ", now=5)
        other = bundle_keys.add_key(session, SECOND, "RWQ second", name="", now=6)
        session.commit()
    assert (made.name, made.created) == ("Acme", 5)
    with store.writing() as session:
        assert bundle_keys.list_keys(session) == (made, other)
        for which in (FIRST, "a1b2c3d4e5f607", "Acme"):
            assert bundle_keys.get_key(session, which) == made
        assert bundle_keys.remove_key(session, "Acme") == made
        assert bundle_keys.list_keys(session) == (other,)


def test_a_key_that_is_there_is_renamed_and_no_other_takes_its_id(store: Database) -> None:
    with store.writing() as session:
        bundle_keys.add_key(session, FIRST, "RWQ first", name="Acme", now=5)
        again = bundle_keys.add_key(session, FIRST, "RWQ first", name="Acme Ltd", now=9)
        assert (again.name, again.created) == ("Acme Ltd", 5)
        assert bundle_keys.add_key(session, FIRST, "RWQ first", name="", now=9).name == "Acme Ltd"
        with pytest.raises(Conflict, match=FIRST):
            bundle_keys.add_key(session, FIRST, "RWQ another", name="", now=9)


@pytest.mark.parametrize("which", ["", "nobody", "%", "' OR 1=1 --"])
def test_a_key_that_is_not_there_is_missing(store: Database, which: str) -> None:
    with store.writing() as session, pytest.raises(Missing):
        bundle_keys.remove_key(session, which)


@pytest.mark.parametrize("name", ["a\nb", "\0", "x" * 65])
def test_a_name_is_one_line(store: Database, name: str) -> None:
    with store.writing() as session:
        with pytest.raises(UsageError):
            bundle_keys.add_key(session, FIRST, "RWQ first", name=name, now=5)
        with pytest.raises(UsageError):
            bundle_keys.get_key(session, name)
