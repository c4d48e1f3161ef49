"""What is too old or too much leaves the log."""

import time

import pytest
from sqlalchemy import func, select

from gateway.journal import days, forget, hits, marks, notices, retention, search, statistics
from gateway.journal.gather import DAY
from gateway.journal.retention import HOLD, Limits, Retention
from gateway.journal.search import Filters
from gateway.journal.tables import BLOCK, DAY_NAME, DAY_TOTAL, HOUR_NAME, HOUR_TOTAL, NAME, SENDER, SPAN
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event


def _run(kept: Retention, journal: Database, now: float, monotonic: float = 0.0) -> int:
    steps = 0
    while kept.step(journal, now, monotonic):
        steps += 1
        assert steps < 10_000
    return steps


def _names(journal: Database) -> list[str]:
    return [row.name for row in search.newest(journal, Filters(), limit=10_000).rows]


def _number_of(journal: Database, table: object) -> int:
    with journal.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]  # a Table


def test_old_events_go_and_their_sums_stay(journal: Database) -> None:
    rows = [event("old.example", time=NOW - 10 * DAY), event("new.example"), event(None, time=NOW - 9 * DAY)]
    Writer(journal).write([batch(*rows)], NOW)
    _run(Retention(Limits(days=7)), journal, NOW)
    assert _names(journal) == ["new.example"]
    assert statistics.totals(journal, 0)["allowed"].count == 3
    assert search.newest(journal, Filters(name="old.example")).rows == ()
    assert _number_of(journal, NAME) == 2  # the roll-ups still need it


def test_roll_ups_go_after_their_time_and_names_with_them(journal: Database) -> None:
    Writer(journal).write([batch(event("old.example", time=NOW - 40 * DAY), event("new.example"))], NOW)
    _run(Retention(Limits(days=7, rollup_days=30)), journal, NOW)
    assert _number_of(journal, HOUR_NAME) == _number_of(journal, HOUR_TOTAL) == 1
    assert _number_of(journal, NAME) == 1


def test_sums_by_the_day_and_hits_go_as_those_by_the_hour_do(journal: Database) -> None:
    rows = [event("old.example", time=NOW - 40 * DAY, verdict=1), event("new.example", verdict=1)]
    Writer(journal).write([batch(*rows)], NOW)
    while days.step(journal, NOW + DAY):
        pass
    assert (_number_of(journal, DAY_NAME), _number_of(journal, DAY_TOTAL)) == (4, 2)
    assert hits.top(journal)[0].count == 2
    _run(Retention(Limits(days=7, rollup_days=30)), journal, NOW)
    assert (_number_of(journal, DAY_NAME), _number_of(journal, DAY_TOTAL)) == (2, 1)
    assert hits.top(journal)[0].count == 1
    assert _number_of(journal, NAME) == 1


def test_old_notices_go(journal: Database) -> None:
    notices.add(journal, notices.TAMPERING, "", "old", "", NOW - 10 * DAY)
    notices.add(journal, notices.TAMPERING, "", "new", "", NOW)
    _run(Retention(Limits(days=7)), journal, NOW)
    assert [one.subject for one in notices.onwards(journal, 0)] == ["new"]


def test_name_that_only_the_sums_by_the_day_have_keeps_its_word(journal: Database) -> None:
    Writer(journal).write([batch(event("old.example", time=NOW))], NOW)
    while days.step(journal, NOW + 9 * DAY):
        pass
    with journal.write() as connection:
        connection.execute(HOUR_NAME.delete())
    _run(Retention(Limits(days=7)), journal, NOW + 8 * DAY)
    assert _number_of(journal, NAME) == 1


def test_many_rows_go_in_short_steps(journal: Database) -> None:
    writer = Writer(journal)
    for sequence in range(1, 6):
        rows = [event(f"n{number}.example", time=NOW - 10 * DAY + sequence) for number in range(2000)]
        writer.write([batch(*rows, sequence=sequence)], NOW)
    longest = 0.0
    kept = Retention(Limits(days=7))
    more = True
    while more:
        begun = time.thread_time()
        more = kept.step(journal, NOW, 0)
        longest = max(longest, time.thread_time() - begun)
    assert _names(journal) == []
    assert _number_of(journal, SPAN) == 0
    assert forget.STEP == 4 * BLOCK
    assert longest < 1  # a step of all rows at once would take more than this, on any machine


