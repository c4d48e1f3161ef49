"""The supervisor with roles of the test's own, in a process of its own: what dies comes back, what shall end ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway import supervisor
from gateway.data import Data
from gateway.errors import UsageError
from gateway.settings import Settings
from gateway.supervisor import Claim

# Each role tells its beginning and its end in a line to the file descriptor named; what it does else is its own.
SCRIPT = """
import os, signal, sys
from pathlib import Path
from gateway import roles, supervisor
from gateway.data import Data
from gateway.settings import Settings

def said(role, what):
    os.write(int(sys.argv[2]), f"{what} {role} {os.getpid()}\\n".encode())

def live(role, data, settings, listeners):
    if role == "short-lived":
        said(role, "begins")
        return 3
    # Not a handler and pause(): a signal between the two would be noted, and waited through.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    said(role, "begins")
    while True:
        signal.sigwait([signal.SIGTERM])
        said(role, "ends")
        if role != "stubborn":
            os._exit(0)

roles.names = lambda _: sys.argv[3:]
roles.preload = lambda: None
roles.run = live
data = Data(Path(sys.argv[1]))
data.prepare()
PATCH
sys.exit(supervisor.Supervisor(data, Settings(), supervisor.Claim(data)).run(lambda: "hello"))
"""


class Running:
    """A supervisor, and what its roles have told."""

    def __init__(self, process: "subprocess.Popen[str]", lines: "Callable[[], str]") -> None:
        self.process = process
        self._lines = lines

    def told(self) -> tuple[str, str, int]:
        """The next line: ("begins", "dns-0", 4711)."""
        what, role, pid = self._lines().split()
        return what, role, int(pid)

    def begun(self, number: int) -> dict[str, int]:
        """Role → process of the next ones that begin."""
        lines = [self.told() for _ in range(number)]
        assert {what for what, _, _ in lines} == {"begins"}, lines
        return {role: pid for _, role, pid in lines}

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and what it had said."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out + err


@contextlib.contextmanager
def running(
    data: Path, *names: str, patch: str = "", stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE
) -> Iterator[Running]:
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.replace("PATCH", patch), str(data), str(writer), *names],
        pass_fds=(writer,),
        stdout=stdout,
        stderr=stderr,
        text=True,
    )
    os.close(writer)
    limit = threading.Timer(30, process.kill)  # ends every wait below
    limit.start()
    with os.fdopen(reader) as lines:
        try:
            yield Running(process, lines.readline)
        finally:
            limit.cancel()
            process.kill()
            process.communicate()


def test_roles_start_in_order_and_then_the_greeting_is_said(data_dir: Path) -> None:
    with running(data_dir, "dns-0", "dns-1", "keeper") as box:
        started = box.begun(3)
        assert sorted(started, key=lambda role: started[role]) == ["dns-0", "dns-1", "keeper"]
        assert box.process.stdout is not None
        assert box.process.stdout.readline() == "hello\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_keeper_ends_last_to_take_what_the_workers_still_have(data_dir: Path, number: int) -> None:
    with running(data_dir, "dns-0", "dns-1", "keeper") as box:
        box.begun(3)
        assert box.stop(number) == (0, "hello\n")
        ended = [box.told()[:2] for _ in range(3)]
        assert {what for what, _ in ended} == {"ends"}
        assert ended[2] == ("ends", "keeper")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGRTMIN + 1])
def test_a_role_that_dies_is_back_at_once_and_the_others_are_left_alone(data_dir: Path, number: int) -> None:
    with running(data_dir, "dns-0", "keeper") as box:
        old = box.begun(2)
        os.kill(old["dns-0"], number)
        if number == signal.SIGTERM:
            assert box.told()[:2] == ("ends", "dns-0")
        what, role, pid = box.told()
        assert (what, role) == ("begins", "dns-0")
        assert pid != old["dns-0"]
        os.kill(old["keeper"], 0)  # lives
        code, said = box.stop()
    assert code == 0
    assert said.count("starting it again") == 1
    assert "dns-0 ended (" in said


def test_a_role_that_will_not_live_is_tried_less_and_less_often(data_dir: Path) -> None:
    with running(data_dir, "short-lived", "keeper") as box:
        lines = [box.told() for _ in range(4)]  # the keeper, and two of the other at once, one a second later
        assert [role for _, role, _ in lines].count("short-lived") == 3
        code, said = box.stop()
    assert code == 0
    assert "short-lived ended (exit code 3), starting it again\n" in said
    assert "short-lived ended (exit code 3), starting it again in 1 s\n" in said


def test_waits_between_starts_grow_to_a_limit_and_begin_anew_after_a_good_run(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    data = Data(data_dir)
    data.prepare()
    claim = Claim(data)
    child = supervisor._Child("dns-0")
    box = supervisor.Supervisor(data, Settings(), claim)
    waits = []
    for _ in range(9):
        child.started = now[0]
        now[0] += 1
        box._bury(child, 1)
        waits.append(child.due - now[0])
    assert waits == [0, 1, 2, 4, 8, 10, 10, 10, 10]
    child.started = now[0]
    now[0] += supervisor.STEADY + 1
    box._bury(child, -9)
    assert child.due == now[0]
    assert "dns-0 ended (signal SIGKILL)" in capsys.readouterr().err
    claim.leave()


def test_a_role_that_will_not_end_is_killed(data_dir: Path) -> None:
    with running(data_dir, "stubborn", "keeper", patch="supervisor.STOP_WAIT = 0.3") as box:
        pid = box.begun(2)["stubborn"]
        assert box.stop()[0] == 0
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_killed_supervisor_takes_its_roles_along(data_dir: Path) -> None:
    with running(data_dir, "dns-0", "keeper") as box:
        box.begun(2)
        box.process.kill()
        assert sorted(box.told()[:2] for _ in range(2)) == [("ends", "dns-0"), ("ends", "keeper")]


def test_a_signal_to_a_role_that_has_just_been_started_is_not_lost(data_dir: Path) -> None:
    """It must not be taken by the supervisor's handler, which the child has until it sets its own."""
    patch = """
fork = os.fork
def fork_and_tell():
    pid = fork()
    if pid:
        os.kill(pid, signal.SIGTERM)
    return pid
os.fork = fork_and_tell
"""
    with running(data_dir, "dns-0", patch=patch) as box:
        # Each ends, however far it has come.
        assert box.process.stderr is not None
        for _ in range(2):
            assert box.process.stderr.readline().startswith("dns-0 ended (")
        assert box.stop()[0] == 0


