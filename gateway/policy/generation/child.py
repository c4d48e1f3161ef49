"""Runs the compiler in a process of its own: what it needs of memory goes with it."""

import os
import sys
from pathlib import Path

import msgspec

from gateway.errors import HushgateError, OwnFault, UsageError
from gateway.policy import interpreter
from gateway.policy.compiler import Job, compile_base
from gateway.policy.snapshot import ListReport

DEADLINE = 300.0  # seconds; a million names take some 10 s on a small board
_NICENESS = 10  # answering goes before compiling


class _Outcome(msgspec.Struct):
    """What the child writes to its stdout."""

    reports: tuple[ListReport, ...] = ()
    fault: str = ""
    hint: str = ""
    usage: bool = False  # is it the user's fault?


def compile_apart(work: Job, target: Path, deadline: float = DEADLINE) -> tuple[ListReport, ...]:
    """Write the base of `work` to `target`, synced. Raises OwnFault, UsageError."""
    given = msgspec.msgpack.encode(work)
    said = interpreter.run(__name__, (str(target),), given, deadline=deadline, what="the compiler")
    try:
        outcome = msgspec.msgpack.decode(said, type=_Outcome)
    except msgspec.DecodeError as error:
        raise OwnFault(f"the compiler could not be run: {error}") from error
    if outcome.fault:
        raise (UsageError if outcome.usage else OwnFault)(outcome.fault, hint=outcome.hint)
    return outcome.reports


def main() -> None:
    """Job on stdin, path of the base as argument, outcome on stdout."""
    interpreter.end_with_caller()
    os.nice(_NICENESS)
    try:
        work = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
        with Path(sys.argv[1]).open("wb") as file:
            outcome = _Outcome(reports=compile_base(work, file, os.urandom(16)))
            file.flush()
            os.fsync(file.fileno())
    except HushgateError as error:
        outcome = _Outcome(fault=str(error), hint=error.hint, usage=isinstance(error, UsageError))
    except OSError as error:
        outcome = _Outcome(fault=f"{sys.argv[1]}: {error}", hint="make room on the disk")
    sys.stdout.buffer.write(msgspec.msgpack.encode(outcome))


if __name__ == "__main__":
    main()
