"""Other people's databases: Pi-hole's gravity.db, out of an archive that may have been made to harm us.

Read-only, from a private file, by plain selects of plain tables; SQLite itself keeps to limits and a deadline.
"""

import contextlib
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from gateway.errors import UsageError

MAX_ROWS = 100_000  # of one table
SECONDS = 5.0  # for all of them; a box of a household takes milliseconds
_STEPS = 2000  # of SQLite's machine between two looks at the clock

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 100_000,  # bytes of a row or a text
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,  # of the schema's texts too
    sqlite3.SQLITE_LIMIT_COLUMN: 50,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 20,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 3,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 8,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 50,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_PRAGMAS = ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0", "cache_size=-4096")

Row = dict[str, int | str]  # column → value; a float, a blob or a NULL is left out


class ForeignFault(UsageError):
    """The database is none, is damaged, or was made to harm; the message says which."""


class Gravity(msgspec.Struct, frozen=True):
    """The tables that matter, as they are; one that an older Pi-hole did not have is empty."""

    group: tuple[Row, ...] = ()
    domainlist: tuple[Row, ...] = ()
    adlist: tuple[Row, ...] = ()
    client: tuple[Row, ...] = ()
    domainlist_by_group: tuple[Row, ...] = ()
    adlist_by_group: tuple[Row, ...] = ()
    client_by_group: tuple[Row, ...] = ()


TABLES = Gravity.__struct_fields__
COLUMNS = frozenset(
    (
        *("id", "enabled", "name", "description", "type", "domain", "comment", "address", "ip"),
        *("domainlist_id", "adlist_id", "client_id", "group_id"),
    )
)


def read_gravity(content: bytes, *, seconds: float = SECONDS) -> Gravity:
    """What the file holds. Raises ForeignFault, after `seconds` at the latest."""
    with tempfile.TemporaryDirectory(prefix="hushgate-") as folder:
        path = Path(folder) / "foreign.db"
        path.write_bytes(content)
        try:
            with contextlib.closing(_opened(path)) as connection:
                return _read(connection, path, time.monotonic() + seconds)
        except UnicodeDecodeError:  # the words of SQLite's own error, with names from the file in them
            raise ForeignFault("gravity.db cannot be read: it is damaged") from None
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            raise ForeignFault(f"gravity.db cannot be read: {str(error)[:200]!a}") from None


def _opened(path: Path) -> sqlite3.Connection:
    # immutable: no journal beside it is played back, nothing is locked.
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    for limit, value in _LIMITS.items():
        connection.setlimit(limit, value)
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    return connection


def _read(connection: sqlite3.Connection, path: Path, until: float) -> Gravity:
    connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    # A view or a virtual table of such a name would run what the file's maker wrote.
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    plain = {name for (name,) in connection.execute(query)}
    path.unlink()  # it is open: whatever ends this process now leaves nothing of the other product's behind
    if not plain & {"domainlist", "adlist"}:
        raise ForeignFault("gravity.db holds neither domains nor lists: not a Pi-hole's from version 5 on")
    columns = {table: _columns(connection, table) for table in TABLES if table in plain}
    connection.set_authorizer(_authorized)
    return Gravity(**{table: tuple(_rows(connection, table, known)) for table, known in columns.items()})


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """Those that we want and that are stored: a computed one is not listed, and would be computed."""
    return [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")') if row[1] in COLUMNS]


def _authorized(
    action: int, _first: str | None, _second: str | None, _database: str | None, _by: str | None
) -> int:
    """Reading, and nothing else: no function, no pragma, no other file."""
    return (
        sqlite3.SQLITE_OK if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ) else sqlite3.SQLITE_DENY
    )


def _rows(connection: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[Row]:
    if not columns:
        return
    named = ", ".join(f'"{column}"' for column in columns)  # table and columns are of our own names
    for number, values in enumerate(
        connection.execute(f'SELECT {named} FROM "{table}" LIMIT {MAX_ROWS + 1}')
    ):
        if number == MAX_ROWS:
            raise ForeignFault(f"gravity.db holds more than {MAX_ROWS} rows of {table}")
        yield row_of(dict(zip(columns, values, strict=True)))


def row_of(values: dict[str, Any]) -> Row:
    """Numbers and texts only."""
    return {key: value for key, value in values.items() if isinstance(value, int | str)}
