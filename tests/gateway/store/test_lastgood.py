"""The copy beside the rules' database: when it is due, what it holds, and what happens when it is needed."""

import sqlite3
from pathlib import Path

import pytest

from gateway.store import generations, lastgood, rules
from gateway.store.engine import STORE_FILE, open_store
from gateway.store.faults import StoreAway, StoreCorrupt

NOW = 1_700_000_000
RUBBISH = b"no database at all " * 1000


def _store_with(folder: Path, *names: str) -> Path:
    """A store that holds a rule for each name; where it lies."""
    database = open_store(folder)
    try:
        with database.writing() as session:
            for name in names:
                rules.add_rule(session, f"||{name}^", now=NOW)
            number = generations.last_generation(session) + 1
            generations.add_generation(session, number, now=NOW, cause="rules added", counts={})
            session.commit()
    finally:
        database.close()
    return folder / STORE_FILE


def _rules(folder: Path) -> list[str]:
    database = open_store(folder, owner=True)
    try:
        with database.reading() as session:
            return [rule.text for rule in rules.list_rules(session)]
    finally:
        database.close()


def test_mark_changes_with_each_commit_and_only_then(tmp_path: Path) -> None:
    assert lastgood.mark(tmp_path / STORE_FILE) == ()
    path = _store_with(tmp_path, "one.example")
    before = lastgood.mark(path)
    assert before
    assert _rules(tmp_path) == ["||one.example^"]
    assert lastgood.mark(path) == before
    _store_with(tmp_path, "two.example")
    assert lastgood.mark(path) != before


def test_damaged_database_goes_on_from_its_copy(tmp_path: Path) -> None:
    path = _store_with(tmp_path, "one.example")
    lastgood.take(path)
    path.write_bytes(RUBBISH)
    assert _rules(tmp_path) == ["||one.example^"]
    (aside,) = tmp_path.glob(f"{STORE_FILE}.corrupt-*")
    assert aside.read_bytes() == RUBBISH
    assert lastgood.copy_of(path).exists()  # for the next time


def test_copy_holds_what_is_still_in_the_write_ahead_log(tmp_path: Path) -> None:
    path = _store_with(tmp_path)
    database = open_store(tmp_path)
    try:
        with database.writing() as session:
            rules.add_rule(session, "||late.example^", now=NOW)
            session.commit()
        lastgood.take(path)  # while it is open
    finally:
        database.close()
    path.write_bytes(RUBBISH)
    assert _rules(tmp_path) == ["||late.example^"]


def test_damaged_database_never_becomes_the_copy(tmp_path: Path) -> None:
    path = _store_with(tmp_path, "one.example")
    lastgood.take(path)
    good = lastgood.copy_of(path).read_bytes()
    path.write_bytes(RUBBISH)
    with pytest.raises((sqlite3.Error, StoreCorrupt)):
        lastgood.take(path)
    assert lastgood.copy_of(path).read_bytes() == good
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize("content", [None, b""], ids=["removed", "cut off"])
def test_database_that_is_gone_is_seen_and_never_becomes_the_copy(
    tmp_path: Path, content: bytes | None
) -> None:
    path = _store_with(tmp_path, "one.example")
    assert not lastgood.is_lost(path)
    lastgood.take(path)
    assert not lastgood.is_lost(path)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert lastgood.is_lost(path)
    assert _rules(tmp_path) == []  # somebody looks, and a new one is begun
    assert lastgood.is_lost(path)
    with pytest.raises(StoreCorrupt, match="empty"):
        lastgood.take(path)
    path.unlink()
    assert lastgood.put_back(path)
    assert not lastgood.is_lost(path)
    assert _rules(tmp_path) == ["||one.example^"]


def test_database_that_cannot_be_read_now_is_not_lost(tmp_path: Path) -> None:
    path = _store_with(tmp_path, "one.example")
    lastgood.take(path)
    path.unlink()
    path.mkdir()  # SQLite says of it what it says where a full disk leaves no room for its log
    assert not lastgood.is_lost(path)
    with pytest.raises(StoreAway):
        lastgood.last_generation(path)


@pytest.mark.parametrize("copy", [None, RUBBISH], ids=["missing", "damaged"])
def test_without_a_good_copy_a_new_database_is_begun(tmp_path: Path, copy: bytes | None) -> None:
    path = _store_with(tmp_path, "one.example")
    path.write_bytes(RUBBISH)
    if copy is not None:
        lastgood.copy_of(path).write_bytes(copy)
    assert _rules(tmp_path) == []
