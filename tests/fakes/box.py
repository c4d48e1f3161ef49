"""A whole box, started by whatever command starts one, and asked over real sockets."""

import contextlib
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.ports import free_port

NULL_ADDRESS = "0.0.0.0"  # how a blocked name is answered


@dataclass(frozen=True, slots=True)
class Box:
    """One running box."""

    process: subprocess.Popen[bytes]
    port: int
    environment: Mapping[str, str]  # for commands that shall find this box
    output: Path

    def text(self) -> str:
        """What it has printed so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def address(self, name: str, *, timeout: float = 3.0) -> str:
        """The first A record of `name`, or "rcode 3", or "nothing". Raises TimeoutError."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(timeout)
            asker.sendto(_question(name), ("127.0.0.1", self.port))
            answer = asker.recv(4096)
        if answer[3] & 15:
            return f"rcode {answer[3] & 15}"
        # Found by its fixed part: type A, class IN, any TTL, four bytes.
        at = answer.find(b"\0\1\0\1", len(_question(name)))
        return socket.inet_ntoa(answer[at + 10 : at + 14]) if at >= 0 else "nothing"


@contextlib.contextmanager
def running(
    command: Sequence[str],
    data: Path,
    *,
    cwd: Path | None = None,
    upstream: str = "udp://127.0.0.1:9",
    environment: Mapping[str, str] = os.environ,
    patience: float = 60,
    panel: bool = False,
) -> Iterator[Box]:
    """`command` (ending in `hushgate up`) until it answers; ended afterwards. Without a `panel` it starts faster.

    Without an `upstream` none is set: the machine's own are asked, or whom the panel names. All
    settings go by the environment, so that the command itself stays as people type it.
    """
    port = free_port()
    surroundings = {
        **environment,
        "HUSHGATE_DATA": str(data),
        "HUSHGATE_DNS__LISTEN": f"127.0.0.1:{port}",
        "HUSHGATE_DNS__WORKERS": "2",
        **({"HUSHGATE_DNS__UPSTREAMS": upstream} if upstream else {}),
        "HUSHGATE_PANEL__LISTEN": f"127.0.0.1:{free_port()}" if panel else "off",
    }
    output = data.parent / f"{data.name}.output"
    with output.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    box = Box(process, port, surroundings, output)
    try:
        _wait(box, patience)
        yield box
    finally:
        _stop(process)
        output.unlink()


def _wait(box: Box, patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if box.process.poll() is not None:
            raise AssertionError(f"ended with {box.process.returncode} before it answered:\n{box.text()}")
        with contextlib.suppress(TimeoutError):
            box.address("hushgate.home.arpa", timeout=0.1)
            return
    raise AssertionError(f"no answer within {patience} s:\n{box.text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise AssertionError("did not end within 20 s of SIGTERM") from None


def _question(name: str) -> bytes:
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    return os.urandom(2) + struct.pack(">5H", 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
