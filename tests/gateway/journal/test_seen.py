"""Who has asked, how often and when last."""

from gateway.journal import seen
from gateway.journal.seen import Seen
from gateway.journal.tables import EVENT
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event


def test_each_device_with_its_counts_and_its_last_row_the_last_seen_first(journal: Database) -> None:
    rows = [
        event(count=5, time=NOW - 7200),
        event("tracking.miui.com", verdict=1, count=2),
        event(device="2001:db8::8", time=NOW + 3600),
    ]
    Writer(journal).write([batch(*rows)], NOW)
    assert seen.devices(journal) == (Seen("2001:db8::8", 1, 0, NOW + 3600), Seen("192.0.2.7", 7, 2, NOW))


def test_a_device_of_which_only_the_sums_are_left_is_still_known(journal: Database) -> None:
    Writer(journal).write([batch(event())], NOW)
    with journal.write() as connection:
        connection.execute(EVENT.delete())
    assert seen.devices(journal) == (Seen("192.0.2.7", 1, 0, 0),)


def test_nobody_has_asked_a_new_log(journal: Database) -> None:
    assert seen.devices(journal) == ()
