"""The HTTP server: uvicorn, made patient with nobody. A slow client has its seconds, one place its connections."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator, Sequence
from socket import socket
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from api import headers, problems
from api.hosts import place_of

HEAD_SECONDS = 10.0  # in which the head of a request must be whole
HEAD_BYTES = 16_384  # of request line and headers
IDLE_SECONDS = 30  # of a connection without a request
SEND_SECONDS = 30.0  # in which a client must take a part of its answer (some 64 kB)
HANDSHAKE_SECONDS = 10.0  # of TLS
STOP_SECONDS = 3  # for answers under way
CONNECTIONS = 512  # in all
PLACE_CONNECTIONS = 64  # of one address: a browser opens 6, a house of panels behind one address some more


class _Places:
    """Who is connected, by place. Where there are too many, one that waits has to make room."""

    def __init__(self) -> None:
        self._all: dict[str, dict[_Protocol, None]] = {}
        self._count = 0

    def take(self, place: str, new: "_Protocol") -> bool:
        """Is there room for it, perhaps after another was ended?"""
        here = self._all.get(place, {})
        if len(here) >= PLACE_CONNECTIONS and not self._end_waiting(here):
            return False
        if self._count >= CONNECTIONS:
            # Of the place that has the most: a flood makes its own room first.
            most = max(self._all.values(), key=len)
            if not self._end_waiting(most):
                return False
        self._all.setdefault(place, {})[new] = None
        self._count += 1
        return True

    def leave(self, place: str, old: "_Protocol") -> None:
        """Its end; twice is once."""
        here = self._all.get(place, {})
        if old in here:
            del here[old]
            self._count -= 1
        if not here:
            self._all.pop(place, None)

    def _end_waiting(self, here: "dict[_Protocol, None]") -> bool:
        """End the oldest of those whose client keeps us waiting, if there is one."""
        for one in here:
            if one.is_waiting():
                one.end()
                return True
        return False


class _Protocol(H11Protocol):
    """One connection."""

    _place = ""
    _head: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Taken, unless there are too many that have something to do."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._place = place_of(str(peer[0])) if peer else ""
        if self._shared().take(self._place, self):
            self._expect_head()
        else:
            transport.abort()

    def is_waiting(self) -> bool:
        """Is it the client's turn?"""
        if self._head is not None or self.timeout_keep_alive_task is not None:
            return True
        return self.cycle is not None and self.cycle.more_body and not self.cycle.response_started

    def end(self) -> None:
        """Hang up at once."""
        self._shared().leave(self._place, self)
        self.transport.abort()

    def _shared(self) -> _Places:
        config = self.config
        assert isinstance(config, _Config)
        return config.places

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone, by whoever ended it."""
        self._forget_head()
        self._forget_unread()
        self._shared().leave(self._place, self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes: a whole head must follow within its time."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._forget_head()
        elif self._head is None:
            self._expect_head()

    def on_response_complete(self) -> None:
        """What follows the answer has IDLE_SECONDS to begin; what has begun is to become whole."""
        self._forget_head()
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._expect_head()

    def pause_writing(self) -> None:
        """The client does not read: for ever would be too long for what waits for it."""
        super().pause_writing()
        self._forget_unread()
        self._unread = self.loop.call_later(SEND_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        self._forget_unread()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's text, for nobody's eyes
        """What is no HTTP gets a problem document as well."""
        body = bytes(problems.answer(400, "this is no HTTP request that is understood here").body)
        given = [
            (b"content-type", problems.MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        dressed = headers.added(given, path="", https=self.scheme == "https")
        with contextlib.suppress(h11.LocalProtocolError):  # an answer is under way: the end says enough
            for event in (
                h11.Response(status_code=400, headers=dressed, reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _expect_head(self) -> None:
        self._head = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _forget_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _forget_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _too_slow(self) -> None:
        self._head = None
        self.transport.abort()


class _Config(uvicorn.Config):
    """What all connections of a server share."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.places = _Places()


class Server(uvicorn.Server):
    """Serves one app on sockets that listen already. Leaves signals to the role."""

    def __init__(self, app: ASGIApp, context: ssl.SSLContext | None) -> None:
        super().__init__(
            _Config(
                app,
                http=_Protocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,  # addresses and names stay out of the system's log; changes are audited
                server_header=False,
                proxy_headers=False,  # who claims to be somebody else's proxy is not believed
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS,
                h11_max_incomplete_event_size=HEAD_BYTES,
            )
        )
        self._context = context

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None of them."""
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """As uvicorn's, with a limit to TLS handshakes too."""
        loop = asyncio.get_running_loop()
        patience = HANDSHAKE_SECONDS if self._context else None
        listening: Sequence[socket] = sockets or ()
        self.servers = [
            await loop.create_server(
                self._connection, sock=each, ssl=self._context, ssl_handshake_timeout=patience
            )
            for each in listening
        ]
        self.started = True

    def _connection(self) -> asyncio.Protocol:
        return _Protocol(self.config, self.server_state, {})
