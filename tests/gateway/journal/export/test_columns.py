"""What the child writes: a Parquet file that pyarrow reads again."""

import io
from datetime import UTC, datetime

import pytest

from gateway.journal import search
from gateway.journal.export import columns
from gateway.journal.search import Filters
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event

pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not made for this machine")


def test_rows_come_back_as_they_were(journal: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow import parquet

    monkeypatch.setattr(columns, "ROWS", 40)
    rows = [event(f"n{number}.example", verdict=number % 2, time=NOW + number) for number in range(100)]
    Writer(journal).write([batch(*rows, event(None))], NOW)
    file = io.BytesIO()
    columns.write(search.rows(journal, Filters()), file)
    file.seek(0)
    table = parquet.read_table(file)
    assert tuple(table.column_names) == tuple(columns.COLUMNS)
    found = table.to_pylist()
    assert len(found) == 101
    assert found[1]["time"] == datetime.fromtimestamp(NOW + 1, UTC)
    assert (found[1]["name"], found[1]["list"], found[1]["line"]) == ("n1.example", "xiaomi", 12)
    assert (found[100]["name"], found[100]["rule"]) == ("", "")


def test_empty_log_is_a_table_without_rows() -> None:
    from pyarrow import parquet

    file = io.BytesIO()
    columns.write([], file)
    file.seek(0)
    assert parquet.read_table(file).num_rows == 0
