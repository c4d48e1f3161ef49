"""Sums by the day agree with those by the hour, whenever and in whatever order events come."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from gateway.journal import days, marks, statistics
from gateway.journal.days import EVERYBODY, Stretch
from gateway.journal.rollups import Part
from gateway.journal.statistics import By
from gateway.journal.tables import DAY_NAME, DAY_TOTAL, HOUR_NAME, HOUR_TOTAL
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event

DAY = 86400
MIDNIGHT = NOW // DAY * DAY


def _run(database: Database, now: float) -> int:
    steps = 0
    while days.step(database, now):
        steps += 1
        assert steps < 1000
    return steps


def _sums(database: Database) -> tuple[Counter[tuple[int, ...]], ...]:
    """(day, device, …) → count: by the hour, by the day, by the day of everybody."""
    by_hour: Counter[tuple[int, ...]] = Counter()
    by_day: Counter[tuple[int, ...]] = Counter()
    together: Counter[tuple[int, ...]] = Counter()
    with database.read() as connection:
        rolled = marks.read(connection)[marks.ROLLED]
        for table in (HOUR_NAME, HOUR_TOTAL):
            for hour, *key, count, size in connection.execute(select(table).where(table.c.hour < rolled)):
                by_hour[(hour // 24, *key)] += count + 1000 * size
        for table in (DAY_NAME, DAY_TOTAL):
            for day, device, *key, count, size in connection.execute(select(table)):
                if device == EVERYBODY:
                    together[(day, *key)] += count + 1000 * size
                else:
                    by_day[(day, device, *key)] += count + 1000 * size
    return by_hour, by_day, together


def _agree(database: Database) -> None:
    by_hour, by_day, together = _sums(database)
    assert by_hour == by_day
    names: Counter[tuple[int, ...]] = Counter()
    for (day, _, *key), sum_ in by_day.items():
        if len(key) == 2:
            names[(day, *key)] += sum_
    assert names == together


def test_hours_that_are_over_are_summed_up_and_no_others(journal: Database) -> None:
    rows = [event(time=MIDNIGHT + hour * 3600, device=f"192.0.2.{hour % 3}") for hour in range(30)]
    Writer(journal).write([batch(*rows)], NOW)
    assert _run(journal, MIDNIGHT + 26 * 3600) == 25
    _agree(journal)
    assert sum(_sums(journal)[0].values()) == 25 * 2 * 60001
    assert _run(journal, MIDNIGHT + 26 * 3600) == 0
    assert _run(journal, MIDNIGHT + 31 * 3600) == 5
    _agree(journal)


def test_late_events_are_in_both(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event(time=MIDNIGHT), event("b.example", time=MIDNIGHT + 7200))], NOW)
    _run(journal, MIDNIGHT + 2 * DAY)
    late = [event(time=MIDNIGHT + 60, count=3), event("c.example", time=MIDNIGHT - DAY), event(None, time=5)]
    writer.write([batch(*late, event(time=MIDNIGHT + 3 * DAY), sequence=2)], NOW)
    _agree(journal)
    assert len(_sums(journal)[1]) == 6  # the one of today is not in the days yet
    _run(journal, MIDNIGHT + 5 * DAY)
    _agree(journal)


def test_clock_that_goes_back_takes_nothing_back(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event(time=MIDNIGHT))], NOW)
    _run(journal, MIDNIGHT + 4000 * DAY)
    assert _run(journal, MIDNIGHT + DAY) == 0
    writer.write([batch(event(time=MIDNIGHT + 2 * DAY), sequence=2)], NOW)
    _agree(journal)


def test_month_is_the_same_by_hours_and_by_days(journal: Database) -> None:
    rows = [
        event(
            f"n{number % 7}.example",
            time=MIDNIGHT + number * 5000,
            verdict=number % 2,
            device=f"192.0.2.{number % 3}",
        )
        for number in range(200)
    ]
    Writer(journal).write([batch(*rows)], NOW)
    spans = [
        (0, None),
        (MIDNIGHT + 9000, MIDNIGHT + 9 * DAY + 7000),
        (MIDNIGHT + DAY, MIDNIGHT + 2 * DAY - 1),
    ]
    parts = [Part(), Part(devices=("192.0.2.1",)), Part(action="blocked")]

    def everything() -> list[object]:
        return [
            [sorted(statistics.top(journal, by, *span, part=part), key=str) for by in By]
            + [statistics.summary(journal, *span, part=part)]
            for span in spans
            for part in parts
        ]

    before = everything()
    _run(journal, MIDNIGHT + 8 * DAY)  # some days are not summed up yet
    assert everything() == before
    _run(journal, MIDNIGHT + 100 * DAY)
    with journal.write() as connection:  # of whole days, the hours are not read
        inside = HOUR_TOTAL.c.hour.between(MIDNIGHT // 3600 + 48, MIDNIGHT // 3600 + 71)
        connection.execute(delete(HOUR_TOTAL).where(inside))
    assert everything() == before


@given(st.integers(0, 100 * DAY), st.none() | st.integers(0, 100 * DAY), st.integers(0, 2400))
def test_stretch_has_each_hour_once(since: int, until: int | None, rolled: int) -> None:
    found = days.divided(since, until, rolled)
    hours: list[int] = []
    for part, size in ((found.before, 1), (found.days, 24), (found.after, 1)):
        if part is not None:
            hours += range(part[0] * size, min(part[1] * size + size, 2500))
    last = 2499 if until is None else until // 3600
    assert hours == list(range(since // 3600, last + 1))
    if found.days is not None:
        assert found.days[1] * 24 + 24 <= rolled


def test_time_that_ends_before_it_begins_is_empty(journal: Database) -> None:
    with journal.read() as connection:
        assert days.stretch(connection, 7200, 0) == Stretch(None, None, None)
