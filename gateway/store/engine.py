"""Open the databases: `hushgate.db` (the policy) and `journal.db` (the log), or both in one PostgreSQL."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlmodel import Session as Session  # for those outside of the rooms with SQL

from gateway.store import lastgood, migrate, sqlite
from gateway.store.faults import Fault, SQLAlchemyError, StoreAway, StoreCorrupt, classify, reason
from gateway.store.sqlite import WRITES

STORE_FILE = "hushgate.db"
JOURNAL_FILE = "journal.db"
BUSY_MS = 5000


class Database:
    """One open database. Sessions roll back unless their user commits."""

    def __init__(self, engine: Engine, part: str, path: Path | None, aside: Path | None) -> None:
        self.engine = engine
        self.part = part
        self.path = path  # None on PostgreSQL
        self.aside = aside  # where a damaged predecessor lies that was set aside just now
        self._writing = engine.execution_options(**{WRITES: True})

    @property
    def is_sqlite(self) -> bool:
        """Does it live in a file of ours?"""
        return self.path is not None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment's state."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that holds the writer's lock from its first statement to its commit."""
        with Session(self._writing, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction for bulk statements; committed at the end."""
        with self._writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for plain selects."""
        with self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Give the connections back. Safe twice."""
        self.engine.dispose()


def open_store(data: Path, url: str = "", *, owner: bool = False, busy_ms: int = BUSY_MS) -> Database:
    """The policy's database, brought to the current version.

    Only the owner (the keeper) sets a damaged file aside, and goes on from its last good copy if there is one.
    Raises StoreAway, StoreCorrupt, OwnFault (a version newer than this program) or SettingsError (the URL).
    """
    return _open(data / STORE_FILE, url, "policy", owner, busy_ms)


def open_journal(data: Path, url: str = "", *, owner: bool = False, busy_ms: int = BUSY_MS) -> Database:
    """The log's database. As open_store."""
    return _open(data / JOURNAL_FILE, url, "journal", owner, busy_ms)


def check_url(url: str) -> None:
    """Raises SettingsError if `url` is neither empty nor PostgreSQL's. Connects to nothing."""
    if url:
        from gateway.store import postgres

        postgres.parse(url)


def _open(path: Path, url: str, part: str, owner: bool, busy_ms: int) -> Database:
    if url:
        from gateway.store import postgres  # psycopg costs memory that SQLite's users need not pay

        return _migrated(Database(postgres.open_server(url, part), part, None, None))
    try:
        return _open_file(path, part, busy_ms, None)
    except StoreCorrupt as fault:
        if not owner:
            fault.hint = "start the box (hushgate up): it sets the file aside and begins a new one"
            raise
        aside = sqlite.set_aside(path, time.time())
        if part == "policy":
            lastgood.put_back(path)
        return _open_file(path, part, busy_ms, aside)


def _open_file(path: Path, part: str, busy_ms: int, aside: Path | None) -> Database:
    path.parent.mkdir(parents=True, exist_ok=True)
    sqlite.check(path, busy_ms=busy_ms)
    return _migrated(Database(sqlite.open_file(path, busy_ms=busy_ms), part, path, aside))


def _migrated(database: Database) -> Database:
    where = database.path or database.engine.url.render_as_string(hide_password=True)
    try:
        migrate.upgrade(database)
    except SQLAlchemyError as error:
        database.close()
        fault = classify(error)
        if fault is Fault.CORRUPT:
            raise StoreCorrupt(f"{where} is damaged: {reason(error)}") from error
        if fault is Fault.AWAY:
            raise StoreAway(f"{where} cannot be used: {reason(error)}") from error
        raise
    except BaseException:
        database.close()
        raise
    return database
