"""The log as a file of some kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import UsageError
from gateway.journal import search
from gateway.journal.export import parquet, stream
from gateway.journal.export.stream import Format, export
from gateway.journal.search import Filters
from gateway.journal.write import Writer
from gateway.store.engine import Database, open_journal
from tests.fakes.events import NOW, batch, event


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Database]:
    database = open_journal(tmp_path)
    Writer(database).write([batch(*[event()] * 3000)], NOW)
    yield database
    database.close()


@pytest.mark.parametrize("form", Format)
def test_every_format_holds_every_row(journal: Database, tmp_path: Path, form: Format) -> None:
    if form is Format.PARQUET:
        pytest.importorskip("pyarrow", reason="pyarrow is not made for this machine")
    content = b"".join(export(journal, tmp_path, "", Filters(), form))
    if form is Format.PARQUET:
        assert content[:4] == content[-4:] == b"PAR1"
    else:
        assert content.count(b"a.example") == 3000
    assert form in stream.MEDIA_TYPES


def test_rows_that_come_meanwhile_are_not_waited_for(journal: Database, tmp_path: Path) -> None:
    pieces = export(journal, tmp_path, "", Filters(), Format.JSONL)
    first = next(pieces)
    Writer(journal).write([batch(*[event("late.example")] * 2000, sequence=2)], NOW)
    assert (first + b"".join(pieces)).count(b"\n") == 3000


def test_only_a_page_is_in_memory(journal: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = search.onwards

    def counted(*arguments: object, **named: object) -> search.Page:
        asked.append(1)
        return real(*arguments, **named)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(search, "onwards", counted)
    pieces = export(journal, tmp_path, "", Filters(), Format.CSV)
    next(pieces)
    assert len(asked) == 1
    pieces.close()  # type: ignore[attr-defined]  # a generator


def test_what_cannot_begin_is_an_error_at_once(
    journal: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "find_spec", lambda _: None)
    with pytest.raises(UsageError):
        export(journal, tmp_path, "", Filters(), Format.PARQUET)
