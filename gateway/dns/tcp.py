"""DNS over TCP (RFC 7766): several queries on one connection, answered as they are ready."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

from gateway.dns.gate import MAX_QUERY
from gateway.dns.memo import Client, Clients
from gateway.tasks import Tasks

IDLE = 10.0  # seconds without a query (RFC 7766 §6.2.3)
SLOW = 10.0  # seconds a client may take to read an answer, or to send the rest of a query
MAX_CONNECTIONS = 512  # of one worker
MAX_PER_CLIENT = 16
MAX_IN_FLIGHT = 32  # queries of one connection; then it is not read on

# (packet, client, local address) → whole reply, None: close
Answer = Callable[[bytes, Client, bytes], Awaitable[bytes | None]]


class TcpServer:
    """Serves the TCP sockets of one worker."""

    def __init__(self, clients: Clients, limit: int, answer: Answer, tasks: Tasks) -> None:
        self.open = 0
        self.refused = 0  # connections
        self.limited = 0  # queries
        self._clients = clients
        self._limit = limit
        self._answer = answer
        self._tasks = tasks
        self._of_peer: Counter[bytes] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from accept to close."""
        peer, local = _packed(writer, "peername"), _packed(writer, "sockname")
        allowed = self._clients.of(peer).allowed
        if self.open >= MAX_CONNECTIONS or self._of_peer[peer] >= MAX_PER_CLIENT or not allowed:
            self.refused += 1
            writer.close()
            return
        self.open += 1
        self._of_peer[peer] += 1
        try:
            await _Connection(self, peer, local, reader, writer).run()
        finally:
            writer.transport.abort()  # what a client has not read by now it never will
            self.open -= 1
            self._of_peer[peer] -= 1
            if not self._of_peer[peer]:
                del self._of_peer[peer]

    def within_limit(self, peer: bytes) -> bool:
        """Counts one query of this client."""
        client = self._clients.of(peer)
        client.count += 1
        self.limited += client.count > self._limit
        return client.count <= self._limit

    async def answer(self, data: bytes, peer: bytes, local: bytes) -> bytes | None:
        """The reply to one query."""
        # Looked up each time: a long connection may outlive what is remembered of its client.
        return await self._answer(data, self._clients.of(peer), local)

    def spawn(self, awaitable: Any) -> asyncio.Task[None]:
        """Answer beside others."""
        return self._tasks.spawn("tcp answer", awaitable)


class _Connection:
    def __init__(
        self,
        server: TcpServer,
        peer: bytes,
        local: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._server = server
        self._peer = peer
        self._local = local
        self._reader = reader
        self._writer = writer
        self._room = asyncio.Semaphore(MAX_IN_FLIGHT)
        self._writing = asyncio.Lock()
        self._open: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Read until the client closes, is idle, or misbehaves; then let the answers under way go out."""
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):  # TimeoutError is an OSError
            while True:
                async with asyncio.timeout(IDLE):
                    size = int.from_bytes(await self._reader.readexactly(2), "big")
                if size > MAX_QUERY:
                    break
                async with asyncio.timeout(SLOW):
                    data = await self._reader.readexactly(size)
                if not self._server.within_limit(self._peer):
                    break
                await self._room.acquire()
                task = self._server.spawn(self._reply(data))
                self._open.add(task)
                task.add_done_callback(self._open.discard)
                await asyncio.sleep(0)  # UDP and other connections get their turn between two of a pipeline
        if self._open:
            await asyncio.wait(self._open, timeout=SLOW)
        self._writer.close()
        with contextlib.suppress(OSError):
            async with asyncio.timeout(SLOW):
                await self._writer.wait_closed()

    async def _reply(self, data: bytes) -> None:
        try:
            reply = await self._server.answer(data, self._peer, self._local)
            async with self._writing:
                if reply is None or self._writer.is_closing():
                    self._writer.close()
                    return
                self._writer.write(len(reply).to_bytes(2, "big") + reply)
                async with asyncio.timeout(SLOW):
                    await self._writer.drain()
        except OSError:  # gone, or (TimeoutError) too slow to be waited for
            self._writer.transport.abort()
        finally:
            self._room.release()


def _packed(writer: asyncio.StreamWriter, which: str) -> bytes:
    address: str = writer.get_extra_info(which)[0]
    return ip_address(address.partition("%")[0]).packed
