"""Notices: the few events that a person wants to be told of, in the order they came, for webhooks and the panel.

`new-device`: a device has asked for the first time. `first-contact`: a device and a company that it had nothing to
do with before. `list-failed` and `tampering` are written by whoever finds them.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, delete, select, update

from gateway.journal import marks
from gateway.journal.bulk import Bulk
from gateway.journal.tables import NOTICE
from gateway.journal.words import clean
from gateway.store.engine import Database

NEW_DEVICE = "new-device"
FIRST_CONTACT = "first-contact"
LIST_FAILED = "list-failed"
TAMPERING = "tampering"

KEPT = 10_000  # the newest; more than this nobody reads, and a flood of new devices must not fill the disk
MAX_LIMIT = 1000
_MAX_TEXT = 500

_INSERT = Bulk(NOTICE)


class Notice(msgspec.Struct, frozen=True):
    """One notice. Its words are hostile: they hold names that phones asked for."""

    id: int  # ever growing, also after older ones are gone
    time: int  # Unix seconds
    kind: str
    device: str  # the device's key; "" where it is about none
    subject: str  # the company, the list; "" where there is none
    detail: str  # what more there is to say: the name asked for, the error


Words = tuple[int, str, str, str, str]  # a notice without its id


def add(database: Database, kind: str, device: str, subject: str, detail: str, now: float) -> int:
    """Store one notice; its id. Raises what SQLAlchemy raises (see gateway.store.faults)."""
    with database.write() as connection:
        return insert(connection, [(int(now), kind, device, subject, detail)])


def insert(connection: Connection, notices: Sequence[Words]) -> int:
    """Store notices in the caller's transaction; the last one's id."""
    last = marks.read(connection)[marks.NOTICE]
    if not notices:
        return last
    rows = [
        (number, time, *(clean(word, _MAX_TEXT) for word in words))
        for number, (time, *words) in enumerate(notices, last + 1)
    ]
    _INSERT.run(connection, rows)
    marks.put(connection, marks.NOTICE, last + len(rows))
    return last + len(rows)


def onwards(database: Database, after: int, limit: int = 100) -> tuple[Notice, ...]:
    """The notices with ids above `after`, oldest first."""
    query = select(NOTICE).where(NOTICE.c.id > after).order_by(NOTICE.c.id)
    return _read(database, query.limit(max(1, min(limit, MAX_LIMIT))))


def newest(database: Database, before: int = 0, limit: int = 100) -> tuple[Notice, ...]:
    """The last notices, newest first; with `before`, those of smaller ids."""
    query = select(NOTICE).order_by(NOTICE.c.id.desc()).limit(max(1, min(limit, MAX_LIMIT)))
    return _read(database, query.where(NOTICE.c.id < before) if before else query)


def last_id(database: Database) -> int:
    """The id of the last notice: to be told of what comes from now on."""
    with database.read() as connection:
        return marks.read(connection)[marks.NOTICE]


def forget(connection: Connection, before: int) -> None:
    """Take notices from before this time away, and those that are too many."""
    last = marks.read(connection)[marks.NOTICE]
    connection.execute(delete(NOTICE).where((NOTICE.c.id <= last - KEPT) | (NOTICE.c.time < before)))


def forget_device(connection: Connection, device: str) -> None:
    """Take the notices about a device away."""
    connection.execute(delete(NOTICE).where(NOTICE.c.device == device))


def rename_device(connection: Connection, old: str, new: str) -> None:
    """Have the notices about a device name it by its new key."""
    connection.execute(update(NOTICE).where(NOTICE.c.device == old).values(device=new))


def _read(database: Database, query: Select[Any]) -> tuple[Notice, ...]:
    with database.read() as connection:
        return tuple(Notice(*row) for row in connection.execute(query))
