"""Sends rubbish as fast as it is taken in, over UDP and TCP, and looks at what comes back."""

import asyncio
import contextlib
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator

from gateway.names import from_text
from tests.fakes.packets import QUERY, header, question

WINDOW = 64  # packets, or …
WINDOW_BYTES = 100_000  # … bytes after which to wait until all have been seen: none is lost in a full buffer
PATIENCE = 2.0
MAX_REPLY = 1232  # what the server may send over UDP
_SENTINEL = from_text("localhost")  # answered at once, whatever the policy says

Mutation = Callable[[], bytes]


class Udp:
    """Attacks from several ports of one address, so that each worker gets its share."""

    def __init__(self, port: int, address: str, ports: int = 8) -> None:
        self.sent = 0
        self.answers: Counter[str] = Counter()  # by rcode
        self.odd: list[str] = []  # what no answer of ours may look like
        self.unanswered = 0  # sentinels
        self._sockets = [_connected(port, address) for _ in range(ports)]

    def send(self, mutation: Mutation, count: int) -> None:
        """Send `count` packets; returns once the server has seen them all."""
        for turn in range(-(-count // WINDOW)):
            sock = self._sockets[turn % len(self._sockets)]
            self._window(sock, mutation, min(WINDOW, count - turn * WINDOW))

    def _window(self, sock: socket.socket, mutation: Mutation, count: int) -> None:
        packets, size = [], 0
        for _ in range(count):
            packet = mutation()
            packets.append(packet)
            size += len(packet)
            sock.send(packet)
            if size > WINDOW_BYTES:
                self._settle(sock, packets)
                packets, size = [], 0
        self._settle(sock, packets)
        self.sent += count

    def _settle(self, sock: socket.socket, packets: list[bytes]) -> None:
        """Packets of one socket arrive in order: once the last is answered, all have been seen."""
        idents = {packet[:2] for packet in packets}
        mark = next(mark for mark in (b"\x5a\x5a", b"\xa5\xa5", b"\x55\xaa") if mark not in idents)
        sentinel = header(QUERY, ident=int.from_bytes(mark, "big")) + question(_SENTINEL)
        sock.send(sentinel)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                data = sock.recv(65_535)
            except TimeoutError:
                if time.monotonic() > deadline:
                    self.unanswered += 1
                    return
                continue
            if data[:2] == mark:
                return
            self._look_at(data, idents)

    def _look_at(self, data: bytes, idents: set[bytes]) -> None:
        if not 12 <= len(data) <= MAX_REPLY or not data[2] & 0x80:
            self.odd.append(data[:64].hex())
        elif data[:2] not in idents:
            self.answers["late"] += 1  # of an earlier window: it came from upstream
        else:
            self.answers[f"rcode {data[3] & 15}"] += 1

    def close(self) -> None:
        """Done."""
        for sock in self._sockets:
            sock.close()


@contextlib.contextmanager
def udp(port: int, address: str = "127.0.0.3", ports: int = 8) -> Iterator[Udp]:
    """An attacker over UDP."""
    attacker = Udp(port, address, ports)
    try:
        yield attacker
    finally:
        attacker.close()


def _connected(port: int, address: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    sock.bind((address, 0))
    sock.connect(("127.0.0.1", port))
    sock.settimeout(0.5)
    return sock


class Tcp:
    """Opens one bad connection after another, some at a time."""

    def __init__(self, port: int, chance: random.Random, mutation: Mutation) -> None:
        self.sent = 0  # messages
        self.connections = 0
        self.answered = 0  # good queries behind rubbish
        self.closed = 0  # connections that the server ended before that
        self._port = port
        self._chance = chance
        self._mutation = mutation

    async def attack(self, messages: int, *, at_once: int = 8, slow: int = 12) -> None:
        """Until `messages` more have gone out. `slow` connections beside send an octet now and then (slowloris)."""
        dripping = [asyncio.create_task(self._drip(f"127.0.1.{number + 1}")) for number in range(slow)]

        until = self.sent + messages

        async def one_after_another(number: int) -> None:
            while self.sent < until:
                await self._connection(f"127.0.2.{number + 1}")

        try:
            await asyncio.gather(*map(one_after_another, range(at_once)))
        finally:
            for task in dripping:
                task.cancel()
            await asyncio.gather(*dripping, return_exceptions=True)

    async def _connection(self, address: str) -> None:
        self.connections += 1
        chance = self._chance
        way = chance.choice(
            (self._pipeline, self._pipeline, self._lie, self._half, self._garbage, self._deaf)
        )
        try:
            async with asyncio.timeout(15):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self._port, local_addr=(address, 0)
                )
                try:
                    await way(reader, writer)
                finally:
                    if chance.randrange(2):
                        writer.transport.abort()  # RST where something is unread
                    else:
                        writer.close()
        except (OSError, asyncio.IncompleteReadError):
            self.closed += 1  # it has every right to

    async def _pipeline(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Mutations in good frames, then a good query."""
        count = self._chance.randrange(1, 60)
        for _ in range(count):
            packet = self._mutation()
            writer.write(len(packet).to_bytes(2, "big") + packet)
            self.sent += 1
            await writer.drain()  # raises once the server has closed
        sentinel = header(QUERY, ident=0x5A5A) + question(_SENTINEL)
        writer.write(len(sentinel).to_bytes(2, "big") + sentinel)
        while True:
            data = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
            if data[:2] == b"\x5a\x5a":
                self.answered += 1
                return

    async def _lie(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A length that is not the message's; then the client says that no more comes."""
        packet = self._mutation()[:60_000]
        lie = self._chance.choice((0, 1, 11, 12, len(packet) - 1, len(packet) + 1, 4096, 4097, 65_535))
        writer.write(max(lie, 0).to_bytes(2, "big") + packet)
        self.sent += 1
        writer.write_eof()
        while await reader.read(65_535):
            pass

    async def _half(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Half a message, and gone."""
        packet = self._mutation()[:4096]
        framed = len(packet).to_bytes(2, "big") + packet
        writer.write(framed[: self._chance.randrange(len(framed))])
        self.sent += 1
        await writer.drain()

    async def _garbage(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A stream of anything, until the server has had enough."""
        for _ in range(self._chance.randrange(1, 8)):
            writer.write(self._chance.randbytes(self._chance.randrange(1, 9000)))
            self.sent += 1
            await writer.drain()
        writer.write_eof()
        while await reader.read(65_535):
            pass

    async def _deaf(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Good queries by the hundred whose answers nobody reads."""
        good = header(QUERY) + question(_SENTINEL)
        writer.write((len(good).to_bytes(2, "big") + good) * 300)
        self.sent += 1
        await writer.drain()

    async def _drip(self, address: str) -> None:
        """An octet now and then, on one connection after another."""
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(address, 0))
                try:
                    for octet in b"\x00\x40" + bytes(64):
                        writer.write(bytes((octet,)))
                        await writer.drain()
                        await asyncio.sleep(0.1)
                finally:
                    writer.transport.abort()