def test_late_and_early_rows_among_others_go_by_their_own_time(journal: Database) -> None:
    """A box without a clock battery logs its first minutes in 1970."""
    rows = [
        event("a.example"),
        event("seventies.example", time=60),
        *[event("b.example", time=NOW + 1)] * 3000,
        event("seventies.example", time=61),
        event("future.example", time=NOW + 4000 * DAY),
    ]
    Writer(journal).write([batch(*rows)], NOW)
    _run(Retention(Limits(days=7)), journal, NOW)
    left = _names(journal)
    assert len(left) == 3002
    assert "seventies.example" not in left


def test_the_oldest_go_when_the_log_is_too_large(journal: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(journal)
    for sequence in range(1, 30):
        rows = [
            event(f"{'x' * 50}{number}.s{sequence}.example", time=NOW + sequence * 3600)
            for number in range(500)
        ]
        writer.write([batch(*rows, sequence=sequence)], NOW)
    # PostgreSQL's size is counted in rows: as many bytes as SQLite needs for these names.
    monkeypatch.setattr(retention, "POSTGRES_ROW", 250)
    _run(Retention(Limits(max_mb=2)), journal, NOW + DAY)
    left = _names(journal)
    assert 0 < len(left) < 29 * 500
    assert left[0].endswith("s29.example")
    assert not any(name.endswith("s1.example") for name in left)
    with journal.read() as connection:
        assert retention._used(connection) <= 2 << 20


def test_log_that_is_too_large_without_events_loses_its_oldest_sums(journal: Database) -> None:
    Writer(journal).write([batch(event(time=NOW - DAY), event())], NOW)
    _run(Retention(Limits(max_mb=0)), journal, NOW)
    assert _names(journal) == []
    if journal.is_sqlite:
        assert _number_of(journal, HOUR_TOTAL) == 0


def test_clock_that_jumps_ahead_takes_nothing_for_a_day(
    journal: Database, caplog: pytest.LogCaptureFixture
) -> None:
    Writer(journal).write([batch(event("a.example"))], NOW)
    kept = Retention(Limits(days=7))
    _run(kept, journal, NOW, 1000.0)
    _run(kept, journal, NOW + 4000 * DAY, 1060.0)
    assert _names(journal) == ["a.example"]
    assert "clock has jumped" in caplog.text
    _run(kept, journal, NOW + 60, 1120.0)  # set right again
    assert _names(journal) == ["a.example"]
    _run(kept, journal, NOW + 4000 * DAY, 1180.0)
    _run(kept, journal, NOW + 4001 * DAY, 1180.0 + HOLD)  # it is that late, it seems
    assert _names(journal) == []


def test_clock_that_jumped_before_the_start_is_noticed(journal: Database) -> None:
    Writer(journal).write([batch(event("a.example"))], NOW)
    _run(Retention(Limits(days=7)), journal, NOW, 1000.0)
    later = Retention(Limits(days=7))
    _run(later, journal, NOW + 4000 * DAY, 5.0)
    assert _names(journal) == ["a.example"]
    _run(later, journal, NOW + 4000 * DAY + HOLD, 5.0 + HOLD)
    assert _names(journal) == []


def test_senders_long_gone_are_forgotten_but_not_what_they_lost(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event(), sender="old", dropped=5)], NOW - 40 * DAY)
    writer.write([batch(event(), sender="new", dropped=1)], NOW)
    _run(Retention(Limits(days=100)), journal, NOW)
    assert _number_of(journal, SENDER) == 1
    assert statistics.dropped(journal) == 6


def test_freed_space_goes_back_to_the_disk(journal: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    if not journal.is_sqlite:
        pytest.skip("PostgreSQL keeps its space for itself")
    monkeypatch.setattr(retention, "PAGES_A_STEP", 20)
    rows = [event(f"{'x' * 50}{number}.example", time=NOW - 10 * DAY) for number in range(4000)]
    Writer(journal).write([batch(*rows)], NOW)

    def pages() -> int:
        with journal.read() as connection:
            return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())

    before = pages()
    _run(Retention(Limits(days=1, rollup_days=1)), journal, NOW)
    assert pages() < before / 2


def test_nothing_to_do_changes_nothing(journal: Database) -> None:
    Writer(journal).write([batch(event())], NOW)
    kept = Retention(Limits())
    _run(kept, journal, NOW)
    assert _run(kept, journal, NOW + 60, 60.0) == 0
    with journal.read() as connection:
        assert marks.read(connection)[marks.PURGE] == 0