def test_where_nobody_can_be_told_the_box_goes_on(data_dir: Path) -> None:
    with (
        Path("/dev/full").open("w") as full,
        running(data_dir, "dns-0", "keeper", stdout=full.fileno(), stderr=full.fileno()) as box,
    ):
        os.kill(box.begun(2)["dns-0"], signal.SIGKILL)
        assert box.told()[:2] == ("begins", "dns-0")
        box.process.send_signal(signal.SIGTERM)
        box.process.wait(20)
        assert sorted(box.told()[:2] for _ in range(2)) == [("ends", "dns-0"), ("ends", "keeper")]


def test_a_role_that_cannot_be_started_now_is_started_later(data_dir: Path) -> None:
    patch = """
fork, refusals = os.fork, [1, 1]
def refuse():
    if refusals:
        refusals.pop()
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()
os.fork = refuse
supervisor.MAX_BACKOFF = 0.1
"""
    with running(data_dir, "dns-0", "keeper", patch=patch) as box:
        assert set(box.begun(2)) == {"dns-0", "keeper"}
        assert "dns-0 cannot be started: Resource temporarily unavailable" in box.stop()[1]


def test_an_error_in_a_role_is_told_and_ends_that_process_only(data_dir: Path) -> None:
    patch = """
live_well, tries = live, Path(sys.argv[1]) / "tries"
def fail_first(role, data, settings, listeners):
    if not tries.exists():
        tries.touch()
        raise RuntimeError("of ours")
    return live_well(role, data, settings, listeners)
roles.run = fail_first
"""
    with running(data_dir, "dns-0", patch=patch) as box:
        assert list(box.begun(1)) == ["dns-0"]
        said = box.stop()[1]
    assert "RuntimeError: of ours" in said
    assert "dns-0 ended (exit code 1), starting it again" in said


def test_the_panels_sockets_are_open_before_and_after_each_life_of_it_and_nobody_elses(
    data_dir: Path,
) -> None:
    patch = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
def holds(role, data, settings, listeners):
    said(role, f"has{sum(each.fileno() >= 0 for each in listeners)}:{port}:")
    return live(role, data, settings, listeners)
roles.run = holds
made = supervisor.Supervisor
supervisor.Supervisor = lambda *given: made(*given, [listener])
"""
    with running(data_dir, "dns-0", "panel", patch=patch) as box:
        lines = [box.told() for _ in range(4)]
        held = {role: what for what, role, _ in lines if what != "begins"}
        assert held["dns-0"].startswith("has0:")
        assert held["panel"].startswith("has1:")
        port = int(held["panel"].split(":")[1])
        (panel,) = (pid for what, role, pid in lines if (what, role) == ("begins", "panel"))
        os.kill(panel, signal.SIGKILL)
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            assert box.told()[1] == "panel"


def test_a_folder_can_be_claimed_once(data_dir: Path) -> None:
    data = Data(data_dir)
    data.prepare()
    (data.run / "dns-7.control").touch()  # left by a box that was killed
    claim = Claim(data)
    assert not (data.run / "dns-7.control").exists()
    with pytest.raises(UsageError, match="already running") as caught:
        Claim(data)
    assert "hushgate status" in caught.value.hint
    claim.leave()
    Claim(data).leave()
