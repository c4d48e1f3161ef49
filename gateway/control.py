"""The control socket of a role: one line of JSON in, one line of JSON out, on a Unix socket in DATA/run.

Who may write in the data folder may speak here; the folder is the user's alone.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gateway import socket_file
from gateway.errors import HushgateError, OwnFault

MAX_LINE = 1 << 20  # bytes; a status of many upstreams is a few kilobytes
KEEPER = "keeper"  # the role that keeps the log; the others are "dns-0", "dns-1" …
SUFFIX = ".control"


class Down(OwnFault):
    """Nobody listens there: the role does not run, or is being restarted."""


_log = logging.getLogger(__name__)

Verb = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


def socket_path(run: Path, role: str) -> Path:
    """Where the role ("dns-0", "keeper") listens."""
    return run / f"{role}{SUFFIX}"


def roles(run: Path) -> list[str]:
    """The roles that have a control socket, alive or not."""
    return sorted(path.name.removesuffix(SUFFIX) for path in run.glob(f"*{SUFFIX}"))


class ControlServer:
    """Answers the verbs of one role."""

    def __init__(
        self, path: Path, verbs: Mapping[str, Verb], present: Callable[[bool], None] = lambda _: None
    ) -> None:
        """`present` is told when somebody has come and when the last one has gone."""
        self._path = path
        self._verbs = verbs
        self._present = present
        self._callers = 0
        self._server: asyncio.Server | None = None
        self._file = 0

    async def start(self) -> None:
        """Listen. A socket left behind by a killed predecessor is replaced. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=MAX_LINE)
        self._file = socket_file.mark(self._path)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Stop listening. Safe twice."""
        if self._server is not None:
            socket_file.remove(self._path, self._file)
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._callers += 1
        self._present(self._callers > 0)
        try:
            while line := await reader.readline():
                writer.write(msgspec.json.encode(await self._answer(line)) + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # the caller went away, or sent a line without end: nobody is left to be told
        finally:
            self._callers -= 1
            self._present(self._callers > 0)
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = msgspec.json.decode(line, type=dict[str, Any])
            verb = self._verbs[request["verb"]]
        except (msgspec.DecodeError, KeyError, TypeError):  # TypeError: {"verb": []}
            return {"error": f"unknown request; known verbs: {', '.join(self._verbs)}"}
        try:
            return await verb(request)
        except HushgateError as error:
            return {"error": str(error), "hint": error.hint}
        except Exception as error:  # noqa: BLE001  # the caller is to hear why, not a hang-up
            _log.exception("the verb %s failed", request["verb"])
            return {"error": f"{type(error).__name__}: {error}"}


class Asked:
    """A role that has been asked, and may be waited for."""

    def __init__(self, run: Path, role: str, verb: str, *, timeout: float, **arguments: Any) -> None:
        """Ask. `timeout` seconds for each step. Raises OwnFault, Down where nobody listens."""
        self._role = role
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._connection.settimeout(timeout)
        try:
            with self._plainly():
                self._connection.connect(str(socket_path(run, role)))
                self._connection.sendall(msgspec.json.encode({"verb": verb, **arguments}) + b"\n")
        except BaseException:
            self._connection.close()
            raise

    def answer(self) -> dict[str, Any]:
        """What it says. Raises OwnFault where it is silent for too long, or answers with an error."""
        received = bytearray()
        with contextlib.closing(self._connection), self._plainly():
            while not received.endswith(b"\n") and len(received) <= MAX_LINE:
                part = self._connection.recv(65_536)
                if not part:
                    break
                received += part
        try:
            answer = msgspec.json.decode(bytes(received), type=dict[str, Any])
        except msgspec.DecodeError:
            raise OwnFault(f"{self._role} broke off its answer") from None
        if "error" in answer:
            raise OwnFault(f"{self._role}: {answer['error']}", hint=answer.get("hint", ""))
        return answer

    @contextlib.contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise Down(f"{self._role} does not run: {error.strerror}") from None
        except OSError as error:
            raise OwnFault(f"{self._role} does not answer: {error.strerror or error}") from None


def call(run: Path, role: str, verb: str, *, timeout: float = 5.0, **arguments: Any) -> dict[str, Any]:
    """Ask a role. Raises OwnFault when it is down, silent for `timeout` seconds, or answers with an error."""
    return Asked(run, role, verb, timeout=timeout, **arguments).answer()
