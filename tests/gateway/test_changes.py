"""A change of the user's is stored and in force, or nothing happened: whatever fails, and whoever else changes."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from gateway import changes, works
from gateway.data import Data
from gateway.errors import OwnFault, UsageError
from gateway.policy import manifest
from gateway.policy.fetching import copies
from gateway.policy.publish import Applied, Publisher
from gateway.store import devices, generations, groups, lists, rules
from gateway.store.engine import Session
from gateway.store.faults import StoreAway
from gateway.store.generations import Generation
from gateway.store.lists import Subscription
from tests.fakes import idle_box
from tests.fakes.changing import LISTS, NOW, add, somebody, subscribe
from tests.fakes.ears import lagging, listening, obedient
from tests.fakes.idle_box import says


@pytest.fixture
def data(data_dir: Path, url: str) -> Data:
    """A box on SQLite, and one on PostgreSQL."""
    return idle_box.made(data_dir, store_url=url)


@pytest.fixture
def plain(data_dir: Path) -> Data:
    """A box on SQLite, where it makes no difference."""
    return idle_box.made(data_dir)


def stored(data: Data) -> tuple[list[str], list[str]]:
    """Texts of the rules and names of the lists that are stored."""
    with changes.reading(data) as session:
        return [rule.text for rule in rules.list_rules(session)], [
            one.name for one in lists.list_lists(session)
        ]


def last(data: Data) -> Generation:
    with changes.reading(data) as session:
        return generations.list_generations(session)[0]


def in_force(data: Data) -> int:
    return manifest.current(data.policy).generation


def test_a_rule_is_stored_and_in_force_and_noted_with_its_cause(data: Data) -> None:
    with listening(data.run, "dns-0", obedient(data.policy)), changes.change(data, "the cause") as change:
        rules.add_rule(change.session, "||a.example^", now=NOW)
    assert stored(data) == (["||a.example^"], [])
    assert says(data, "a.example") == "blocked: rules everyone 1 ||a.example^"
    assert (last(data).number, last(data).cause) == (2, "the cause")
    told = change.summary()
    assert (told["generation"], told["applied"]["workers"], told["applied"]["of"]) == (2, 1, 1)
    assert (in_force(data), told["warnings"]) == (2, [])


def test_what_a_worker_does_not_take_up_is_neither_stored_nor_in_force(data: Data) -> None:
    before = in_force(data)
    with (
        listening(data.run, "dns-0", obedient(data.policy)),
        listening(data.run, "dns-1", lagging),
        pytest.raises(OwnFault, match="no memory"),
    ):
        add(data, "||a.example^")
    assert stored(data) == ([], [])
    assert in_force(data) == before == last(data).number
    assert says(data, "a.example") == "allowed"
    assert add(data, "||b.example^") > before  # nothing is left in the way


def test_a_rule_that_no_generation_can_be_made_of_leaves_all_as_it_was(data: Data) -> None:
    with pytest.raises(UsageError):
        add(data, "/(/")
    assert stored(data) == ([], [])
    assert in_force(data) == last(data).number == 1


def test_an_error_in_the_body_leaves_all_as_it_was(data: Data) -> None:
    with pytest.raises(UsageError, match="no group nobody"):
        add(data, "||a.example^", group="nobody")
    assert stored(data) == ([], [])
    assert in_force(data) == 1


def test_what_is_in_force_but_cannot_be_stored_is_taken_back(
    plain: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with listening(plain.run, "dns-0", obedient(plain.policy)) as worker:
        monkeypatch.setattr(generations, "add_generation", full)
        with pytest.raises(OSError, match="disk full"):
            add(plain, "||a.example^")
        assert len(worker.asked) == 2  # of the change, and of its end
        with pytest.raises(OSError, match="disk full"):
            changes.change_lists(
                plain, "list added", lambda session: subscribe(plain, session, "ads", "a.example")
            )
        assert len(worker.asked) == 4
    assert stored(plain) == ([], [])
    assert says(plain, "a.example") == "allowed"


KILLED = """
import os, sys
from pathlib import Path
from gateway import changes
from gateway.data import Data
from gateway.store import generations, rules
generations.add_generation = lambda *_, **__: os._exit(9)
with changes.change(Data(Path(sys.argv[1])), "killed") as change:
    rules.add_rule(change.session, "||a.example^", now=1)
