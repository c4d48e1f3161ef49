"""The panel of a real box, over real sockets."""

import http.client
import json
import re
import socket
import ssl
from dataclasses import dataclass
from typing import Any

from tests.fakes.live_box import LiveBox

LINK = re.compile(r"(https?)://(\S+):(\d+)/setup#(\S+)")


@dataclass(frozen=True)
class Answered:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Panel:
    """Where one is reached."""

    port: int
    tls: bool = False

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        timeout: float = 10,
        **headers: str,
    ) -> Answered:
        """One request on a connection of its own."""
        if self.tls:
            trusting = ssl.create_default_context()
            trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=timeout, context=trusting
            )
        else:
            made = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            given["Authorization"] = f"Bearer {token}"
        if body is not None:
            given["Content-Type"] = "application/json"
        try:
            made.request(method, path, None if body is None else json.dumps(body), given)
            answer = made.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, told, answer.read())
        finally:
            made.close()

    def raw(self, sent: bytes, *, timeout: float = 10) -> bytes:
        """What comes for these bytes until the panel hangs up."""
        got = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            connection.sendall(sent)
            while part := connection.recv(65_536):
                got += part
        return got


def panel_of(live: LiveBox) -> Panel:
    """That of the box."""
    listen = live.box.environment["HUSHGATE_PANEL__LISTEN"]
    return Panel(
        int(listen.rpartition(":")[2]), live.box.environment.get("HUSHGATE_PANEL__TLS", "off") != "off"
    )
