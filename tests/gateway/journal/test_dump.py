"""The log goes out as lines and comes back as it was; never twice, and never over what is there."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.journal import dump, notices, search
from gateway.journal.filters import Filters
from gateway.journal.write import Writer
from gateway.model import Action, Channel, VerdictRow
from gateway.store.engine import Database, open_journal
from tests.fakes.events import NOW, batch, event

ODD = VerdictRow(Action.REWRITTEN, "lists", "ads ✓", 9, "||x^", "Äcme", "ads", "DE", 3)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Database]:
    """Another box's log, on SQLite."""
    (tmp_path / "other").mkdir()
    database = open_journal(tmp_path / "other")
    yield database
    database.close()


def fill(journal: Database) -> None:
    rows = [
        event(),
        event("b.example", time=NOW + 5, device="aa:bb:cc:dd:ee:0f", verdict=1, kind=65, count=3, size=9),
        event(b"\x03a\0b\x00", verdict=2, kind=4711),
        event(None, channel=Channel.IP, address="2001:db8::1", port=443, kind=0),
        event(b"\0", address="odd <b>"),
    ]
    Writer(journal).write([batch(*rows, verdicts=(*batch().verdicts, ODD))], NOW)


def rows(journal: Database) -> list[search.LogRow]:
    return [msgspec.structs.replace(row, id=0) for row in search.rows(journal, Filters())]


def numbered(journal: Database) -> list[tuple[int, bytes]]:
    return list(enumerate(dump.files(journal), 1))


def test_a_log_comes_back_as_it_was(journal: Database, other: Database) -> None:
    fill(journal)
    assert dump.restore(other, "name", numbered(journal), now=NOW) == 5
    assert rows(other) == rows(journal)
    assert numbered(other) == numbered(journal)


def test_it_does_not_come_twice_and_an_interrupted_one_goes_on(
    journal: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "ROWS", 2)
    fill(journal)
    files = numbered(journal)
    assert len(files) == 3
    assert dump.restore(other, "name", files[:1], now=NOW) == 2
    assert dump.restore(other, "name", files, now=NOW) == 3
    assert dump.restore(other, "name", files, now=NOW) == 0
    assert rows(other) == rows(journal)


def test_what_the_box_has_logged_itself_is_not_doubled(journal: Database) -> None:
    fill(journal)
    files = numbered(journal)
    before = rows(journal)
    assert dump.restore(journal, "its own", files, now=NOW) == 0
    assert rows(journal) == before


def test_what_was_before_comes_and_is_told_to_nobody(journal: Database, other: Database) -> None:
    Writer(other).write([batch(event("now.example", time=NOW + 90_000))], NOW)
    told = notices.last_id(other)
    fill(journal)
    assert dump.restore(other, "name", numbered(journal), now=NOW) == 5
    assert notices.last_id(other) == told
    assert {row.name for row in rows(other)} >= {"now.example", "b.example"}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b'{"time": 1, "device": "x", "channel": "smoke", "action": "allowed"}',
        b'{"time": 1, "device": "x", "channel": "dns", "action": "allowed", "name": ".."}',
        b'{"time": 1, "device": "x", "channel": "dns", "action": "allowed", "type": "NONSENSE"}',
        b'{"time": 1, "device": "x", "channel": "dns", "action": "allowed", "port": 70000}',
        b'{"time": 1, "device": "x", "channel": "dns", "action": "allowed", "more": 1}',
        b'{"time": 1e30, "device": "x", "channel": "dns", "action": "allowed"}',
    ],
)
def test_what_is_no_event_is_refused(other: Database, line: bytes) -> None:
    content = line + b"\n"
    with pytest.raises(UsageError, match="row of the log"):
        dump.check(content)
    with pytest.raises(UsageError, match="row of the log"):
        dump.restore(other, "name", [(1, content)], now=NOW)
    assert rows(other) == []


@given(st.binary(max_size=100))
def test_any_bytes_are_events_or_the_one_error(content: bytes) -> None:
    start = b'{"time": 1, "device": "x", "channel": "dns", "action": "allowed", "name": "'
    for text in (content, start + content + b'"}'):
        try:
            dump.check(text)
        except UsageError as fault:
            said = str(fault)
            assert said.isprintable()
