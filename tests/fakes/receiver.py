"""A receiver of webhooks on loopback, port 0, that answers as a test wants."""

import base64
import contextlib
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One message."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The event."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    def is_signed_with(self, secret: str) -> bool:
        """As the standard's own verification does it, written without ours."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        head = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        expected = base64.b64encode(hmac.new(key, head + self.body, hashlib.sha256).digest()).decode()
        return f"v1,{expected}" in self.headers["webhook-signature"].split(" ")


class Receiver(ThreadingHTTPServer):
    """`statuses`: what to answer, one after the other, the last for ever; `got` keeps what came."""

    daemon_threads = True

    def __init__(self, *statuses: int, location: str = "", silent: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = list(statuses) or [204]
        self.location = location
        self.silent = silent
        self.got: list[Received] = []
        self.came = threading.Condition()
        self.ending = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def wait_for(self, count: int, timeout: float = 10) -> list[Received]:
        """What has come once there are so many. Raises AssertionError."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.got) >= count, timeout), f"only {len(self.got)} came"
            return list(self.got)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        receiver = self.server
        with receiver.came:
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Received(self.path, headers, body))
            status = receiver.statuses[0] if len(receiver.statuses) == 1 else receiver.statuses.pop(0)
            receiver.came.notify_all()
        if receiver.silent:
            receiver.ending.wait(60)
            return
        with contextlib.suppress(ConnectionError):
            self.send_response(status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def receiving(*statuses: int, location: str = "", silent: bool = False) -> Iterator[Receiver]:
    """A running one."""
    with Receiver(*statuses, location=location, silent=silent) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.ending.set()
            receiver.shutdown()
            thread.join()
