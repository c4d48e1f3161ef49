"""What the database itself refuses, whatever the program above it does."""

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from gateway.store.engine import Database
from gateway.store.tables import PolicyTable

TABLES = PolicyTable.metadata.tables


@pytest.mark.parametrize(
    "change",
    [
        {"profile": "lax"},
        {"mode": "off"},
        {"answer": "maybe"},
        {"name": ""},
        {"name": "x" * 65},
        {"comment": None},
    ],
)
def test_group_takes_no_unknown_word(store: Database, change: dict[str, str]) -> None:
    with store.write() as connection, pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(update(TABLES["group"]).values(**change))


def test_rule_needs_its_group(store: Database) -> None:
    row = {"text": "a", "group": "nobody", "comment": "", "enabled": True, "created": 0, "expires": 0}
    with store.write() as connection, pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(insert(TABLES["rule"]).values(**row))


def test_pause_is_for_a_known_scope(store: Database) -> None:
    row = {"scope": "world", "target": "", "until": 0, "boot_until": 0.0, "boot_id": ""}
    with store.write() as connection, pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(insert(TABLES["pause"]).values(**row))
