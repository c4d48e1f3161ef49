"""Errors are told apart by what to do about them."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from gateway.store.faults import Fault, StoreAway, StoreCorrupt, classify, reason


def _raised(statement: str, path: Path | str = ":memory:") -> sqlite3.Error:
    connection = sqlite3.connect(path)
    try:
        with pytest.raises(sqlite3.Error) as raised:
            connection.execute(statement)
        return raised.value
    finally:
        connection.close()


def test_what_is_no_database_is_corrupt(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    file.write_bytes(b"no database " * 100)
    assert classify(_raised("SELECT * FROM sqlite_master", file)) is Fault.CORRUPT


def test_folder_that_is_no_file_is_away(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(tmp_path)
    assert classify(raised.value) is Fault.AWAY


def test_wrong_statement_is_ours() -> None:
    assert classify(_raised("SELECT nonsense")) is Fault.OURS
    assert classify(IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE"))) is Fault.OURS
    assert classify(ValueError("x")) is Fault.OURS


def test_own_errors_say_themselves() -> None:
    assert classify(StoreAway("x")) is Fault.AWAY
    assert classify(StoreCorrupt("x")) is Fault.CORRUPT
    assert classify(OSError(28, "No space left on device")) is Fault.AWAY


def test_reason_shows_neither_statement_nor_values() -> None:
    error = OperationalError(
        "INSERT INTO log", {"name": "secret"}, sqlite3.OperationalError("database is locked")
    )
    assert reason(error) == "database is locked"
    assert reason(ValueError()) == "ValueError"
