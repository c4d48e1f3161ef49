"""Generations are compared, and gone back to with all that hangs on them."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway import history
from gateway.data import Data
from gateway.errors import Missing
from gateway.policy import manifest
from gateway.policy.fetching import copies
from gateway.store import generations, groups, rules, snapshots
from gateway.works import Works
from tests.fakes import idle_box
from tests.fakes.changing import NOW, subscribe
from tests.fakes.idle_box import says


@pytest.fixture
def data(data_dir: Path) -> Data:
    return idle_box.made(data_dir)


@pytest.fixture
def works(data: Data) -> Iterator[Works]:
    """Generation 2 has a rule, 3 a list, in 4 the rule is off."""
    with closing(Works(data, data.read_settings())) as made:
        with made.change("rule") as change:
            rules.add_rule(change.session, "||a.example^", now=NOW)
        made.change_lists("list", lambda session: subscribe(data, session, "x", "||b.example^\n"))
        with made.change("off") as change:
            rules.update_rule(change.session, 1, enabled=False)
        yield made


def back(works: Works, data: Data, number: int) -> tuple[str, ...]:
    return works.change_lists("back", history.restoring(data.lists, number, time.time())).result.warnings


def test_two_generations_are_compared(works: Works) -> None:
    with works.reading() as session:
        first, last = history.compare(session, 1, 4), history.compare(session, 3, 4)
        assert not history.compare(session, 2, 2).rules
        with pytest.raises(Missing, match="no generation 9"):
            history.compare(session, 1, 9)
    assert [rule.text for rule in first.rules.added] == ["||a.example^"]
    assert [one.name for one in first.lists.added] == ["x"]
    (pair,) = last.rules.changed
    assert (pair.before.enabled, pair.after.enabled) == (True, False)
    assert not last.lists


def test_going_back_and_forth_puts_lists_and_rules_in_force_again(works: Works, data: Data) -> None:
    assert back(works, data, 1) == ()
    assert says(data, "a.example") == says(data, "b.example") == "allowed"
    assert manifest.current(data.policy).generation == 5
    assert back(works, data, 3) == ()
    assert says(data, "a.example") == "blocked: rules everyone 1 ||a.example^"
    assert says(data, "b.example").startswith("blocked: lists x 1")
    with works.reading() as session:
        assert snapshots.find(session, 6) == snapshots.find(session, 3)
        assert generations.get_generation(session, 6).cause == "back"


def test_a_list_whose_copy_is_gone_is_named(works: Works, data: Data) -> None:
    with works.reading() as session:
        (version,) = snapshots.versions(session)
    back(works, data, 1)
    copies.path_of(data.lists, version).unlink()
    (told,) = back(works, data, 3)
    assert "hushgate lists refresh" in told
    assert says(data, "b.example") == "allowed"


def test_what_is_not_kept_any_more_cannot_be_gone_back_to(
    works: Works, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "KEPT", 1)
    with works.change("more") as change:
        groups.add_group(change.session, "kids")
    with pytest.raises(Missing, match="not kept any more"):
        back(works, data, 2)
    assert manifest.current(data.policy).generation == 5
