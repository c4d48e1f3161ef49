"""SQLite's files: how they are opened, checked and set aside."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from gateway.store import sqlite
from gateway.store.engine import JOURNAL_FILE, open_journal, open_store
from gateway.store.faults import StoreCorrupt

NOW = 1_700_000_000


def test_acknowledged_means_synced_and_deleted_means_overwritten(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "auto_vacuum")
        }
    store.close()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "auto_vacuum": 2,
    }


def test_whoever_only_reads_writes_nothing_and_waits_for_nobody(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    before = (tmp_path / "hushgate.db").stat().st_mtime_ns
    with contextlib.closing(sqlite3.connect(tmp_path / "hushgate.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        store = open_store(tmp_path, busy_ms=1)
        with store.read() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM rule").scalar()
        store.close()
        other.execute("ROLLBACK")
    assert (tmp_path / "hushgate.db").stat().st_mtime_ns == before


def test_second_damaged_file_of_the_same_second_gets_another_name(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        (tmp_path / "x.db").write_bytes(content)
        (tmp_path / "x.db-wal").write_bytes(content)
        sqlite.set_aside(tmp_path / "x.db", NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "x.db.corrupt-20231114T221320Z",
        "x.db.corrupt-20231114T221320Z-2",
        "x.db.corrupt-20231114T221320Z-2-wal",
        "x.db.corrupt-20231114T221320Z-wal",
    ]


def test_missing_file_is_sound(tmp_path: Path) -> None:
    sqlite.check(tmp_path / "x.db")
    assert list(tmp_path.iterdir()) == []


def test_large_file_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_journal(tmp_path).close()
    file = tmp_path / JOURNAL_FILE
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE filler (value BLOB)")  # its pages are the last, and not the schema's
        connection.execute("INSERT INTO filler VALUES (zeroblob(100000))")
    data = bytearray(file.read_bytes())
    data[-100:] = b"\xff" * 100  # somewhere at the end: only a whole check meets it
    file.write_bytes(data)
    monkeypatch.setattr(sqlite, "CHECK_WHOLE_BELOW", 0)
    sqlite.check(file)


def test_damage_within_a_small_file_is_found(tmp_path: Path) -> None:
    open_journal(tmp_path).close()
    file = tmp_path / JOURNAL_FILE
    data = bytearray(file.read_bytes())
    data[4096 * 2 : 4096 * 4] = b"\xff" * (4096 * 2)
    file.write_bytes(data)
    with pytest.raises(StoreCorrupt):
        sqlite.check(file)
