"""How much the log holds."""

from collections import Counter
from pathlib import Path

from gateway.journal import extent
from gateway.store.engine import open_journal
from tests.fakes import idle_box
from tests.fakes.events import event

HOUR = 3600


def test_what_was_written_is_counted_by_hour_and_action(data_dir: Path) -> None:
    data = idle_box.made(data_dir)
    idle_box.note(
        data, event(time=7 * HOUR, verdict=0, count=3), event(time=7 * HOUR + 5, verdict=1, count=2)
    )
    idle_box.note(data, event(time=8 * HOUR, verdict=1))
    journal = open_journal(data.root)
    try:
        assert extent.rows(journal) == extent.ever(journal) == 3
        assert extent.devices(journal) == 1
        assert extent.actions(journal, 7 * HOUR + 9) == {
            7 * HOUR: Counter(allowed=3, blocked=2),
            8 * HOUR: Counter(blocked=1),
        }
        assert extent.actions(journal, 8 * HOUR).keys() == {8 * HOUR}
    finally:
        journal.close()


def test_an_empty_log_holds_nothing(data_dir: Path) -> None:
    data = idle_box.made(data_dir)
    journal = open_journal(data.root)
    try:
        assert (extent.rows(journal), extent.ever(journal), extent.devices(journal)) == (0, 0, 0)
        assert extent.actions(journal, 0) == {}
    finally:
        journal.close()
