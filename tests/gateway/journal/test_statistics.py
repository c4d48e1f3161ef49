"""Sums from the roll-ups."""

import pytest

from gateway.journal import statistics
from gateway.journal.statistics import By, HourSum, Sum
from gateway.journal.tables import EVENT
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event

HOUR = NOW // 3600 * 3600


@pytest.fixture
def filled(journal: Database) -> Database:
    rows = [
        event("a.example", count=5, size=50),
        event("tracking.miui.com", verdict=1, count=2, size=20),
        event("tracking.miui.com", verdict=1, count=3, size=30, time=NOW + 3600, device="192.0.2.8"),
    ]
    Writer(journal).write([batch(*rows)], NOW)
    with journal.write() as connection:
        connection.execute(EVENT.delete())  # the roll-ups alone must do
    return journal


def test_totals_by_action(filled: Database) -> None:
    assert statistics.totals(filled, NOW) == {
        "allowed": Sum("allowed", 5, 50),
        "blocked": Sum("blocked", 5, 50),
    }
    assert statistics.totals(filled, NOW, NOW)["blocked"] == Sum("blocked", 2, 20)
    assert statistics.totals(filled, NOW + 9000) == {}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (By.NAME, [("a.example", 5), ("tracking.miui.com", 5)]),
        (By.DEVICE, [("192.0.2.7", 7), ("192.0.2.8", 3)]),
        (By.COMPANY, [("Xiaomi", 5)]),
        (By.PURPOSE, [("telemetry", 5)]),
        (By.COUNTRY, [("CN", 5)]),
        (By.LIST, [("xiaomi", 5)]),
        (By.CHANNEL, [("dns", 10)]),
    ],
)
def test_most_frequent_first(filled: Database, by: By, expected: list[tuple[str, int]]) -> None:
    found = [(one.value, one.count) for one in statistics.top(filled, by, NOW)]
    assert sorted(found) == sorted(expected)
    assert [count for _, count in found] == sorted((count for _, count in found), reverse=True)


def test_ranking_of_one_action_is_limited(filled: Database) -> None:
    assert [one.value for one in statistics.top(filled, By.NAME, NOW, action="blocked")] == [
        "tracking.miui.com"
    ]
    assert len(statistics.top(filled, By.NAME, NOW, limit=1)) == 1


def test_hour_by_hour(filled: Database) -> None:
    assert statistics.hours(filled, NOW) == (
        HourSum(HOUR, "allowed", 5, 50),
        HourSum(HOUR, "blocked", 2, 20),
        HourSum(HOUR + 3600, "blocked", 3, 30),
    )
    assert len(statistics.hours(filled, NOW, NOW)) == 2
