"""Opening databases: new ones, older ones, damaged ones, absent ones."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlmodel import Session

from gateway.errors import OwnFault
from gateway.store import rules
from gateway.store.engine import STORE_FILE, Database, open_journal, open_store
from gateway.store.faults import StoreAway, StoreCorrupt

NOW = 1_700_000_000


def _add(session: Session, text: str) -> None:
    rules.add_rule(session, text, now=NOW)
    session.commit()


def _texts(store: Database) -> list[str]:
    with store.reading() as session:
        return [rule.text for rule in rules.list_rules(session)]


def test_what_was_committed_is_there_when_opened_again(tmp_path: Path, url: str) -> None:
    first = open_store(tmp_path, url)
    with first.writing() as session:
        _add(session, "||a.example^")
    first.close()
    second = open_store(tmp_path, url)
    assert _texts(second) == ["||a.example^"]
    second.close()


def test_both_parts_can_share_one_database(tmp_path: Path, url: str) -> None:
    store, journal = open_store(tmp_path, url), open_journal(tmp_path, url)
    assert _texts(store) == []
    store.close()
    journal.close()
    journal.close()


def test_writers_wait_for_each_other(store: Database) -> None:
    """Each reads first and writes then: without the lock one of them would fail or be lost."""
    failures: list[BaseException] = []

    def add(number: int) -> None:
        try:
            with store.writing() as session:
                rules.list_rules(session)
                _add(session, f"||{number}.example^")
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=add, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(_texts(store)) == 2


@pytest.mark.parametrize("damage", [b"this is no database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_damaged_file_is_set_aside_whole_and_a_new_one_is_begun(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / STORE_FILE).write_bytes(damage)
    store = open_store(tmp_path, owner=True)
    assert store.aside is not None
    assert store.aside.name.startswith("hushgate.db.corrupt-")
    assert store.aside.read_bytes() == damage
    assert _texts(store) == []
    assert "set aside" in caplog.text
    store.close()


def test_who_does_not_own_the_file_leaves_it_where_it_is(tmp_path: Path) -> None:
    (tmp_path / STORE_FILE).write_bytes(b"this is no database")
    with pytest.raises(StoreCorrupt) as raised:
        open_store(tmp_path)
    assert "hushgate up" in raised.value.hint
    assert [path.name for path in tmp_path.iterdir()] == [STORE_FILE]


def test_truncated_database_is_damaged(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.writing() as session:
        for number in range(200):
            rules.add_rule(session, f"||{number}.example^", now=NOW)
        session.commit()
    store.close()
    file = tmp_path / STORE_FILE
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    again = open_store(tmp_path, owner=True)
    assert again.aside is not None
    again.close()


def test_empty_file_is_a_new_database(tmp_path: Path) -> None:
    (tmp_path / STORE_FILE).touch()
    store = open_store(tmp_path, owner=True)
    assert store.aside is None
    store.close()


def test_locked_database_is_away_and_not_damaged(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    other = sqlite3.connect(tmp_path / STORE_FILE, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreAway, match="lock"):
            open_store(tmp_path, owner=True, busy_ms=50)
    finally:
        other.close()
    assert not list(tmp_path.glob("*corrupt*"))


def test_server_that_does_not_answer_is_away(tmp_path: Path) -> None:
    with pytest.raises(StoreAway) as raised:
        open_store(tmp_path, f"postgresql://user:secret@/x?host={tmp_path}")
    assert "secret" not in str(raised.value)


def test_database_of_a_newer_program_is_left_alone(tmp_path: Path, url: str) -> None:
    store = open_store(tmp_path, url)
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE policy_version SET version_num = 'policy_9999'")
    store.close()
    with pytest.raises(OwnFault, match="policy_9999"):
        open_store(tmp_path, url, owner=True)
