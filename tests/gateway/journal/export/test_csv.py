"""CSV that no spreadsheet takes for orders."""

import csv as reading
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal import search
from gateway.journal.export import csv
from gateway.journal.search import Filters
from gateway.journal.write import Writer
from gateway.model import Action, VerdictRow
from gateway.store.engine import Database
from tests.fakes.events import ALLOWED, NOW, batch, event


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("@@||a.example^", "'@@||a.example^"),
        ("\t=1", "'\\u0009=1"),
        ("\r=1", "'\\u000d=1"),
        ("\uff1d1", "'\uff1d1"),
        ('=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'),
        ("a,b", '"a,b"'),
        ('"', '""""'),
        ("a\r\nb", "a\\u000d\\u000ab"),
        ("\x1b[31m", "\\u001b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("a\0b", "a\\u0000b"),
        ("München ", "München "),
    ],
)
def test_cells_are_quoted_and_defused(text: str, expected: str) -> None:
    assert csv.cell(text) == expected


@given(st.text(max_size=40) | st.text('=+-@\t\r\n,"\0\u202e', max_size=8))
def test_any_text_is_one_harmless_cell(text: str) -> None:
    line = csv.cell(text) + "," + csv.cell("end") + "\r\n"
    ((first, last),) = reading.reader(io.StringIO(line, newline=""), strict=True)
    assert last == "end"
    assert not first.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert first.isprintable()
    if text.isprintable() and not text.startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20")):
        assert first == text


def test_each_row_is_a_line_with_the_names_of_the_columns_first(journal: Database) -> None:
    blocked = VerdictRow(Action.BLOCKED, "lists", 'a "list", of mine', 3, "=cmd|' /C calc'!A0", "", "", "", 7)
    rows = [event("a.example"), event(None, verdict=1, count=2)]
    Writer(journal).write([batch(*rows, verdicts=(ALLOWED, blocked))], NOW)
    text = b"".join(csv.encode(search.rows(journal, Filters()))).decode()
    head, first, second = reading.reader(io.StringIO(text, newline=""), strict=True)
    assert tuple(head) == csv.COLUMNS
    one, two = (dict(zip(head, line, strict=True)) for line in (first, second))
    assert (one["id"], one["time"], one["name"]) == ("1", "2023-11-14T22:13:20Z", "a.example")
    assert (one["layer"], one["line"], one["rule"]) == ("", "", "")
    assert (two["name"], two["count"], two["line"]) == ("", "2", "3")
    assert two["list"] == 'a "list", of mine'
    assert two["rule"] == "'=cmd|' /C calc'!A0"
    assert text.count("\r\n") == 3


def test_long_logs_come_in_pieces(journal: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv, "CHUNK", 1000)
    Writer(journal).write([batch(*[event()] * 100)], NOW)
    pieces = list(csv.encode(search.rows(journal, Filters())))
    assert len(pieces) > 5
    assert max(map(len, pieces)) < 1500


def test_empty_log_is_the_head_alone(journal: Database) -> None:
    assert b"".join(csv.encode(search.rows(journal, Filters()))).decode().split("\r\n") == [
        ",".join(csv.COLUMNS),
        "",
    ]
