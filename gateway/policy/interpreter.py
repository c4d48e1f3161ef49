"""Runs a module of ours in a fresh interpreter: what it needs of memory goes with it.

Not a fork: the caller may have threads, and a forked one inherits their locks.
"""

import fcntl
import os
import select
import signal
import sys

from gateway.errors import OwnFault

_LIFELINE = 3  # the descriptor of a pipe that nobody writes to: it is closed when the caller ends


def run(module: str, arguments: tuple[str, ...], given: bytes, *, deadline: float, what: str) -> bytes:
    """What `python -m module` says on stdout to `given` on stdin. `what` names it to people. Raises OwnFault."""
    files: list[int] = []
    try:
        for name in ("given", "said", "errors"):
            files.append(os.memfd_create(name))
        _write_all(files[0], given)
        os.lseek(files[0], 0, os.SEEK_SET)
        code = _run([sys.executable, "-m", module, *arguments], files, deadline, what)
        if code:
            last = _content(files[2]).decode(errors="replace").strip().rpartition("\n")[2]
            raise OwnFault(f"{what} ended with {code}: {last or 'no reason given'}")
        return _content(files[1])
    except OSError as error:
        raise OwnFault(f"{what} could not be run: {error}") from error
    finally:
        for descriptor in files:
            os.close(descriptor)


def end_with_caller() -> None:
    """To be called by a module that `run` runs: it ends when its caller does, however that may be killed."""
    fcntl.fcntl(_LIFELINE, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(_LIFELINE, fcntl.F_GETFL)
    # SIGIO, which ends who does not expect it, comes when the pipe is closed (fcntl(2), pipe(7)).
    fcntl.fcntl(_LIFELINE, fcntl.F_SETFL, flags | os.O_ASYNC | os.O_NONBLOCK)
    try:
        os.read(_LIFELINE, 1)
    except BlockingIOError:
        return  # it is still open
    sys.exit("whoever wanted this is gone")


def _run(arguments: list[str], files: list[int], deadline: float, what: str) -> int:
    """The exit code, or minus the signal's number. Raises OwnFault when the deadline is past."""
    reader, writer = os.pipe()
    try:
        given = [*files, reader]
        pid = os.posix_spawn(
            arguments[0],
            arguments,
            {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            file_actions=[(os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate(given)],
        )
        return _await(pid, deadline, what)
    finally:
        os.close(reader)
        os.close(writer)


def _await(pid: int, deadline: float, what: str) -> int:
    try:
        handle = os.pidfd_open(pid)
        try:
            ended, _, _ = select.select([handle], [], [], deadline)
        finally:
            os.close(handle)
        if not ended:
            raise OwnFault(f"{what} took longer than {deadline:.0f} s")
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
