"""`python -m gateway.journal.export.columns`: an order on stdin, a Parquet file to stdout. Run by parquet.py."""

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from gateway.journal import search
from gateway.journal.export.parquet import Order
from gateway.journal.search import LogRow
from gateway.store.engine import open_journal

ROWS = 20_000  # a row group: 10 MB here, and enough for columns to be worth it
_NICENESS = 10  # answering goes before exporting
# Column → its type in Arrow; texts repeat, so they are stored as dictionaries.
COLUMNS = {
    "id": "int64", "time": "timestamp", "device": "text", "channel": "text", "name": "text", "type": "text",
    "address": "text", "port": "int32", "action": "text", "layer": "text", "list": "text", "line": "int32",
    "rule": "text", "company": "text", "purpose": "text", "country": "text", "count": "int64", "bytes": "int64",
    "generation": "int32",
}  # fmt: skip


def write(rows: Iterable[LogRow], target: BinaryIO) -> None:
    """Write a whole Parquet file."""
    import pyarrow
    from pyarrow import parquet

    kinds: dict[str, Any] = {
        "int64": pyarrow.int64(),
        "int32": pyarrow.int32(),
        "text": pyarrow.string(),
        "timestamp": pyarrow.timestamp("s", tz="UTC"),
    }
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for columns in _groups(rows):
            arrays = [pyarrow.array(columns[field.name], field.type) for field in schema]
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema))


def _groups(rows: Iterable[LogRow]) -> Iterator[dict[str, list[Any]]]:
    rest = iter(rows)
    while some := list(islice(rest, ROWS)):
        columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        for row in some:
            rule = row.rule
            for name, value in (
                ("layer", rule.layer if rule else ""),
                ("list", rule.list if rule else ""),
                ("line", rule.line if rule else 0),
                ("rule", rule.text if rule else ""),
                ("time", int(datetime.fromisoformat(row.time).timestamp())),
            ):
                columns[name].append(value)
            for name in _PLAIN:
                columns[name].append(getattr(row, name))
        yield columns


_PLAIN = tuple(name for name in COLUMNS if name not in ("layer", "list", "line", "rule", "time"))


def main() -> None:
    """The child's life."""
    os.nice(_NICENESS)
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    database = open_journal(Path(order.data), order.url)
    try:
        write(search.rows(database, order.filters), sys.stdout.buffer)
        sys.stdout.buffer.flush()
    finally:
        database.close()


if __name__ == "__main__":
    main()
