"""The state of each generation is kept beside it: the last different ones, within bounds."""

import pytest

from gateway.policy.state import PauseState
from gateway.store import devices, generations, groups, lists, pauses, rules, snapshots
from gateway.store.engine import Database, Session

NOW = 1_700_000_000


def generation(session: Session, number: int) -> None:
    generations.add_generation(session, number, now=NOW, cause="", counts={})
    snapshots.keep(session, number)


def add(session: Session, text: str) -> None:
    rules.add_rule(session, text, now=NOW)


def test_what_was_set_comes_back_as_it_was(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "kids")
        rules.add_rule(session, "||a.example^", now=NOW, comment="why", tags=("x", "y"), expires=NOW + 5)
        made = lists.add_list(session, "https://lists.example/a", for_groups=("everyone", "kids"))
        lists.fetched_list(session, made.id, now=NOW, version="f" * 64, rules=3, refused=1, etag='"e"')
        devices.put_device(session, "192.0.2.7", now=NOW, name="Anna's", group="kids", tags=("user_child",))
        taken = snapshots.take(session)
        generation(session, 1)
        session.commit()
    with store.reading() as session:
        kept = snapshots.find(session, 1)
    assert kept == taken
    assert kept is not None
    assert kept.rules[0].tags == ("x", "y")
    assert [group.name for group in kept.groups] == ["everyone", "kids"]
    assert kept.lists[0].groups == (("everyone", 1), ("kids", 1))
    assert kept.devices == (snapshots.KeptDevice("192.0.2.7", "kids", "user_child"),)
    assert b"Anna" not in str(kept).encode()


def test_a_generation_of_the_same_state_takes_no_room_of_another(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "KEPT", 2)
    with store.writing() as session:
        add(session, "||a.example^")
        generation(session, 1)
        for number in range(2, 9):
            pauses.put_pause(session, PauseState("all", "", NOW + number, 1.0, "boot"))
            generation(session, number)
        add(session, "||b.example^")
        generation(session, 9)
        assert snapshots.kept_numbers(session) == frozenset(range(1, 10))
        first, same = snapshots.find(session, 1), snapshots.find(session, 8)
        assert first == same is not None
        add(session, "||c.example^")
        generation(session, 10)
        assert snapshots.kept_numbers(session) == {9, 10}
        assert snapshots.find(session, 8) is None
        assert snapshots.find(session, 77) is None


def test_what_is_kept_is_bounded_in_bytes_but_the_newest_stays(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "MAX_BYTES", 10)
    with store.writing() as session:
        for number in range(1, 4):
            add(session, f"||n{number}.example^")
            generation(session, number)
        assert snapshots.kept_numbers(session) == {3}


def test_a_number_that_is_used_again_has_the_new_state(store: Database) -> None:
    with store.writing() as session:
        generation(session, 5)
        generation(session, 6)  # as 5
        add(session, "||a.example^")
        generation(session, 5)
        found = snapshots.find(session, 5)
        assert found is not None
        assert [rule.text for rule in found.rules] == ["||a.example^"]
        assert snapshots.find(session, 6) is None


def test_the_copies_that_kept_generations_name_are_known(store: Database) -> None:
    with store.writing() as session:
        made = lists.add_list(session, "https://lists.example/a")
        generation(session, 1)
        for number, version in enumerate(("a" * 64, "b" * 64), 2):
            lists.fetched_list(session, made.id, now=NOW, version=version, rules=1, refused=0)
            generation(session, number)
        assert snapshots.versions(session) == ("b" * 64, "a" * 64)
