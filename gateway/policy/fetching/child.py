"""Fetches a list in a process of its own: an HTTP client and a million lines leave nothing behind.

What a source may do to whoever reads it ends there, too.
"""

import os
import sys
from pathlib import Path

import msgspec

from gateway.errors import OwnFault
from gateway.policy import interpreter, sources
from gateway.policy.fetching.copies import Known
from gateway.policy.sources import Fetched, Outcome
from gateway.settings import Lists

READING = 120.0  # seconds to read what was fetched; a million lines take some 20 s on a small board
_NICENESS = 10  # answering goes before fetching


class Errand(msgspec.Struct, frozen=True):
    """What is to be fetched. Crosses into the process as msgpack."""

    source: str
    store: str  # the folder of the copies
    previous: Known | None
    limits: Lists
    syntax: str = "auto"


def fetch_apart(errand: Errand, deadline: float | None = None) -> Fetched:
    """As `sources.refresh`: nothing is raised that a source may do; a process that dies keeps the last copy."""
    patience = errand.limits.timeout_seconds + READING if deadline is None else deadline
    given = msgspec.msgpack.encode(errand)
    try:
        said = interpreter.run(__name__, (), given, deadline=patience, what="fetching the list")
        return msgspec.msgpack.decode(said, type=Fetched)
    except (OwnFault, msgspec.DecodeError) as error:
        return Fetched(Outcome.KEPT, errand.previous, None, str(error), "try again")


def main() -> None:
    """Errand on stdin, what came of it on stdout."""
    interpreter.end_with_caller()
    os.nice(_NICENESS)
    errand = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Errand)
    fetched = sources.refresh(
        errand.source, Path(errand.store), errand.previous, errand.limits, syntax=errand.syntax
    )
    sys.stdout.buffer.write(msgspec.msgpack.encode(fetched))


if __name__ == "__main__":
    main()
