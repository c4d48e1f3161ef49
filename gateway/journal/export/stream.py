"""The log as a file, made while it is sent: some hundred rows in memory, however long the log is."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import chain
from pathlib import Path

from gateway.journal import search
from gateway.journal.export import csv, jsonl, parquet
from gateway.journal.search import Filters
from gateway.store.engine import Database


class Format(StrEnum):
    """What the log can be exported as."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


MEDIA_TYPES = {
    Format.CSV: csv.MEDIA_TYPE,
    Format.JSONL: jsonl.MEDIA_TYPE,
    Format.PARQUET: parquet.MEDIA_TYPE,
}


def export(database: Database, data: Path, url: str, filters: Filters, form: Format) -> Iterator[bytes]:
    """The rows for `filters`, oldest first, in `form`; closing the iterator ends the work.

    `data` and `url` say again where the log is, for the process that makes Parquet. What fails at once is raised
    here: UsageError, OwnFault, what SQLAlchemy raises; later it breaks the stream off.
    """
    if form is Format.PARQUET:
        pieces = parquet.encode(data, url, filters)
    else:
        encode = csv.encode if form is Format.CSV else jsonl.encode
        pieces = encode(search.rows(database, filters))
    first = next(pieces, b"")
    return _from(first, pieces)


def _from(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chain((first,), rest)
    finally:
        close = getattr(rest, "close", None)
        if close is not None:
            close()
