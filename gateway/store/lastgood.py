"""The last good copy of the rules' database: beside it, and put in its place when it is damaged.

The log has none: it is large, and what it says of yesterday decides nothing today.
"""

import contextlib
import logging
import os
import sqlite3
from pathlib import Path

from gateway.store import sqlite
from gateway.store.faults import Fault, StoreAway, StoreCorrupt, classify

log = logging.getLogger(__name__)

SUFFIX = ".last-good"

# Size and time of the database and of its write-ahead log: they differ after each commit.
Mark = tuple[tuple[int, int], ...]


def copy_of(path: Path) -> Path:
    """Where the copy of the database at `path` lies."""
    return path.with_name(path.name + SUFFIX)


def mark(path: Path) -> Mark:
    """What tells whether the database has changed since; empty where there is none."""
    found = []
    for side in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            seen = path.with_name(path.name + side).stat()
            found.append((seen.st_size, seen.st_mtime_ns))
    return tuple(found)


def take(path: Path) -> None:
    """Copy the database at `path`. Raises OSError, sqlite3.Error, StoreAway, StoreCorrupt: the one before stays."""
    target = copy_of(path)
    beside = target.with_name(target.name + ".new")
    beside.unlink(missing_ok=True)
    try:
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(beside)) as copy,
        ):
            source.backup(copy)
            # A file of its own, whole without a write-ahead log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
        sqlite.check(beside)
        if last_generation(target) > last_generation(beside) == 0:
            raise StoreCorrupt(f"{path} is empty, and was not before")
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def last_generation(path: Path) -> int:
    """The last generation that was published from the database; 0 for none, or where it is no database.

    Raises StoreAway where it cannot be read now: a full disk has no room for what SQLite needs beside it.
    """
    if not path.exists():
        return 0
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            return int(connection.execute("SELECT max(number) FROM generation").fetchone()[0] or 0)
    except sqlite3.Error as error:
        if classify(error) is Fault.AWAY:
            raise StoreAway(f"{path} cannot be read: {error}") from error
        return 0


def is_lost(path: Path) -> bool:
    """Is there nothing, or nothing that was ever in force, where the copy has something?

    A file that was cut off or removed makes no error: SQLite begins a new database in its place.
    """
    try:
        return last_generation(path) == 0 < last_generation(copy_of(path))
    except StoreAway as error:  # what cannot be read now may be whole
        log.warning("%s", error)
        return False


def put_back(path: Path) -> bool:
    """Put the copy where the database has been set aside. False where there is none that is whole."""
    source = copy_of(path)
    if not source.exists():
        return False
    try:
        sqlite.check(source)
        beside = path.with_name(path.name + ".new")
        beside.write_bytes(source.read_bytes())
        beside.replace(path)
    except (StoreCorrupt, StoreAway, OSError) as error:
        log.error("%s cannot take the place of the damaged database: %s", source, error)
        return False
    log.warning("%s goes on from its last good copy", path)
    return True
