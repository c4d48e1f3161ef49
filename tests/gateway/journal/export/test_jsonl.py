"""One JSON object a line."""

import json

import msgspec

from gateway.journal import search
from gateway.journal.export import jsonl
from gateway.journal.search import Filters, LogRow
from gateway.journal.write import Writer
from gateway.model import Action, VerdictRow
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event


def test_lines_are_the_rows_as_the_command_line_prints_them(journal: Database) -> None:
    rows = [event(f"n{number}.example", verdict=number % 2) for number in range(450)]
    Writer(journal).write([batch(*rows, event(b"\x05a\r\n\x1b=\0"))], NOW)
    expected = list(search.rows(journal, Filters()))
    pieces = list(jsonl.encode(expected))
    assert len(pieces) == 3
    lines = b"".join(pieces).splitlines()
    assert [msgspec.json.decode(line, type=LogRow) for line in lines] == expected
    assert json.loads(lines[1])["rule"]["list"] == "xiaomi"


def test_empty_log_is_nothing() -> None:
    assert list(jsonl.encode([])) == []


def test_what_some_take_for_the_end_of_a_line_is_escaped(journal: Database) -> None:
    word = "a\x85b\u2028c\u2029d"
    verdicts = (VerdictRow(Action.BLOCKED, "lists", word, 1, word, "", "", "", 1),)
    Writer(journal).write([batch(event(), verdicts=verdicts)], NOW)
    text = b"".join(jsonl.encode(list(search.rows(journal, Filters())))).decode()
    assert [json.loads(line)["rule"]["text"] for line in text.splitlines()] == [word]
