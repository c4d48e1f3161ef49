"""Whose trouble a database error is: the moment's, the file's, or ours."""

import sqlite3
from enum import Enum

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.errors import OwnFault


class Fault(Enum):
    """What to do about an error."""

    AWAY = "away"  # locked, full, read-only or not reachable: the same again later may work
    CORRUPT = "corrupt"  # the file is no sound database any more: set it aside
    OURS = "ours"  # this statement or these values will never work


class StoreAway(OwnFault):
    """The database cannot be used now: locked, full, or its server does not answer. Trying later may help."""


class StoreCorrupt(OwnFault):
    """The file is damaged. Only the keeper sets it aside."""


def classify(error: BaseException) -> Fault:
    """Which kind of fault `error` (SQLAlchemy's, sqlite3's, psycopg's or ours) is."""
    if isinstance(error, StoreAway | PoolTimeout | OSError):
        return Fault.AWAY
    if isinstance(error, StoreCorrupt):
        return Fault.CORRUPT
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return Fault.AWAY
        error = error.orig or error
    if isinstance(error, sqlite3.Error):
        return _classify_sqlite(error)
    # Not imported: whoever runs on SQLite alone needs no psycopg.
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & {"OperationalError", "InterfaceError"}:
        return Fault.AWAY
    return Fault.OURS


def _classify_sqlite(error: sqlite3.Error) -> Fault:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code, below its extensions
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return Fault.CORRUPT
    if code == sqlite3.SQLITE_ERROR:  # "no such table", a syntax error
        return Fault.OURS
    return Fault.AWAY if isinstance(error, sqlite3.OperationalError) else Fault.OURS


def reason(error: BaseException) -> str:
    """One line for people: no SQL, no values."""
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = str(origin).strip().splitlines()
    return text[0] if text else type(origin).__name__


__all__ = ["Fault", "SQLAlchemyError", "StoreAway", "StoreCorrupt", "classify", "reason"]
