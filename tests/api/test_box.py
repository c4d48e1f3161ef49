"""What the routes work on stays open, and is opened anew where the keeper has put another in its place."""

from contextlib import closing
from pathlib import Path

import pytest

from api.box import ApiBox
from gateway import chosen, names
from gateway.chosen import Chosen
from gateway.data import Data
from gateway.journal import search
from gateway.journal.search import Filters
from gateway.policy.matching.asker import Asker
from gateway.store import rules
from gateway.store.engine import JOURNAL_FILE, STORE_FILE
from tests.fakes import idle_box
from tests.fakes.events import event


@pytest.fixture
def data(data_dir: Path) -> Data:
    return idle_box.made(data_dir)


def test_the_policy_is_the_one_in_force(data: Data) -> None:
    with closing(ApiBox(data, data.read_settings())) as box:
        before = box.policy()
        assert box.policy() is before
        with box.works.change("a rule") as change:
            rules.add_rule(change.session, "||a.example^", now=1)
        assert box.policy().generation == before.generation + 1
        assert box.policy().shared is before.shared  # what has stayed the same stays mapped
        assert box.policy().decide(Asker("192.0.2.7"), names.from_text("a.example"), 1).rule is not None


def test_a_log_that_was_set_aside_is_opened_anew(data: Data) -> None:
    idle_box.note(data, event(names.from_text("a.example")))
    with closing(ApiBox(data, data.read_settings())) as box:
        with box.journal() as journal:
            assert len(search.newest(journal, Filters()).rows) == 1
        _set_aside(data.root / JOURNAL_FILE)
        with box.journal() as journal:
            assert not search.newest(journal, Filters()).rows


def test_rules_that_were_put_back_are_the_ones_that_count(data: Data) -> None:
    with closing(ApiBox(data, data.read_settings())) as box:
        with box.works.change("a rule") as change:
            rules.add_rule(change.session, "||a.example^", now=1)
        _set_aside(data.root / STORE_FILE)
        with box.works.reading() as session:
            assert not rules.list_rules(session)


def test_closing_twice_is_no_trouble(data: Data) -> None:
    box = ApiBox(data, data.read_settings())
    with box.journal():
        pass
    box.close()
    box.close()


class Kept:
    """Something that a room keeps."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        """Count it."""
        self.closed += 1


def test_what_is_kept_is_ended_with_the_box(data: Data) -> None:
    with closing(ApiBox(data, data.read_settings())) as box:
        kept = box.kept(Kept)
        assert box.kept(Kept) is kept
        assert box.kept(list[int]) == []  # nothing to end
    assert kept.closed == 1


def _set_aside(path: Path) -> None:
    for side in ("", "-wal", "-shm"):
        found = path.with_name(path.name + side)
        if found.exists():
            found.rename(found.with_name(f"aside{side}-{path.name}"))


def test_what_the_panel_has_set_counts_and_a_damaged_file_changes_nothing(
    data: Data, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(ApiBox(data, data.read_settings())) as box:
        chosen.write(data.chosen, Chosen(1, values={"dns.blocked_ttl": 60}))
        box.take_up()
        assert box.settings.dns.blocked_ttl == 60
        data.chosen.write_text("{")
        box.take_up()
        assert box.settings.dns.blocked_ttl == 60
        assert "panel-settings.json" in caplog.text
