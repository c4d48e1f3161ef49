"""Who has asked, how often, when first and when last."""

from gateway.journal import days, seen
from gateway.journal.seen import Seen
from gateway.journal.tables import EVENT
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event


def test_each_device_with_its_counts_and_times_the_last_seen_first(journal: Database) -> None:
    rows = [
        event(count=5, time=NOW - 7200),
        event("tracking.miui.com", verdict=1, count=2),
        event(device="2001:db8::8", time=NOW + 3600),
    ]
    Writer(journal).write([batch(*rows)], NOW)
    assert seen.devices(journal) == (
        Seen("2001:db8::8", 1, 0, NOW + 3600, NOW + 3600),
        Seen("192.0.2.7", 7, 2, last=NOW, first=NOW - 7200),
    )


def test_sums_by_the_day_count_as_those_by_the_hour(journal: Database) -> None:
    Writer(journal).write([batch(event(count=5), event(verdict=1, count=2))], NOW)
    while days.step(journal, NOW + 3 * 86_400):
        pass
    Writer(journal).write([batch(event(time=NOW + 3 * 86_400), sequence=2)], NOW)
    assert [(one.asked, one.blocked) for one in seen.devices(journal)] == [(8, 2)]


def test_a_device_of_which_only_the_sums_are_left_is_still_known(journal: Database) -> None:
    Writer(journal).write([batch(event())], NOW)
    with journal.write() as connection:
        connection.execute(EVENT.delete())
    assert seen.devices(journal) == (Seen("192.0.2.7", 1, 0, NOW, NOW),)


def test_nobody_has_asked_a_new_log(journal: Database) -> None:
    assert seen.devices(journal) == ()
