"""Child processes of the bench: pinned, logged to a file, ended by their own id whatever happens."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.bench import measure

PATIENCE = 15.0  # seconds between asking a process to end and ending it


@contextlib.contextmanager
def child(
    command: Sequence[str],
    log: Path,
    *,
    core: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own (Ctrl-C is for the bench alone), gone with its family afterwards."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
            preexec_fn=(lambda: os.sched_setaffinity(0, {core})) if core is not None else None,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    family = measure.tree(process.pid)[1:] if process.poll() is None else []
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    process.kill()
    process.wait()
    for pid in family:  # normally gone with their parent; the session tells that the id is still theirs
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(pid) == process.pid:
                os.kill(pid, signal.SIGKILL)


def answers(process: subprocess.Popen[bytes], log: Path, port: int, name: str, expected: str) -> float:
    """Wait for the process to answer as expected; the time.monotonic() of that answer. Raises RuntimeError."""
    try:
        return measure.wait_for(port, name, expected, alive=lambda: process.poll() is None)
    except TimeoutError as error:
        state = "still runs" if process.poll() is None else f"ended with {process.returncode}"
        said = log.read_text(errors="replace")[-1000:]
        raise RuntimeError(f"{process.args!r} {state}: {error}\n{said}") from None


def program(name: str) -> str:
    """The path of a program, also where an ordinary user's PATH lacks sbin. Raises FileNotFoundError."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise FileNotFoundError(f"{name} is missing: apt-get install {name}")
    return found
