"""Migrations make what the table classes say, and nothing is loaded where nothing is to be done."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from gateway.journal import firsts, search
from gateway.journal.search import Filters
from gateway.journal.tables import JournalTable
from gateway.journal.write import Writer
from gateway.store import migrate, rules
from gateway.store.access_tables import AccountTable
from gateway.store.engine import Database, open_journal, open_store
from tests.fakes.events import NOW, batch, event

PARTS = {"policy": (open_store, AccountTable.metadata), "journal": (open_journal, JournalTable.metadata)}


@pytest.mark.parametrize("part", PARTS)
def test_migrated_tables_are_those_of_the_classes(part: str, tmp_path: Path, url: str) -> None:
    opened, metadata = PARTS[part]
    database: Database = opened(tmp_path, url)
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": migrate.version_table(part), "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []
        assert migrate.version(connection, part) == migrate.HEADS[part]
    database.close()


@pytest.mark.parametrize("part", PARTS)
def test_noted_head_is_the_last_script(part: str) -> None:
    assert ScriptDirectory.from_config(migrate.config(part)).get_current_head() == migrate.HEADS[part]


def test_alembic_is_not_loaded_for_a_database_that_is_up_to_date(tmp_path: Path) -> None:
    open_journal(tmp_path).close()
    program = (
        "import sys, pathlib; from gateway.store.engine import open_journal; "
        "open_journal(pathlib.Path(sys.argv[1])).close(); "
        "print([name for name in ('alembic', 'psycopg', 'mako') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_folder_with_odd_characters_is_no_trouble(tmp_path: Path) -> None:
    folder = tmp_path / "a %s ? # ü 100%"
    folder.mkdir()
    open_store(folder).close()
    assert [path.name for path in folder.glob("*.db")] == ["hushgate.db"]


def test_rules_of_before_keep_their_numbers_and_no_number_is_used_again(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda with_, _, up=command.upgrade: up(with_, "policy_0001"))
        database: Database = open_store(tmp_path, url)
    with database.write() as connection:
        for name in "abc":
            connection.execute(
                text(
                    'INSERT INTO rule (text, "group", comment, enabled, created, expires) '
                    "VALUES (:name, 'everyone', '', true, 1, 0)"
                ),
                {"name": name},
            )
        connection.execute(text("DELETE FROM rule WHERE text = 'c'"))
    database.close()
    database = open_store(tmp_path, url)
    with database.writing() as session:
        assert [(rule.id, rule.text) for rule in rules.list_rules(session)] == [(1, "a"), (2, "b")]
        assert rules.add_rule(session, "||d^", now=1).id == 4
    database.close()


def test_log_of_the_first_version_is_brought_up_with_what_it_holds(tmp_path: Path, url: str) -> None:
    database = open_journal(tmp_path, url)
    rows = [
        event(verdict=number % 2, kind=1 + number % 3, address=f"203.0.113.{number}") for number in range(9)
    ]
    Writer(database).write([batch(*rows)], NOW)
    tables = ("verdict_block", "type_block", "address_block", "day_hit", "contact")

    def content() -> list[list[tuple[object, ...]]]:
        with database.read() as connection:
            return [
                sorted(map(tuple, connection.exec_driver_sql(f"SELECT * FROM log_{table}")))
                for table in tables
            ]

    before = content()
    assert all(before)
    with database.write() as connection:
        for table in (*tables, "day_total", "day_name", "notice"):
            connection.exec_driver_sql(f"DROP TABLE log_{table}")
        connection.exec_driver_sql("DROP INDEX ix_log_name_first")
        for column in ("log_name.first", "log_device.first", "log_device.last"):
            table, _, name = column.partition(".")
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {name}")
        connection.exec_driver_sql("UPDATE journal_version SET version_num = 'journal_0001'")
    database.close()
    database = open_journal(tmp_path, url)
    hour = NOW // 3600 * 3600
    assert content()[:4] == before[:4]
    assert [tuple(row[1:]) for row in content()[4]] == [("Xiaomi", hour)]
    assert [one.first for one in firsts.names(database, 0)] == [hour]
    assert [(one.first, one.last) for one in firsts.new_devices(database, 0)] == [(hour, hour)]
    Writer(database).write([batch(event("b.example"), sequence=2)], NOW)
    assert len(search.newest(database, Filters()).rows) == 10
    database.close()
