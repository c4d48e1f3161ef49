"""Sums from the roll-ups."""

import pytest

from gateway.journal import days, statistics
from gateway.journal.rollups import Part
from gateway.journal.statistics import Bucket, By, Sum, Summary, TimeSum
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
    blocked = Part(action="blocked")
    assert [one.value for one in statistics.top(filled, By.NAME, NOW, part=blocked)] == ["tracking.miui.com"]
    assert len(statistics.top(filled, By.NAME, NOW, limit=1)) == 1


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (Part(devices=("192.0.2.8",)), [("tracking.miui.com", 3)]),
        (Part(devices=("192.0.2.7", "192.0.2.8"), company="xiaomi"), [("tracking.miui.com", 5)]),
        (Part(action=("allowed", "blocked")), [("a.example", 5), ("tracking.miui.com", 5)]),
        (Part(devices=("192.0.2.9",)), []),
        (Part(company="nobody"), []),
        (Part(action="'; --"), []),
    ],
)
def test_ranking_of_a_part(filled: Database, part: Part, expected: list[tuple[str, int]]) -> None:
    for _ in range(2):
        found = [(one.value, one.count) for one in statistics.top(filled, By.NAME, 0, part=part)]
        assert sorted(found) == sorted(expected)
        _sum_up(filled)  # and once more from the sums by the day


def test_hour_by_hour(filled: Database) -> None:
    assert statistics.over_time(filled, Bucket.HOUR, NOW) == (
        TimeSum(HOUR, "allowed", 5, 50),
        TimeSum(HOUR, "blocked", 2, 20),
        TimeSum(HOUR + 3600, "blocked", 3, 30),
    )
    assert len(statistics.over_time(filled, Bucket.HOUR, NOW, NOW)) == 2


def test_day_by_day(filled: Database) -> None:
    day = NOW // 86400 * 86400
    for _ in range(2):
        assert statistics.over_time(filled, Bucket.DAY, 0) == (
            TimeSum(day, "allowed", 5, 50),
            TimeSum(day, "blocked", 5, 50),
        )
        _sum_up(filled)
    assert len(statistics.over_time(filled, Bucket.HOUR, 0)) == 3  # the hours are still there


def test_a_time_in_a_few_numbers(filled: Database) -> None:
    for _ in range(2):
        found = statistics.summary(filled, 0)
        assert found == Summary(asked=10, blocked=5, bytes=100, names=2, devices=2, companies=1)
        assert found.percent == 50.0
        _sum_up(filled)
    nothing = statistics.summary(filled, NOW + 90_000_000)
    assert (nothing.asked, nothing.percent, nothing.names) == (0, 0.0, 0)


def _sum_up(database: Database) -> None:
    while days.step(database, NOW + 10 * 86400):
        pass
