"""Somebody who listens to the live events of a box, over a real connection."""

import http.client
import json
from typing import Any


class Listener:
    """One connection to `/v1/live`."""

    def __init__(
        self, address: str, token: str, query: str = "", *, last: str = "", timeout: float = 20
    ) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=timeout)
        headers = {"Authorization": f"Bearer {token}"}
        if last:
            headers["Last-Event-ID"] = last
        self._connection.request("GET", f"/v1/live?{query}", headers=headers)
        self.response = self._connection.getresponse()
        if self.response.status == 200:
            assert self.response.readline() == b"retry: 2000\n"
        self.last = last  # the id of the last event

    def next(self, kind: str = "") -> dict[str, Any]:
        """The content of the next event, or of the next of this kind."""
        while True:
            found, number, content = self.event()
            self.last = number or self.last
            if found == kind or not kind:
                return content

    def event(self) -> tuple[str, str, dict[str, Any]]:
        """Kind, id and content of the next event. Raises TimeoutError, and EOFError where there is none any more."""
        lines: dict[str, str] = {}
        while "data" not in lines:
            line = self.response.readline().decode()
            if not line:
                raise EOFError
            if ": " in line and not line.startswith(":"):
                key, _, value = line.rstrip("\n").partition(": ")
                lines[key] = value
        return lines["event"], lines.get("id", ""), json.loads(lines["data"])

    def close(self) -> None:
        """Gone, as a browser's tab is."""
        self.response.close()
        self._connection.close()
