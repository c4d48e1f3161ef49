"""Which versions are in force, and which was the highest ever."""

import msgspec
import pytest

from gateway.errors import Missing
from gateway.policy.state import BundleState
from gateway.store import bundles
from gateway.store.bundles import KeptBundle
from gateway.store.engine import Database

FIRST = KeptBundle("acme", "K" * 16, 1, 10, 20, "a" * 64, 15, b'{"hosts": []}')
SECOND = msgspec.structs.replace(FIRST, version=2, sha256="b" * 64, catalogue=b"")


def test_what_is_in_force_is_known_with_its_highest_version(store: Database) -> None:
    with store.writing() as session:
        made = bundles.put_bundle(session, FIRST)
        assert (made.version, made.highest, made.url, made.applied) == (1, 1, "", 15)
        assert bundles.states(session) == (BundleState("acme", FIRST.catalogue),)
        assert bundles.put_bundle(session, SECOND).highest == 2
        assert bundles.states(session) == ()  # nothing of it is for the catalogue
        assert bundles.kept(session) == (SECOND,)
        session.commit()
    with store.reading() as session:
        (one,) = bundles.list_bundles(session)
        assert bundles.get_bundle(session, "acme") == one
        assert (one.version, one.sha256, one.key_id) == (2, "b" * 64, "K" * 16)


def test_a_removed_bundle_is_gone_but_for_its_key_and_highest_version(store: Database) -> None:
    with store.writing() as session:
        bundles.put_bundle(session, SECOND)
        bundles.subscribe(session, "acme", "https://a.example/b")
        bundles.fetched_bundle(session, "acme", now=5, error="x")
        gone = bundles.clear_bundle(session, "acme")
        assert (gone.version, gone.url, gone.error) == (2, "https://a.example/b", "x")
        found = bundles.list_bundles(session), bundles.states(session), bundles.kept(session)
        assert found == ((), (), ())
        with pytest.raises(Missing):
            bundles.get_bundle(session, "acme")
        with pytest.raises(Missing):
            bundles.clear_bundle(session, "acme")
        known = bundles.find_bundle(session, "acme")
        assert known is not None
        assert (known.highest, known.key_id, known.version, known.url, known.is_there) == (
            2, "K" * 16, 0, "", False,
        )  # fmt: skip
        assert bundles.find_bundle(session, "other") is None


def test_what_came_of_a_fetch_is_noted(store: Database) -> None:
    with store.writing() as session:
        bundles.put_bundle(session, FIRST)
        assert bundles.fetched_bundle(session, "acme", now=7).fetched == 7
        failed = bundles.fetched_bundle(session, "acme", now=9, error="no\0thing" + "x" * 5000)
        assert (failed.fetched, failed.error[:8], len(failed.error)) == (7, "no�thing", 2000)
        assert bundles.fetched_bundle(session, "acme", now=9).error == ""
        with pytest.raises(Missing):
            bundles.fetched_bundle(session, "other", now=9)


def test_a_rollback_leaves_subscriptions_and_highest_versions(store: Database) -> None:
    with store.writing() as session:
        bundles.put_bundle(session, FIRST)
        kept = bundles.kept(session)
        bundles.put_bundle(session, SECOND)
        bundles.subscribe(session, "acme", "https://a.example/b")
        bundles.put_bundle(session, msgspec.structs.replace(FIRST, name="later"))
        bundles.restore(session, kept)
        (one,) = bundles.list_bundles(session)
        assert (one.name, one.version, one.highest, one.url) == ("acme", 1, 2, "https://a.example/b")
        assert bundles.kept(session) == kept
        later = bundles.find_bundle(session, "later")
        assert later is not None
        assert (later.version, later.highest) == (0, 1)
        bundles.restore(session, ())
        assert [one.version for one in bundles.list_bundles(session)] == [0]  # still subscribed to
        assert bundles.states(session) == ()
