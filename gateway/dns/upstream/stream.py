"""DNS over TCP or TLS: one reused connection, opened when needed, replaced when it breaks or falls silent."""

import asyncio
import ssl

from gateway.dns.upstream import tls
from gateway.dns.upstream.address import UpstreamAddress
from gateway.dns.upstream.connection import Connection, ConnectionEnded
from gateway.dns.upstream.exchange import Host, within
from gateway.dns.wire import Answer, Question
from gateway.errors import UpstreamFault

IDLE = 10.0  # seconds; keeps a page's worth of questions on one handshake
PADDING = 128  # RFC 8467 §4.1
PATIENCE = 4.0


class Stream:
    """A `tcp://` or `tls://` upstream."""

    def __init__(
        self,
        address: UpstreamAddress,
        host: Host,
        *,
        context: ssl.SSLContext | None = None,
        idle: float = IDLE,
    ) -> None:
        self.address = address
        self.trusted = address.scheme == "tls" or address.is_loopback
        self.validates = False
        self.patience = PATIENCE
        self.loses_packets = False
        self._host = host
        self._context: ssl.SSLContext | None = None
        if address.scheme == "tls":
            # Now: loading the system's trust takes 20 ms, and nobody waits yet.
            self._context = context or tls.system_context("dot")
        self._idle = idle
        self._current: Connection | None = None
        self._older: list[Connection] = []  # retired or broken, until their reader has ended
        self._opening = asyncio.Lock()
        self._wrong = 0
        self._stopped = False

    def refused_packets(self) -> int:
        """Unreadable, or not what was asked."""
        open_ones = [*self._older, self._current] if self._current else self._older
        return self._wrong + sum(connection.wrong for connection in open_ones)

    async def exchange(
        self, question: Question, *, dnssec_ok: bool, checking_disabled: bool, timeout: float
    ) -> Answer:
        """Raises UpstreamFault."""
        async with within(timeout, f"no answer over {self.address.scheme.upper()}"):
            for _ in range(2):
                connection, reused = await self._connection()
                try:
                    return await connection.ask(
                        question, dnssec_ok=dnssec_ok, checking_disabled=checking_disabled
                    )
                except ConnectionEnded as error:
                    # An idle connection may end just as we write (RFC 7766 §6.2.4): once more on a new one.
                    if not reused:
                        raise UpstreamFault(f"connection {error}") from None
            raise UpstreamFault("connection closed twice")

    async def _connection(self) -> tuple[Connection, bool]:
        async with self._opening:  # one handshake, however many wait for it
            if self._current is not None and self._current.usable:
                return self._current, True
            await self._retire()
            self._check_running()
            address = await self._host.address()
            try:
                reader, writer = await self._open(address)
            except ssl.SSLCertVerificationError as error:
                raise UpstreamFault(f"certificate refused: {error.verify_message}") from None
            except OSError as error:
                self._host.failed(address)
                raise UpstreamFault(error.strerror or str(error)) from None
            except asyncio.CancelledError:
                self._host.failed(address)
                raise
            try:
                self._check_running()
            except UpstreamFault:
                writer.transport.abort()
                raise
            self._current = Connection(
                reader, writer, idle=self._idle, pad_to=PADDING if self.address.scheme == "tls" else 0
            )
            return self._current, False

    def _check_running(self) -> None:
        if self._stopped:
            raise UpstreamFault("stopped")

    async def _open(self, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._context is None:
            return await asyncio.open_connection(address, self.address.port)
        tls.fit_to_clock(self._context)
        return await asyncio.open_connection(
            address, self.address.port, ssl=self._context, server_hostname=self.address.server_name
        )

    async def _retire(self) -> None:
        if self._current is not None:
            self._older.append(self._current)
            self._current = None
        for connection in [each for each in self._older if each.closed]:
            self._older.remove(connection)
            self._wrong += connection.wrong
            await connection.stop()

    async def stop(self) -> None:
        """Safe twice."""
        self._stopped = True
        for connection in [*self._older, *([self._current] if self._current else [])]:
            await connection.stop()
