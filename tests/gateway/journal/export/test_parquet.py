"""Parquet, made by another process."""

import io
from pathlib import Path

import pytest

from gateway.errors import OwnFault, UsageError
from gateway.journal.export import parquet
from gateway.journal.search import Filters
from gateway.journal.write import Writer
from gateway.store.engine import open_journal
from tests.fakes.events import NOW, batch, event


@pytest.fixture
def filled(tmp_path: Path, url: str) -> tuple[Path, str]:
    pytest.importorskip("pyarrow", reason="pyarrow is not made for this machine")
    journal = open_journal(tmp_path, url)
    rows = [event(f"n{number}.example", verdict=number % 2) for number in range(50)]
    Writer(journal).write([batch(*rows)], NOW)
    journal.close()
    return tmp_path, url


def test_file_is_whole_and_as_filtered(filled: tuple[Path, str]) -> None:
    from pyarrow import parquet as reading

    content = b"".join(parquet.encode(*filled, Filters(action="blocked")))
    table = reading.read_table(io.BytesIO(content))
    assert table.num_rows == 25
    assert set(table.column("company").to_pylist()) == {"Xiaomi"}


def test_child_ends_when_nobody_reads_on(filled: tuple[Path, str]) -> None:
    children, files = _children(), len(list(Path("/proc/self/fd").iterdir()))
    pieces = parquet.encode(*filled, Filters())
    assert next(pieces)
    pieces.close()  # type: ignore[attr-defined]  # a generator
    assert _children() == children
    assert len(list(Path("/proc/self/fd").iterdir())) == files


def _children() -> set[str]:
    return {
        pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()
    }


def test_child_that_fails_is_no_short_file(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not made for this machine")
    (tmp_path / "journal.db").write_bytes(b"no database" * 1000)
    with pytest.raises(OwnFault, match="damaged"):
        b"".join(parquet.encode(tmp_path, "", Filters()))


def test_machine_without_pyarrow_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(parquet, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="pyarrow") as error:
        parquet.encode(tmp_path, "", Filters())
    assert "csv" in error.value.hint
