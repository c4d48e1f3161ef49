"""Changes by one that stays: tried, audited, with what belongs to them in the same transaction."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.author import Author
from gateway.data import Data
from gateway.policy import manifest
from gateway.policy.publish import Applied
from gateway.store import audit, generations, groups, lists, rules
from gateway.store.engine import Session
from gateway.works import Works
from tests.fakes import idle_box
from tests.fakes.changing import NOW, subscribe
from tests.fakes.idle_box import says
from tests.fakes.policies import said

ANNA = Author("anna", "192.0.2.9")


@pytest.fixture
def data(data_dir: Path) -> Data:
    return idle_box.made(data_dir)


@pytest.fixture
def works(data: Data) -> Iterator[Works]:
    with closing(Works(data, data.read_settings())) as made:
        yield made


def test_who_changed_what_is_noted_with_the_generation(works: Works) -> None:
    with works.change("rule added", ANNA) as change:
        rules.add_rule(change.session, "||a.example^", now=NOW)
        change.target, change.detail = "rule 1", {"text": "||a.example^"}
    with works.reading() as session:
        entry = audit.list_entries(session)[0]
        made = generations.list_generations(session)[0]
    assert (entry.who, entry.whence, entry.action, entry.target) == (
        "anna",
        "192.0.2.9",
        "rule added",
        "rule 1",
    )
    assert entry.detail == {"text": "||a.example^"}
    assert change.applied is not None
    assert entry.generation == made.number == change.applied.generation
    assert (made.author, made.whence) == ("anna", "192.0.2.9")


def test_what_changes_no_verdict_is_audited_where_it_is_to_be(works: Works, data: Data) -> None:
    with works.noting(ANNA, "key trusted", "key 7"):
        pass
    with works.noting(ANNA):
        pass
    with works.reading() as session:
        found = [(entry.action, entry.generation) for entry in audit.list_entries(session, who="anna")]
    assert found == [("key trusted", 0)]
    assert manifest.current(data.policy).generation == 1


def test_a_dry_run_says_what_would_be_and_changes_nothing(works: Works, data: Data) -> None:
    with works.change("tried", ANNA, dry_run=True) as change:
        rules.add_rule(change.session, "||a.example^", now=NOW)
    assert change.applied is None
    trial = change.trial
    assert trial is not None
    assert [rule.text for rule in trial.state_after.rules] == ["||a.example^"]
    assert not trial.state_before.rules
    assert said(trial.after, "a.example", "192.0.2.7").startswith("blocked")
    assert said(trial.before, "a.example", "192.0.2.7") == "allowed"
    assert trial.after.shared is trial.before.shared  # the lists stay as they are compiled
    _nothing_has_changed(works, data)


def test_a_dry_run_of_a_list_compiles_it_beside(works: Works, data: Data) -> None:
    def act(session: Session) -> None:
        subscribe(data, session, "ads", "listed.example")

    outcome = works.change_lists("tried", act, ANNA, dry_run=True)
    assert outcome.applied is None
    assert outcome.trial is not None
    assert said(outcome.trial.after, "listed.example", "192.0.2.7").startswith("blocked")
    _nothing_has_changed(works, data)
    assert not list(data.run.glob("trial-*"))


def _nothing_has_changed(works: Works, data: Data) -> None:
    with works.reading() as session:
        assert not rules.list_rules(session)
        assert not lists.list_lists(session)
        assert not audit.list_entries(session, who="anna")
    assert manifest.current(data.policy).generation == 1


def test_what_belongs_to_a_change_is_committed_with_it(works: Works) -> None:
    seen: list[int] = []

    def beside(session: Session, applied: Applied) -> None:
        groups.add_group(session, "beside")
        seen.append(applied.generation)

    with works.change("a rule", ANNA) as change:
        rules.add_rule(change.session, "||a.example^", now=NOW)
        change.before_commit(beside)
    with works.reading() as session:
        assert groups.get_group(session, "beside")
    assert seen == [2]


def test_what_fails_beside_a_change_takes_it_back(works: Works, data: Data) -> None:
    def fails(_session: Session, _applied: Applied) -> None:
        raise ValueError("no room")

    def change() -> None:
        with works.change("a rule", ANNA) as change:
            rules.add_rule(change.session, "||a.example^", now=NOW)
            change.before_commit(fails)

    with pytest.raises(ValueError, match="no room"):
        change()
    assert says(data, "a.example") == "allowed"
    with pytest.raises(ValueError, match="no room"):
        works.change_lists("a list", lambda session: _both(data, session), ANNA, finish=fails)
    assert says(data, "a.example") == says(data, "listed.example") == "allowed"
    with works.reading() as session:
        assert not rules.list_rules(session)
        assert not lists.list_lists(session)


def test_rules_that_come_with_a_list_are_in_the_same_generation(works: Works, data: Data) -> None:
    outcome = works.change_lists("both", lambda session: _both(data, session), ANNA)
    assert outcome.applied is not None
    assert outcome.applied.generation == manifest.current(data.policy).generation == 2
    assert says(data, "a.example").startswith("blocked: rules")
    assert says(data, "listed.example").startswith("blocked: lists")


def _both(data: Data, session: Session) -> None:
    subscribe(data, session, "ads", "listed.example")
    rules.add_rule(session, "||a.example^", now=NOW)


def test_many_threads_change_at_once_and_nothing_is_lost(works: Works, data: Data) -> None:
    def add(number: int) -> None:
        with works.change(f"rule {number}", ANNA) as change:
            rules.add_rule(change.session, f"||n{number}.example^", now=NOW)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with works.reading() as session:
        assert len(rules.list_rules(session)) == 12
        # One each; whoever was overtaken between commit and look publishes once more.
        assert generations.last_generation(session) >= 13
    assert all(says(data, f"n{number}.example").startswith("blocked") for number in range(12))


def test_closed_twice_and_used_again(works: Works) -> None:
    works.close()
    works.close()
    with works.reading() as session:
        assert groups.list_groups(session)
