"""Searching the log."""

from collections.abc import Callable

import pytest

from gateway import names
from gateway.journal import narrow, search
from gateway.journal.search import Filters, LogRow, newest, onwards
from gateway.journal.write import Writer
from gateway.model import Action, Channel, EventRow, VerdictRow
from gateway.store.engine import Database
from tests.fakes.events import ALLOWED, BLOCKED, NOW, batch, event

OBSERVED = VerdictRow(Action.OBSERVED, "lists", "big list", 3, "||c^", "Alibaba", "ads", "SG", 9)


@pytest.fixture
def filled(journal: Database) -> Database:
    """Three hours, two devices, a few names."""
    rows = [
        event("a.example"),
        event("tracking.miui.com", verdict=1, time=NOW + 1),
        event("data.mistat.xiaomi.com", verdict=1, time=NOW + 2, device="192.0.2.8", kind=65),
        event("c.taobao.com", verdict=2, time=NOW + 3600, channel=Channel.TLS, address="203.0.113.5"),
        event("a.example", time=NOW + 7200, device="192.0.2.8"),
    ]
    Writer(journal).write([batch(*rows, verdicts=(ALLOWED, BLOCKED, OBSERVED))], NOW)
    return journal


def _names(database: Database, filters: Filters) -> list[str]:
    return [row.name for row in newest(database, filters).rows]


def test_newest_come_first(filled: Database) -> None:
    assert _names(filled, Filters()) == [
        "a.example",
        "c.taobao.com",
        "data.mistat.xiaomi.com",
        "tracking.miui.com",
        "a.example",
    ]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(name="a.example"), 2),
        (Filters(name="A.Example."), 2),
        (Filters(name="example"), 0),
        (Filters(name="*.example"), 2),
        (Filters(name="*.xiaomi.com"), 1),
        (Filters(name="*mi*"), 2),
        (Filters(name="?.example"), 2),
        (Filters(name="??.example"), 0),
        (Filters(devices=("192.0.2.8",)), 2),
        (Filters(devices=("192.0.2.7", "192.0.2.8")), 5),
        (Filters(devices=("192.0.2.9",)), 0),
        (Filters(action="blocked"), 2),
        (Filters(action="nonsense"), 0),
        (Filters(company="xiaomi"), 2),
        (Filters(company="Alibaba", country="sg", purpose="ADS"), 1),
        (Filters(company="Alibaba", country="CN"), 0),
        (Filters(channel="tls"), 1),
        (Filters(list="Big List"), 1),
        (Filters(since=NOW + 1), 4),
        (Filters(until=NOW), 1),
        (Filters(since=NOW + 2, until=NOW + 3600), 2),
        (Filters(since=NOW + 100_000), 0),
        (Filters(until=0), 0),
        (Filters(name="a.example", devices=("192.0.2.8",)), 1),
        (Filters(name="a.example", action="blocked"), 0),
        (Filters(name="*mi*", devices=("192.0.2.8",), action="blocked", since=NOW), 1),
        (Filters(devices=("192.0.2.7",), company="Alibaba"), 1),
        (Filters(devices=("192.0.2.8",), company="Alibaba"), 0),
        (Filters(action=("blocked", "observed")), 3),
        (Filters(company=("xiaomi", "ALIBABA")), 3),
        (Filters(name=("a.example", "*.taobao.com")), 3),
        (Filters(layer="catalogue"), 2),
        (Filters(layer=("catalogue", "lists")), 3),
        (Filters(list="big list", line=3), 1),
        (Filters(list="big list", line=4), 0),
        (Filters(line=12), 2),
        (Filters(line=0), 0),
        (Filters(line=-1), 0),
        (Filters(line=1 << 40), 0),
        (Filters(rule=12), 0),
        (Filters(type="HTTPS"), 1),
        (Filters(type=("a", "type65")), 5),
        (Filters(type="MX"), 0),
        (Filters(type="nonsense"), 0),
        (Filters(address="203.0.113.5"), 1),
        (Filters(address="203.0.113.6"), 0),
        (Filters(type="A", company="xiaomi"), 1),
        (Filters(line=12, devices=("192.0.2.8",), type="HTTPS", name="*xiaomi*"), 1),
    ],
)
def test_filters_narrow_the_log(filled: Database, filters: Filters, expected: int) -> None:
    assert len(newest(filled, filters).rows) == expected
    assert len(onwards(filled, filters, 0).rows) == expected


def test_one_row_is_found_by_its_id(filled: Database) -> None:
    for row in newest(filled, Filters()).rows:
        assert search.one(filled, row.id) == row
    for absent in (0, -1, 6, 1 << 62, 1 << 80):
        assert search.one(filled, absent) is None


