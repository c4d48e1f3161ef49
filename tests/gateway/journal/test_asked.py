"""What was asked, per device: by hours and days together, the newest first, within bounds."""

import pytest

from gateway.journal import days
from gateway.journal.asked import Asked, AskedNames, asked
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event

DAY = 86400
PHONE, TABLET = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def filled(journal: Database) -> Database:
    """The phone asks for a.example every day for five days, the tablet for b.example only today."""
    rows = [
        event("a.example", time=NOW - day * DAY, device=PHONE, count=2, verdict=day % 2) for day in range(5)
    ]
    rows.append(event("b.example", time=NOW, device=TABLET, count=3))
    Writer(journal).write([batch(*rows)], NOW)
    return journal


@pytest.mark.parametrize("rolled", [False, True])
def test_counts_are_of_all_days_the_most_frequent_first(filled: Database, rolled: bool) -> None:
    if rolled:
        while days.step(filled, NOW):
            pass
    found = asked(filled, NOW - 3 * DAY, limit=10)
    assert found == AskedNames((Asked(PHONE, "a.example", 8), Asked(TABLET, "b.example", 3)), True)


def test_only_these_devices(filled: Database) -> None:
    while days.step(filled, NOW):
        pass
    found = asked(filled, 0, limit=10, devices={TABLET, "nobody"})
    assert [row.device for row in found.rows] == [TABLET]
    assert asked(filled, 0, limit=10, devices=()).rows == ()


def test_where_there_is_more_than_may_be_looked_at_the_newest_counts(filled: Database) -> None:
    Writer(filled).write([batch(event("old.example", time=NOW - 9 * DAY, device=PHONE), sender="x/1/1")], NOW)
    found = asked(filled, 0, limit=2)
    assert not found.complete
    assert {row.name for row in found.rows} == {"a.example", "b.example"}


def test_it_ends_when_its_time_is_over(filled: Database) -> None:
    assert asked(filled, 0, limit=10, in_time=lambda: False) == AskedNames((), False)


def test_an_empty_log_is_no_error(journal: Database) -> None:
    assert asked(journal, 0, limit=10) == AskedNames((), True)
