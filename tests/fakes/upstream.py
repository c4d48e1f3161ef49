"""A DNS server that works, on a real port 0, and misbehaves on demand. UDP and TCP, or DoT with a context.

Written with dnslib alone, so that it shares no mistake with the code under test.

    async with FakeUpstream("www.example.org 300 IN A 203.0.113.9") as fake:
        Udp(parse(fake.url))
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self, TypeVar

from dnslib import CLASS, EDNS0, QTYPE, RCODE, RR, SOA, DNSHeader, DNSRecord

from tests.fakes.ports import free_port


@dataclass(frozen=True)
class Asked:
    """One query as it came."""

    transport: str  # udp, tcp, tls, https
    name: str  # in the letter case it came in, without the final dot
    type: str
    id: int
    peer: tuple[str, int]
    data: bytes

    @property
    def edns(self) -> RR | None:
        """The OPT record."""
        found = [record for record in DNSRecord.parse(self.data).ar if record.rtype == QTYPE.OPT]
        return found[0] if found else None

    @property
    def dnssec_ok(self) -> bool:
        """DO."""
        return self.edns is not None and bool(self.edns.ttl & 0x8000)

    @property
    def checking_disabled(self) -> bool:
        """CD."""
        return bool(self.data[3] & 0x10)


class Elsewhere(bytes):
    """A UDP packet that leaves from another port than the server's."""


# What leaves in place of the good reply.
Misbehaviour = Callable[[bytes, Asked], Iterable[bytes]]


@dataclass
class Zone:
    """Records, and the answers made of them."""

    records: list[RR] = field(default_factory=list)
    rcodes: dict[str, int] = field(default_factory=dict)  # name → rcode, whatever the records say
    authentic: bool = False  # AD
    negative_ttl: int = 60

    def add(self, *lines: str) -> None:
        """Records as in a zone file: `www.example.org 300 IN A 203.0.113.9`."""
        for line in lines:
            self.records += RR.fromZone(line)

    def reply(self, data: bytes) -> DNSRecord:
        """The good answer: what there is, along CNAMEs; NODATA and NXDOMAIN with SOA."""
        query = DNSRecord.parse(data)
        question = query.q
        reply = DNSRecord(DNSHeader(id=query.header.id, qr=1, rd=1, ra=1, ad=self.authentic), q=question)
        name = str(question.qname).lower()
        for _ in range(20):
            here = [each for each in self.records if str(each.rname).lower() == name]
            found = [each for each in here if each.rtype == question.qtype]
            alias = [each for each in here if each.rtype == QTYPE.CNAME]
            reply.add_answer(*(found or alias))
            if found or not alias:
                break
            name = str(alias[0].rdata).lower()
        if not found:
            reply.header.rcode = RCODE.NOERROR if here else RCODE.NXDOMAIN
            soa = SOA("ns.example.", "root.example.", (1, 3600, 600, 86400, self.negative_ttl))
            apex = name.split(".", 1)[1] if name.count(".") > 1 else "."
            reply.add_auth(RR(apex, QTYPE.SOA, CLASS.IN, 3600, soa))
        if (rcode := self.rcodes.get(str(question.qname).lower().rstrip("."))) is not None:
            reply = DNSRecord(DNSHeader(id=query.header.id, qr=1, rd=1, ra=1, rcode=rcode), q=question)
        if any(each.rtype == QTYPE.OPT for each in query.ar):
            reply.add_ar(EDNS0(udp_len=1232))
        return reply