"""


def test_a_change_killed_between_publishing_and_storing_is_settled(plain: Data) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, plain.root], timeout=60, check=False)
    assert done.returncode == 9
    assert says(plain, "a.example").startswith("blocked")  # in force, but nobody was told so
    assert stored(plain) == ([], [])
    applied = changes.settle(plain, plain.read_settings())
    assert applied is not None
    assert says(plain, "a.example") == "allowed"
    assert in_force(plain) == last(plain).number == applied.generation
    assert changes.settle(plain, plain.read_settings()) is None


def test_settling_waits_for_whoever_has_published_and_is_about_to_store(
    plain: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, settled = threading.Event(), []
    look = changes._is_known

    def looks(data: Data, session: Session) -> bool:
        known = look(data, session)
        looked.set()
        return known

    monkeypatch.setattr(changes, "_is_known", looks)
    settling = threading.Thread(
        target=lambda: settled.append(changes.settle(plain, plain.read_settings())), name="settling"
    )

    def meanwhile(_session: Session, _applied: Applied) -> None:
        settling.start()
        assert looked.wait(20)

    with changes.change(plain, "rule added") as change:
        rules.add_rule(change.session, "||a.example^", now=NOW)
        change.before_commit(meanwhile)
    settling.join()
    assert settled == [None]
    assert in_force(plain) == last(plain).number == 2
    assert says(plain, "a.example").startswith("blocked")


def test_where_nothing_whole_is_in_force_settling_publishes(plain: Data) -> None:
    add(plain, "||a.example^")
    assert changes.settle(plain, plain.read_settings()) is None
    (plain.policy / "manifest").write_bytes(b"rubbish")
    assert changes.settle(plain, plain.read_settings()) is not None
    assert says(plain, "a.example").startswith("blocked")


def test_whoever_changes_something_at_once_it_is_in_force_when_acknowledged(data: Data) -> None:
    rounds = {"left": 12, "right": 12, LISTS: 6}
    with listening(data.run, "dns-0", obedient(data.policy)):
        running = [somebody(data, who, number) for who, number in rounds.items()]
        said = [process.communicate(timeout=100)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    wrong = {
        f"{who}{i}.example": says(data, f"{who}{i}.example")
        for who, number in rounds.items()
        for i in range(number)
        if not says(data, f"{who}{i}.example").startswith("blocked")
    }
    assert wrong == {}
    assert in_force(data) == last(data).number


def test_a_list_is_stored_and_in_force(data: Data) -> None:
    made, applied = changes.change_lists(
        data, "list added", lambda session: subscribe(data, session, "ads", "a.example")
    )
    assert made.name == "ads"
    assert says(data, "a.example") == "blocked: lists ads 1 a.example"
    assert (in_force(data), last(data).cause) == (applied.generation, "list added")
    changes.change_lists(data, "off", lambda session: lists.update_list(session, "ads", enabled=False))
    assert says(data, "a.example") == "allowed"
    changes.change_lists(data, "gone", lambda session: lists.remove_list(session, "ads"))
    assert stored(data) == ([], [])


def test_a_list_that_cannot_be_compiled_leaves_all_as_it_was(data: Data) -> None:
    changes.change_lists(data, "list added", lambda session: subscribe(data, session, "ads", "a.example"))
    before = in_force(data)

    def add_without_copy(session: Session) -> None:
        made = subscribe(data, session, "gone", "b.example")
        copies.path_of(data.lists, made.version).unlink()

    with pytest.raises(OwnFault):
        changes.change_lists(data, "list added", add_without_copy)
    assert stored(data) == ([], ["ads"])
    assert in_force(data) == before
    assert says(data, "a.example").startswith("blocked")


def test_a_list_that_a_worker_does_not_take_up_leaves_all_as_it_was(data: Data) -> None:
    with listening(data.run, "dns-0", lagging), pytest.raises(OwnFault, match="no memory"):
        changes.change_lists(data, "list added", lambda session: subscribe(data, session, "ads", "a.example"))
    assert stored(data) == ([], [])
    assert in_force(data) == last(data).number == 1


def test_rules_that_come_while_a_list_is_compiled_do_not_wait_and_stay(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_lists = Publisher._compile

    def meanwhile(self: Publisher, work: Any) -> Any:
        add(data, "||meanwhile.example^")
        return compile_lists(self, work)

    monkeypatch.setattr(Publisher, "_compile", meanwhile)
    changes.change_lists(data, "list added", lambda session: subscribe(data, session, "ads", "a.example"))
    assert says(data, "meanwhile.example").startswith("blocked")
    assert says(data, "a.example").startswith("blocked")
    assert stored(data) == (["||meanwhile.example^"], ["ads"])
    assert in_force(data) == last(data).number


def test_whoever_publishes_between_a_change_and_its_commit_does_not_undo_it(
    plain: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = generations.add_generation
    once = iter([True])

    def in_between(*arguments: Any, **more: Any) -> Any:
        if next(once, False):  # published, not committed: somebody else cannot see it
            somebody._all(lambda: before)
        return note(*arguments, **more)

    with changes.works(plain) as somebody:
        before = somebody.committed()
        monkeypatch.setattr(generations, "add_generation", in_between)
        add(plain, "||a.example^")
    assert says(plain, "a.example").startswith("blocked")
    assert in_force(plain) == last(plain).number == 4


def test_a_list_that_was_given_another_number_than_when_it_was_tried_is_in_force(plain: Data) -> None:
    """PostgreSQL counts on, whatever is taken back."""
    names = (f"try{number}" for number in count())

    def act(session: Session) -> Subscription:
        return subscribe(plain, session, next(names), "a.example")

    made, applied = changes.change_lists(plain, "list added", act)
    assert stored(plain) == ([], [made.name])
    assert says(plain, "a.example") == f"blocked: lists {made.name} 1 a.example"
    assert in_force(plain) == last(plain).number == applied.generation


def test_groups_and_devices_count_at_once(data: Data) -> None:
    with changes.change(data, "a group and a device") as change:
        groups.add_group(change.session, "kids")
        devices.put_device(change.session, "192.0.2.7", now=NOW, group="kids")
        rules.add_rule(change.session, "||a.example^", now=NOW, group="kids")
    assert says(data, "a.example", "192.0.2.7").startswith("blocked")
    assert says(data, "a.example", "192.0.2.8") == "allowed"


def test_rules_whose_time_has_passed_are_removed(data: Data) -> None:
    add(data, "||old.example^", expires=NOW)
    add(data, "||kept.example^")
    changes.drop_expired(data)
    assert stored(data) == (["||kept.example^"], [])


def test_what_changes_no_verdict_publishes_nothing(data: Data) -> None:
    with changes.noting(data) as session:
        lists.add_list(session, "https://lists.example/later", name="later")
    assert stored(data) == ([], ["later"])
    assert in_force(data) == 1


def test_a_locked_database_is_one_line_with_a_hint(plain: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(works, "BUSY_MS", 20)
    with contextlib.closing(sqlite3.connect(plain.root / "hushgate.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreAway, match="locked") as caught:
            add(plain, "||a.example^")
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    assert in_force(plain) == 1


def test_an_error_of_ours_is_not_taken_for_the_databases() -> None:
    with pytest.raises(ValueError, match="ours"), works.plainly():
        raise ValueError("ours")


def test_warnings_of_what_phones_need_are_passed_on(plain: Data) -> None:
    with changes.change(plain, "a rule") as change:
        rules.add_rule(change.session, "||update.miui.com^", now=NOW)
    (warning,) = change.summary()["warnings"]
    assert warning.startswith("||update.miui.com^ blocks update.miui.com in everyone: ")


def test_a_change_waits_for_another_that_is_under_way(plain: Data) -> None:
    with changes.change(plain, "first") as first:
        process = somebody(plain, "second", 1)
        rules.add_rule(first.session, "||first.example^", now=NOW)
    assert process.communicate(timeout=60)[1] == ""
    assert stored(plain) == (["||first.example^", "||second0.example^"], [])
