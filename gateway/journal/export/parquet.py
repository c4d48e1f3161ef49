"""The log as Parquet, made by pyarrow in a process of its own: its 60 MB go with it."""

import os
import signal
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import msgspec

from gateway.errors import OwnFault, UsageError
from gateway.journal.search import Filters

MEDIA_TYPE = "application/vnd.apache.parquet"
CHUNK = 1 << 16
_WRITER = "gateway.journal.export.columns"


class Order(msgspec.Struct):
    """What the child is to export."""

    data: str  # the box's folder
    url: str  # of the store; it may hold a password, so it travels by stdin
    filters: Filters


def encode(data: Path, url: str, filters: Filters) -> Iterator[bytes]:
    """The file, piece by piece. Raises UsageError where pyarrow is missing, OwnFault where the child fails."""
    if find_spec("pyarrow") is None:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed here", hint="export as csv or jsonl instead"
        )
    return _run(msgspec.msgpack.encode(Order(str(data), url, filters)))


def _run(order: bytes) -> Iterator[bytes]:
    given, errors = (os.memfd_create(name) for name in ("order", "errors"))
    reads, writes = os.pipe()
    try:
        os.write(given, order)  # some kilobytes, to memory: always all of it
        os.lseek(given, 0, os.SEEK_SET)
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", _WRITER],
            {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, given, 0),
                (os.POSIX_SPAWN_DUP2, writes, 1),
                (os.POSIX_SPAWN_DUP2, errors, 2),
            ],
        )
        os.close(writes)
        writes = -1
        ended = False
        try:
            while chunk := os.read(reads, CHUNK):
                yield chunk
            ended = True
        finally:
            if not ended:  # nobody takes the rest
                os.kill(pid, signal.SIGKILL)
            status = os.waitpid(pid, 0)[1]
        if code := os.waitstatus_to_exitcode(status):
            os.lseek(errors, 0, os.SEEK_SET)
            last = os.read(errors, 1 << 16).decode(errors="replace").strip().rpartition("\n")[2]
            raise OwnFault(f"the exporter ended with {code}: {last[:300] or 'no reason given'}")
    finally:
        for descriptor in (given, errors, reads, writes):
            if descriptor >= 0:
                os.close(descriptor)