class FakeUpstream:
    """The server. Everything may be changed while it runs."""

    def __init__(self, *lines: str, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.zone = Zone()
        self.zone.add(*lines)
        self.asked: list[Asked] = []
        self.misbehave: Misbehaviour | None = None  # over UDP
        self.misbehave_tcp: Misbehaviour | None = None  # over TCP and TLS
        self.gate: Callable[[Asked], Awaitable[None]] | None = None  # awaited before each answer
        self.close_after = 0  # TCP answers after which the server closes the connection; 0: never
        self.connections = 0
        self.host = host
        self.port = 0
        self._context = context
        self._servers: list[asyncio.Server] = []
        self._transports: list[asyncio.DatagramTransport] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """udp:// (or tls://) URL."""
        return f"{'tls' if self._context else 'udp'}://{self._authority}"

    @property
    def tcp_url(self) -> str:
        """tcp:// URL."""
        return f"tcp://{self._authority}"

    @property
    def _authority(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def names(self) -> list[str]:
        """What was asked, in lower case."""
        return [each.name.lower() for each in self.asked]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on a free port, the same for UDP and TCP."""
        self.port = self.port or free_port()
        self._servers.append(
            await asyncio.start_server(self._connected, self.host, self.port, ssl=self._context)
        )
        if self._context is None:
            await self._listen_udp(self.port)

    async def _listen_udp(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        for each in (port, 0):  # the second is "elsewhere"
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self), local_addr=(self.host, each)
            )
            self._transports.append(transport)

    async def stop(self) -> None:
        """Safe twice. The port stays the same if it is started again."""
        for server in self._servers:
            server.close()
        for transport in self._transports:
            transport.abort()
        for writer in list(self._writers):
            writer.transport.abort()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._serving, return_exceptions=True)
        self._servers.clear()
        self._transports.clear()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def packet(self, data: bytes, peer: tuple[str, int]) -> None:
        """A UDP query came."""
        self._spawn(self._answer_udp(data, peer))

    async def _answer_udp(self, data: bytes, peer: tuple[str, int]) -> None:
        asked = await self.take("udp", data, peer)
        good = self.zone.reply(data).pack()
        for reply in self.misbehave(good, asked) if self.misbehave else [good]:
            self._transports[isinstance(reply, Elsewhere)].sendto(reply, peer)

    async def take(self, transport: str, data: bytes, peer: tuple[str, int]) -> Asked:
        """Note a query and wait at the gate."""
        query = DNSRecord.parse(data)
        asked = Asked(
            transport,
            str(query.q.qname).rstrip("."),
            QTYPE[query.q.qtype],
            query.header.id,
            (peer[0], peer[1]),
            data,
        )
        self.asked.append(asked)
        if self.gate is not None:
            await self.gate(asked)
        return asked

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self._writers.add(writer)
        try:
            await self._serve(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass  # the client has closed, or we have stopped
        finally:
            self._serving.discard(task)
            self._writers.discard(writer)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answered = [0]
        while True:
            size = int.from_bytes(await reader.readexactly(2), "big")
            data = await reader.readexactly(size)
            self._spawn(self._answer_tcp(data, writer, answered))

    async def _answer_tcp(self, data: bytes, writer: asyncio.StreamWriter, answered: list[int]) -> None:
        peer = writer.get_extra_info("peername")
        asked = await self.take("tls" if self._context else "tcp", data, peer)
        good = self.zone.reply(data).pack()
        for reply in self.misbehave_tcp(good, asked) if self.misbehave_tcp else [good]:
            writer.write(len(reply).to_bytes(2, "big") + reply)
        answered[0] += 1
        if self.close_after and answered[0] >= self.close_after:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, fake: FakeUpstream) -> None:
        self._fake = fake

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._fake.packet(data, addr)


@contextlib.contextmanager
def running_upstream(*lines: str, host: str = "127.0.0.1", port: int = 0) -> Iterator[FakeUpstream]:
    """The server in a thread with a loop of its own: for tests that start real processes."""
    fake = FakeUpstream(*lines, host=host)
    fake.port = port
    with in_a_thread(fake):
        yield fake


_Fake = TypeVar("_Fake", bound=FakeUpstream)


@contextlib.contextmanager
def in_a_thread(fake: _Fake) -> Iterator[_Fake]:
    """This server in a thread with a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake upstream", daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(fake.start(), loop).result(10)
    try:
        yield fake
    finally:
        asyncio.run_coroutine_threadsafe(fake.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def refusing_port() -> int:
    """A UDP and TCP port where nobody listens."""
    return free_port()


# Misbehaviours.


def silent(_good: bytes, _asked: Asked) -> Iterable[bytes]:
    """Nothing leaves."""
    return []


def truncated(good: bytes, _asked: Asked) -> Iterable[bytes]:
    """TC, no records."""
    reply = DNSRecord.parse(good)
    return [DNSRecord(DNSHeader(id=reply.header.id, qr=1, tc=1, rd=1, ra=1), q=reply.q).pack()]


def wrong_id(good: bytes, _asked: Asked) -> Iterable[bytes]:
    """The good reply with another id."""
    return [bytes((good[0] ^ 0x55,)) + good[1:]]


def wrong_question(good: bytes, _asked: Asked) -> Iterable[bytes]:
    """The good reply to another name of the same length."""
    return [good[:13] + bytes((good[13] ^ 0x01,)) + good[14:]]


def wrong_type(good: bytes, asked: Asked) -> Iterable[bytes]:
    """The good reply to another type."""
    at = 12 + len(asked.name) + 2
    return [good[:at] + b"\0\x10" + good[at + 2 :]]


def wrong_case(good: bytes, asked: Asked) -> Iterable[bytes]:
    """The question's letters in the other case."""
    end = 12 + len(asked.name) + 2
    return [good[:12] + good[12:end].swapcase() + good[end:]]


def from_elsewhere(good: bytes, _asked: Asked) -> Iterable[bytes]:
    """The good reply from another port."""
    return [Elsewhere(good)]


def oversized(good: bytes, _asked: Asked) -> Iterable[bytes]:
    """The good reply and 2 kB more."""
    return [good + bytes(2048)]


def garbage(good: bytes, _asked: Asked) -> Iterable[bytes]:
    """No DNS message."""
    return [good[:2] + b"\xff" * 40]


def burst(good: bytes, _asked: Asked) -> Iterable[bytes]:
    """A hundred guesses at the id (birthday attack), never the right one."""
    ident = int.from_bytes(good[:2], "big")
    return [(ident ^ guess).to_bytes(2, "big") + good[2:] for guess in range(1, 101)]


def then_good(bad: Misbehaviour) -> Misbehaviour:
    """First the bad, then the good reply."""
    return lambda good, asked: [*bad(good, asked), good]
