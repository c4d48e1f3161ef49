"""A module of ours in an interpreter of its own: what it says, and its end in any case."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.errors import OwnFault
from gateway.policy import interpreter


@pytest.fixture
def on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_it_answers_what_it_was_given_however_long(on_the_way: Path) -> None:
    (on_the_way / "echoing.py").write_text(
        "import sys\nsys.stdout.buffer.write(sys.argv[1].encode() + sys.stdin.buffer.read())\n"
    )
    given = bytes(range(256)) * 10_000  # more than any pipe holds
    assert interpreter.run("echoing", ("to ",), given, deadline=60, what="it") == b"to " + given


def test_its_failure_is_told_with_its_last_words(on_the_way: Path) -> None:
    (on_the_way / "failing.py").write_text("raise SystemExit('no room')\n")
    with pytest.raises(OwnFault, match="it ended with 1: no room"):
        interpreter.run("failing", (), b"", deadline=60, what="it")
    (on_the_way / "dying.py").write_text("import os\nos.kill(os.getpid(), 9)\n")
    with pytest.raises(OwnFault, match="it ended with -9: no reason given"):
        interpreter.run("dying", (), b"", deadline=60, what="it")


def test_one_that_takes_too_long_is_ended(on_the_way: Path) -> None:
    (on_the_way / "lingering.py").write_text("import sys\nsys.stdin.read()\nwhile True: pass\n")
    with pytest.raises(OwnFault, match="it took longer than 1 s"):
        interpreter.run("lingering", (), b"", deadline=1, what="it")


def test_it_ends_when_its_caller_is_killed(on_the_way: Path) -> None:
    (on_the_way / "lingering.py").write_text(
        "import os, pathlib, time\n"
        "from gateway.policy import interpreter\n"
        "interpreter.end_with_caller()\n"
        f"pathlib.Path({str(on_the_way / 'pid')!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    calling = "from gateway.policy import interpreter; interpreter.run('lingering', (), b'', deadline=60, what='it')"
    caller = subprocess.Popen(
        [sys.executable, "-c", calling], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    written = on_the_way / "pid"
    _until(lambda: written.exists() and written.read_text() != "")
    pid = int(written.read_text())
    assert _lives(pid)
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    _until(lambda: not _lives(pid))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # between two looks
