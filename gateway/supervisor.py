"""`hushgate up`: starts the roles in order, restarts one that dies, stops them in reverse.

Has neither threads nor an event loop, and must never fail. It has loaded what the DNS workers need, and forks
them: they share that memory, and one that was killed is back within milliseconds.
"""

import contextlib
import ctypes
import fcntl
import gc
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from socket import socket
from typing import TextIO

from gateway import control, roles
from gateway.data import Data
from gateway.errors import UsageError
from gateway.settings import Settings

MAX_BACKOFF = 10.0  # seconds between restarts of a role that will not live
STEADY = 30.0  # seconds after which a role counts as well again
STOP_WAIT = 5.0  # seconds a role has to end by itself
_PR_SET_NAME, _PR_SET_PDEATHSIG = 15, 1  # linux/prctl.h
_TOLD = (signal.SIGTERM, signal.SIGINT)

_prctl = ctypes.CDLL(None).prctl


class _Child:
    def __init__(self, role: str) -> None:
        self.role = role
        self.pid = 0  # 0: does not run
        self.started = 0.0
        self.failures = 0
        self.due = 0.0  # monotonic time of the next start


class Claim:
    """The right to run the box of one data folder, for as long as this process lives."""

    def __init__(self, data: Data) -> None:
        """Raises UsageError where somebody else runs it."""
        self._file = data.lock.open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise UsageError(
                f"a box is already running in {data.root}", hint="see it with `hushgate status`"
            ) from None
        for stale in data.run.glob(f"*{control.SUFFIX}"):
            stale.unlink()

    def leave(self) -> None:
        """In a child: the claim is the parent's alone."""
        self._file.close()


class Supervisor:
    """The roles of one box, each a process of its own."""

    def __init__(
        self, data: Data, settings: Settings, claim: Claim, listeners: Sequence[socket] = ()
    ) -> None:
        """`listeners`: the panel's. Open from here on, so that nobody is refused while it starts, or starts again."""
        self._listeners = listeners
        self._data = data
        self._settings = settings
        self._children = [_Child(role) for role in roles.names(settings)]
        self._claim = claim
        self._stopping = False

    def run(self, greeting: Callable[[], str]) -> int:
        """Keep all roles alive until SIGTERM or SIGINT. `greeting` is said once all have been started."""
        wake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(waker)
        for number in _TOLD:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only wakes the wait below
        roles.preload()
        # Collecting garbage would write to every object, and what is written to is no longer shared.
        gc.collect()
        gc.freeze()
        try:
            for child in self._children:
                self._start(child)
            _say(greeting(), sys.stdout)
            while not self._stopping:
                self._look_after()
                select.select([wake], [], [], self._next_due())
                with contextlib.suppress(BlockingIOError):
                    os.read(wake, 4096)
        finally:
            self._end()
            signal.set_wakeup_fd(-1)
            os.close(wake)
            os.close(waker)
        return 0

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, child: _Child) -> None:
        child.started = time.monotonic()
        parent = os.getpid()
        # A signal that comes before the child has its own handlers would be noted by ours, and lost.
        signal.pthread_sigmask(signal.SIG_BLOCK, _TOLD)
        try:
            child.pid = os.fork()
            if not child.pid:
                self._become(child.role, parent)
        except OSError as error:  # no memory, too many processes: that may pass
            _say(f"{child.role} cannot be started: {error.strerror}", sys.stderr)
            child.due = time.monotonic() + MAX_BACKOFF
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _TOLD)

    def _become(self, role: str, parent: int) -> None:
        """The child's whole life. Never returns: nothing of the parent's stack may go on in it."""
        code = 1
        try:
            # A killed supervisor takes its roles along: an orphan would hold the port against the next start.
            _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(code)  # killed before we had said that
            _prctl(_PR_SET_NAME, f"hush {role}".encode())
            signal.set_wakeup_fd(-1)
            for number in (*_TOLD, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _TOLD)
            self._claim.leave()
            if role != roles.PANEL:
                for listener in self._listeners:
                    listener.close()
            code = roles.run(role, self._data, self._settings, self._listeners)
        except BaseException:  # noqa: BLE001  # told here, because there is nobody above who could
            traceback.print_exc()
        finally:
            with contextlib.suppress(
                OSError, ValueError
            ):  # a full disk, a closed terminal: it ends all the same
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _look_after(self) -> None:
        """Note who has died, and start again whose time has come."""
        for child in self._children:
            if child.pid:
                pid, status = os.waitpid(child.pid, os.WNOHANG)
                if pid:
                    self._bury(child, os.waitstatus_to_exitcode(status))
            if not child.pid and child.due <= time.monotonic():
                self._start(child)

    def _bury(self, child: _Child, code: int) -> None:
        now = time.monotonic()
        child.pid = 0
        child.failures = 0 if now - child.started > STEADY else child.failures + 1
        wait = 0.0 if child.failures <= 1 else min(0.25 * 2.0**child.failures, MAX_BACKOFF)
        child.due = now + wait
        later = f" in {wait:.0f} s" if wait >= 1 else ""
        _say(f"{child.role} ended ({_how(code)}), starting it again{later}", sys.stderr)

    def _next_due(self) -> float | None:
        waits = [child.due - time.monotonic() for child in self._children if not child.pid]
        return max(min(waits), 0.0) if waits else None

    def _end(self) -> None:
        """The workers first, all at once; then the keeper, which takes their last events."""
        keepers = [child for child in self._children if child.role == control.KEEPER]
        for group in ([child for child in self._children if child not in keepers], keepers):
            pids = [child.pid for child in group if child.pid]
            for pid in pids:
                os.kill(pid, signal.SIGTERM)
            until = time.monotonic() + STOP_WAIT
            for pid in pids:
                _wait_for(pid, until)


def _how(code: int) -> str:
    """How a process ended, by its exit code or, below zero, its signal."""
    if code >= 0:
        return f"exit code {code}"
    known = {number.value: number.name for number in signal.Signals}
    return f"signal {known.get(-code, -code)}"


def _say(text: str, to: TextIO) -> None:
    # Where nobody can be told (a full disk, a closed terminal), the box goes on all the same.
    with contextlib.suppress(OSError, ValueError):
        print(text, file=to, flush=True)


def _wait_for(pid: int, until: float) -> None:
    """Reap the process; after `until` (monotonic seconds) it is killed."""
    handle = os.pidfd_open(pid)
    try:
        ended, _, _ = select.select([handle], [], [], max(until - time.monotonic(), 0.0))
        if not ended:
            os.kill(pid, signal.SIGKILL)
    finally:
        os.close(handle)
    os.waitpid(pid, 0)
