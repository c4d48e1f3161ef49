"""Runs the compiler in a process of its own: what it needs of memory goes with it.

A fresh interpreter, not a fork: the caller may have threads, and a forked one inherits their locks.
"""

import os
import select
import signal
import sys
from pathlib import Path

import msgspec

from gateway.errors import HushgateError, OwnFault, UsageError
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
    given, said, errors = (os.memfd_create(name) for name in ("job", "outcome", "errors"))
    try:
        _write_all(given, msgspec.msgpack.encode(work))
        os.lseek(given, 0, os.SEEK_SET)
        code = _run([sys.executable, "-m", __name__, str(target)], given, said, errors, deadline)
        if code:
            last = _content(errors).decode(errors="replace").strip().rpartition("\n")[2]
            raise OwnFault(f"the compiler ended with {code}: {last or 'no reason given'}")
        outcome = msgspec.msgpack.decode(_content(said), type=_Outcome)
    except (OSError, msgspec.DecodeError) as error:
        raise OwnFault(f"the compiler could not be run: {error}") from error
    finally:
        for descriptor in (given, said, errors):
            os.close(descriptor)
    if outcome.fault:
        raise (UsageError if outcome.usage else OwnFault)(outcome.fault, hint=outcome.hint)
    return outcome.reports


def _run(arguments: list[str], given: int, said: int, errors: int, deadline: float) -> int:
    """The exit code, or minus the signal's number. Raises OwnFault when the deadline is past."""
    pid = os.posix_spawn(
        arguments[0],
        arguments,
        {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        file_actions=[
            (os.POSIX_SPAWN_DUP2, given, 0),
            (os.POSIX_SPAWN_DUP2, said, 1),
            (os.POSIX_SPAWN_DUP2, errors, 2),
        ],
    )
    try:
        handle = os.pidfd_open(pid)
        try:
            ended, _, _ = select.select([handle], [], [], deadline)
        finally:
            os.close(handle)
        if not ended:
            raise OwnFault(f"the compiler took longer than {deadline:.0f} s")
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _content(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", closefd=False) as file:
        return file.read()


def main() -> None:
    """Job on stdin, path of the base as argument, outcome on stdout."""
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
