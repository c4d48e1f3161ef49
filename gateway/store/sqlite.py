"""SQLite's side of the store: how a file is opened, checked, and set aside when it is damaged."""

import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from gateway.store.faults import Fault, StoreAway, StoreCorrupt, classify

log = logging.getLogger(__name__)

WRITES = "hushgate_writes"  # execution option: this transaction will write
# A whole quick_check of a gigabyte takes tens of seconds on a small board; above this size only the
# beginning is read, and damage further on is found by the first statement that meets it.
CHECK_WHOLE_BELOW = 32 << 20
_SIDES = ("", "-wal", "-shm")


def open_file(path: Path, *, busy_ms: int) -> Engine:
    """An engine for the database at `path`, made if it is not there."""
    url = URL.create("sqlite", database=str(path))  # a folder's name may hold what a URL's text may not
    engine = create_engine(url, pool_size=2, connect_args={"timeout": busy_ms / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # sqlite3 would begin by itself, too late and never IMMEDIATE
    # Before the first table: lets a shrunken log give its pages back in small steps. Later it would change nothing,
    # but write all the same, and whoever only reads would have to wait for the lock.
    if not connection.execute("PRAGMA page_count").fetchone()[0]:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    connection.execute("PRAGMA journal_mode=WAL")
    # FULL: what was acknowledged survives a power cut. The journal commits in groups, at most four
    # times a second, so it can afford the same.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # what a person has wiped is gone from the disk too
    connection.execute("PRAGMA journal_size_limit=8388608")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once if another wrote in between;
    # one that takes the lock at its start waits for its turn.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def check(path: Path, *, busy_ms: int = 5000) -> None:
    """Is the file at `path` a sound database? A missing one is. Raises StoreCorrupt or StoreAway."""
    if not path.exists():
        return
    try:
        whole = path.stat().st_size <= CHECK_WHOLE_BELOW
        connection = sqlite3.connect(path, timeout=busy_ms / 1000)
        try:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if whole:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if found != "ok":
                    raise StoreCorrupt(f"{path} is damaged: {found}")
            else:
                for (name,) in tables:
                    quoted = name.replace('"', '""')
                    connection.execute(f'SELECT 1 FROM "{quoted}" LIMIT 1').fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        if classify(error) is Fault.CORRUPT:
            raise StoreCorrupt(f"{path} is damaged: {error}") from error
        raise StoreAway(f"{path} cannot be read: {error}") from error


def set_aside(path: Path, now: float) -> Path:
    """Move the damaged database and what belongs to it out of the way; nothing is deleted. The new path."""
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    target = path.with_name(f"{path.name}.corrupt-{stamp}")
    count = 1
    while target.exists():
        count += 1
        target = path.with_name(f"{path.name}.corrupt-{stamp}-{count}")
    for side in _SIDES:
        source = path.with_name(path.name + side)
        if source.exists():
            source.replace(target.with_name(target.name + side))
    log.error("%s was damaged and is set aside as %s; a new one is begun", path, target)
    return target