def test_impatient_search_says_where_to_go_on(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "STEP", 1)
    found: list[str] = []
    before = pages = 0
    while True:
        page = newest(filled, Filters(since=0), before=before, patience=-1)
        found += [row.name for row in page.rows]
        pages += 1
        before = page.cursor
        if not before:
            break
    assert found == _names(filled, Filters())
    assert pages == 5


def test_dot_that_belongs_to_a_label_is_not_the_roots(journal: Database) -> None:
    Writer(journal).write([batch(event(names.from_labels([b"a*."])), event("ab"))], NOW)
    assert _names(journal, Filters(name="a*\\.")) == ["a*\\."]
    assert _names(journal, Filters(name="a*.")) == ["ab", "a*\\."]


def test_pages_follow_each_other_without_gap_or_overlap(journal: Database) -> None:
    Writer(journal).write([batch(*(event(f"n{number}.example") for number in range(25)))], NOW)
    seen: list[str] = []
    before = 0
    for _ in range(4):
        page = newest(journal, Filters(), limit=10, before=before)
        seen += [row.name for row in page.rows]
        before = page.cursor
        if not before:
            break
    assert seen == [f"n{number}.example" for number in reversed(range(25))]


def test_following_sees_each_new_row_once(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event("old.example"))], NOW)
    cursor = search.last_id(journal)
    assert onwards(journal, Filters(), cursor) == search.Page((), cursor)
    writer.write([batch(event("b.example"), event("c.example"), event("d.example"), sequence=2)], NOW)
    first = onwards(journal, Filters(), cursor, limit=2)
    rest = onwards(journal, Filters(), first.cursor, limit=2)
    assert [row.name for row in first.rows + rest.rows] == ["b.example", "c.example", "d.example"]
    assert onwards(journal, Filters(), rest.cursor).rows == ()


def test_following_with_a_filter_does_not_read_again_what_it_has_passed(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event("a.example"), event("b.example"))], NOW)
    page = onwards(journal, Filters(name="none.example"), 0)
    assert page.rows == ()
    assert page.cursor == search.last_id(journal)


def _mixed(number: int) -> EventRow:
    return event(
        f"n{number * number % 97}.example",
        time=NOW + number * 5,
        device=f"192.0.2.{number % 7}",
        verdict=number % 3 % 2,
        channel=Channel.TLS if number % 11 == 0 else Channel.DNS,
        kind=28 if number % 13 == 0 else 1,
        address=f"198.51.100.{number // 50}" if number % 5 == 0 else "",
    )


def test_narrowed_search_finds_what_a_full_scan_finds(
    journal: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(journal)
    events = [_mixed(number) for number in range(6000)]
    for sequence, start in enumerate(range(0, 6000, 700), 1):
        writer.write([batch(*events[start : start + 700], sequence=sequence)], NOW)
    monkeypatch.setattr(narrow, "FIRST_WINDOW", 2)
    monkeypatch.setattr(narrow, "LAST_WINDOW", 4)
    everything = newest(journal, Filters(), limit=10_000).rows
    assert len(everything) == 6000
    cases: list[tuple[Filters, Callable[[LogRow], bool]]] = [
        (Filters(name="n4.example"), lambda row: row.name == "n4.example"),
        (Filters(name="n4*"), lambda row: row.name.startswith("n4")),
        (
            Filters(name="n4.example", devices=("192.0.2.2",)),
            lambda row: row.name == "n4.example" and row.device == "192.0.2.2",
        ),
        (
            Filters(channel="tls", action="blocked", since=NOW + 9000),
            lambda row: (
                row.channel == "tls" and row.action == "blocked" and row.time >= "2023-11-15T00:43:20Z"
            ),
        ),
        (Filters(line=12, type="AAAA"), lambda row: row.company == "Xiaomi" and row.type == "AAAA"),
        (Filters(address=("198.51.100.3", "x")), lambda row: row.address == "198.51.100.3"),
        (
            Filters(devices=("192.0.2.2", "192.0.2.3"), company="Xiaomi"),
            lambda row: row.device in ("192.0.2.2", "192.0.2.3") and row.company == "Xiaomi",
        ),
    ]
    for filters, holds in cases:
        expected = [row for row in everything if holds(row)]
        assert expected
        assert list(newest(journal, filters, limit=10_000).rows) == expected
        assert list(onwards(journal, filters, 0, limit=10_000).rows) == expected[::-1]
        assert list(newest(journal, filters, limit=3).rows) == expected[:3]
