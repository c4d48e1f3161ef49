"""Roles that only listen: control sockets in a data folder that answer as a test wants."""

import contextlib
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from gateway import control
from gateway.policy import manifest

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class Ear(socketserver.ThreadingUnixStreamServer):
    """One role. `asked` keeps what it heard; `answer` may be changed while it listens."""

    daemon_threads = True

    def __init__(self, run: Path, role: str, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []
        self.role = role
        super().__init__(str(control.socket_path(run, role)), _Request)


class _Request(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        ear = cast(Ear, self.server)
        for line in self.rfile:
            request = json.loads(line)
            ear.asked.append(request)
            self.wfile.write(json.dumps(ear.answer(request)).encode() + b"\n")


@contextlib.contextmanager
def listening(run: Path, role: str, answer: Answer) -> Iterator[Ear]:
    """The role until the end of the block."""
    with Ear(run, role, answer) as ear:
        thread = threading.Thread(target=ear.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield ear
        finally:
            ear.shutdown()
            thread.join()
    control.socket_path(run, role).unlink(missing_ok=True)


def obedient(policy: Path) -> Answer:
    """A worker that takes up whatever is published in this folder."""
    return lambda _: {"generation": manifest.current(policy).generation, "ms": 1.0}


def lagging(_: dict[str, Any]) -> dict[str, Any]:
    """A worker that cannot take up anything."""
    return {"error": "no memory"}
