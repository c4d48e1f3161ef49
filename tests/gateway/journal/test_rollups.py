"""What is read of the roll-ups for a time and a part."""

from sqlalchemy import select

from gateway.journal import days
from gateway.journal.rollups import Part, Reading
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event

DAY = 86400
MIDNIGHT = NOW // DAY * DAY


def _fill(journal: Database) -> None:
    rows = [
        event(time=MIDNIGHT + hour * 3600, device=f"192.0.2.{hour % 2}", verdict=hour % 3 == 0)
        for hour in range(72)
    ]
    Writer(journal).write([batch(*rows)], NOW)


def _sum_up(journal: Database) -> None:
    while days.step(journal, MIDNIGHT + 2 * DAY + 3600):
        pass


def test_whole_days_and_the_hours_around_them(journal: Database) -> None:
    _fill(journal)
    _sum_up(journal)
    with journal.read() as connection:
        reading = Reading(connection, MIDNIGHT - 7200, MIDNIGHT + 2 * DAY + 3600)
        found = sorted(tuple(row) for row in connection.execute(select(reading.totals("hour"))))
    first = MIDNIGHT // 3600
    counts = [(hour - first, count) for hour, count, _ in found]
    assert counts == [(0, 24), (24, 24), (48, 1), (49, 1)]


def test_part_is_the_same_by_hours_and_by_days(journal: Database) -> None:
    _fill(journal)
    part = Part(devices=("192.0.2.1",), action="blocked", company=("xiaomi", "x"))

    def counts() -> list[int]:
        with journal.read() as connection:
            reading = Reading(connection, 0, None, part)
            tables = (
                reading.totals("device_id"),
                reading.names(),
                reading.names_of_devices("device_id"),
            )
            return [
                sum(row.count_ for row in connection.execute(select(t.c.count.label("count_"))))
                for t in tables
            ]

    assert counts() == [12, 12, 12]
    _sum_up(journal)
    assert counts() == [12, 12, 12]


def test_hours_are_read_one_by_one_where_they_are_wanted(journal: Database) -> None:
    _fill(journal)
    _sum_up(journal)
    with journal.read() as connection:
        rows = Reading(connection, 0, None, hourly=True).totals("hour")
        assert len(connection.execute(select(rows)).all()) == 72


def test_clock_far_ahead_makes_no_list_of_a_million_days(journal: Database) -> None:
    _fill(journal)
    Writer(journal).write([batch(event(time=MIDNIGHT + 100_000 * DAY), sender="x")], NOW)
    while days.step(journal, MIDNIGHT + 100_001 * DAY):
        pass
    with journal.read() as connection:
        rows = Reading(connection, 0, None).totals("outcome_id")
        assert sum(row[1] for row in connection.execute(select(rows))) == 73
