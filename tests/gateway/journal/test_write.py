"""Batches become rows: each once, with their roll-ups, in one transaction."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from gateway import names
from gateway.journal import search, statistics
from gateway.journal.gather import MAX_SIZE, MAX_TIME
from gateway.journal.ids import Unstorable
from gateway.journal.search import Filters, LogRow, LogRule
from gateway.journal.statistics import By
from gateway.journal.tables import EVENT, HOUR_NAME, NAME_BLOCK, SENDER, SPAN
from gateway.journal.write import Writer
from gateway.model import Action, Channel, EventRow, VerdictRow
from gateway.store.engine import Database
from tests.fakes.events import ALLOWED, BLOCKED, NOW, batch, event


def _rows(journal: Database) -> tuple[LogRow, ...]:
    return search.newest(journal, Filters(), limit=10_000).rows


def _number_of(journal: Database, table: object) -> int:
    with journal.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]  # a Table


def test_event_comes_back_as_it_was(journal: Database) -> None:
    row = event(
        "Tracking.MIUI.com",
        verdict=1,
        kind=28,
        address="2001:db8::1",
        port=443,
        channel=Channel.TLS,
        count=3,
        size=700,
    )
    Writer(journal).write([batch(row)], NOW)
    (found,) = _rows(journal)
    assert found == LogRow(
        time="2023-11-14T22:13:20Z",
        device="192.0.2.7",
        channel="tls",
        name="tracking.miui.com",
        type="AAAA",
        address="2001:db8::1",
        port=443,
        action="blocked",
        rule=LogRule("catalogue", "xiaomi", 12, "||tracking.miui.com^"),
        company="Xiaomi",
        purpose="telemetry",
        country="CN",
        count=3,
        bytes=700,
        generation=7,
        id=found.id,
    )


def test_event_without_name_type_and_rule_has_empty_ones(journal: Database) -> None:
    Writer(journal).write([batch(event(None, kind=0, channel=Channel.IP))], NOW)
    (found,) = _rows(journal)
    assert (found.name, found.type, found.rule, found.address) == ("", "", None, "")


def test_batch_sent_twice_is_stored_once(journal: Database) -> None:
    writer = Writer(journal)
    first = batch(event(), sequence=1)
    assert writer.write([first], NOW).rows == 1
    again = writer.write([first, batch(event(), sequence=2), batch(event(), sequence=2)], NOW)
    assert (again.rows, again.repeated) == (1, 2)
    assert Writer(journal).write([first], NOW).rows == 0  # after a restart as well
    assert len(_rows(journal)) == 2


def test_same_sequence_of_another_sender_is_another_batch(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event(), sender="a"), batch(event(), sender="b")], NOW)
    assert len(_rows(journal)) == 2


def test_dropped_events_are_known(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event(), sender="a", dropped=5), batch(event(), sender="b", dropped=1)], NOW)
    writer.write([batch(event(), sender="a", dropped=9, sequence=2)], NOW)
    assert statistics.dropped(journal) == 10
    assert _number_of(journal, SENDER) == 2


def test_roll_ups_are_the_sums_of_the_events(journal: Database) -> None:
    writer = Writer(journal)
    rows = [
        event("a.example", count=2, size=10),
        event("a.example", count=3, size=10, kind=28),
        event("b.example", verdict=1, count=5, size=10),
        event("a.example", device="192.0.2.8", count=7, size=10),
        event("a.example", time=NOW + 3600, count=11, size=10),
        event(None, count=13, size=10),
    ]
    writer.write([batch(*rows[:4])], NOW)
    writer.write([batch(*rows[4:], sequence=2)], NOW)
    totals = statistics.totals(journal, NOW)
    assert (totals["allowed"].count, totals["blocked"].count) == (36, 5)
    assert totals["allowed"].bytes == 50
    assert [(found.value, found.count) for found in statistics.top(journal, By.NAME, NOW)] == [
        ("a.example", 23),
        ("b.example", 5),
    ]
    assert [found.value for found in statistics.top(journal, By.DEVICE, NOW)] == ["192.0.2.7", "192.0.2.8"]


def test_hours_know_their_ids(journal: Database) -> None:
    Writer(journal).write(
        [batch(event(), event(time=NOW + 3600), event(), event(time=0))],
        NOW,
    )
    with journal.read() as connection:
        spans = [tuple(row) for row in connection.execute(select(SPAN).order_by(SPAN.c.hour))]
    hour = NOW // 3600
    assert spans == [(0, 4, 4, 1), (hour, 1, 3, 2), (hour + 1, 2, 2, 1)]


def test_text_of_a_list_rule_is_asked_for_once(journal: Database) -> None:
    asked: list[tuple[str, int, int]] = []

    def text_of(name: str, line: int, generation: int) -> str:
        asked.append((name, line, generation))
        return f"||{name}-{line}^"

    verdict = VerdictRow(Action.BLOCKED, "lists", "big", 4, "", "", "", "", 3)
    writer = Writer(journal, text_of)
    for sequence in (1, 2):
        writer.write(
            [batch(event(), event(channel=Channel.TLS), verdicts=(verdict,), sequence=sequence)], NOW
        )
    assert asked == [("big", 4, 3)]
    assert {row.rule.text for row in _rows(journal) if row.rule} == {"||big-4^"}


def test_event_is_stored_even_if_its_list_cannot_be_read(
    journal: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def text_of(name: str, line: int, generation: int) -> str:
        raise OSError(f"{name} {line} {generation}")

    verdict = VerdictRow(Action.BLOCKED, "lists", "big", 4, "", "", "", "", 3)
    Writer(journal, text_of).write([batch(event(), verdicts=(verdict,))], NOW)
    (row,) = _rows(journal)
    assert row.rule == LogRule("lists", "big", 4, "")
    assert "no text for line 4" in caplog.text


@pytest.mark.parametrize(
    "row",
    [
        event(time=-1),
        event(time=MAX_TIME),
        event(count=-1),
        event(count=2**31),
        event(size=MAX_SIZE),
        event(kind=65536),
        event(port=-1),
        event(verdict=2),
        event(verdict=-1),
        event(b"\x05ab"),
    ],
)
def test_impossible_batch_is_refused_and_leaves_nothing_behind(journal: Database, row: EventRow) -> None:
    writer = Writer(journal)
    with pytest.raises(Unstorable):
        writer.write([batch(event("new.example")), batch(row, sender="b")], NOW)
    assert _number_of(journal, EVENT) == _number_of(journal, NAME_BLOCK) == 0
    # What was numbered in the transaction that failed is not remembered.
    writer.write([batch(event("new.example"))], NOW)
    assert [found.name for found in _rows(journal)] == ["new.example"]
    assert [found.name for found in search.newest(journal, Filters(name="new.example")).rows] == [
        "new.example"
    ]


@given(st.lists(st.binary(min_size=1, max_size=63), min_size=1, max_size=3))
@example([b"*."])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_any_name_can_be_stored_and_found(journal: Database, labels: list[bytes]) -> None:
    name = names.from_labels(labels)
    text = names.to_text(name)
    with journal.read() as connection:
        sequence = 1 + (connection.execute(select(func.max(SENDER.c.sequence))).scalar() or 0)
    Writer(journal).write([batch(event(name), sequence=sequence)], NOW)
    if "*" not in text and "?" not in text:
        assert search.newest(journal, Filters(name=text)).rows[0].name == text
    else:
        assert text in {row.name for row in search.newest(journal, Filters(name=text)).rows}


def test_nul_in_a_name_does_not_end_it(journal: Database) -> None:
    name = names.from_labels([b"a\0b", b"x.y", b"'; DROP TABLE log_event; --"])
    Writer(journal).write([batch(event(name))], NOW)
    (row,) = _rows(journal)
    assert row.name == names.to_text(name)
    assert "\0" not in row.name


def test_names_of_many_blocks_are_found_in_all_of_them(journal: Database) -> None:
    writer = Writer(journal)
    for sequence in range(1, 8):
        rows = [event(f"n{number % 50}.example") for number in range(300)]
        writer.write([batch(*rows, event(f"rare{sequence % 2}.example"), sequence=sequence)], NOW)
    assert len(search.newest(journal, Filters(name="n7.example"), limit=1000).rows) == 42
    assert len(search.newest(journal, Filters(name="rare0.example")).rows) == 3
    assert _number_of(journal, HOUR_NAME) == 52


def test_two_writers_of_one_log_do_not_disturb_each_other(journal: Database) -> None:
    """As two gateways that share a PostgreSQL do."""
    one, two = Writer(journal), Writer(journal)
    for sequence in range(1, 4):
        one.write([batch(event("a.example"), event("c.example"), sender="one", sequence=sequence)], NOW)
        two.write([batch(event("b.example"), event("a.example"), sender="two", sequence=sequence)], NOW)
    rows = _rows(journal)
    assert len(rows) == 12
    assert len({row.id for row in rows}) == 12
    assert len(search.newest(journal, Filters(name="a.example")).rows) == 6


def test_verdicts_are_told_apart_within_a_batch(journal: Database) -> None:
    Writer(journal).write([batch(event(verdict=1), event(verdict=0), verdicts=(ALLOWED, BLOCKED))], NOW)
    assert [row.action for row in _rows(journal)] == ["allowed", "blocked"]


def test_row_bears_the_key_of_its_device_and_not_the_address_that_asked(journal: Database) -> None:
    keys = {"192.0.2.7": "aa:bb:cc:dd:ee:ff", "2001:db8::7": "aa:bb:cc:dd:ee:ff"}
    writer = Writer(journal, identify=lambda address: keys.get(address, address))
    rows = [event(), event(device="2001:db8::7"), event(device="192.0.2.9")]
    writer.write([batch(*rows)], NOW)
    assert [row.device for row in _rows(journal)] == ["192.0.2.9", "aa:bb:cc:dd:ee:ff", "aa:bb:cc:dd:ee:ff"]
    keys["192.0.2.7"] = "other"  # asked for each commit anew
    writer.write([batch(event(), sequence=2)], NOW)
    assert _rows(journal)[0].device == "other"


def test_event_is_stored_even_if_nobody_can_say_whose_it_is(
    journal: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: str) -> str:
        raise OSError

    Writer(journal, identify=fail).write([batch(event())], NOW)
    assert _rows(journal)[0].device == "192.0.2.7"
    assert "no device is known" in caplog.text
