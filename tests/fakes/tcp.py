"""DNS over TCP from both ends: a TcpServer on a real port, and phones that connect to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from gateway.dns.memo import Client, Clients
from gateway.dns.tcp import Answer, TcpServer
from gateway.tasks import Tasks

PATIENCE = 5  # seconds


async def echo(packet: bytes, _client: Client, _local: bytes) -> bytes | None:
    """Answers at once."""
    return b"echo of " + packet


class Phone:
    """A client's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    def send(self, *packets: bytes) -> None:
        self.writer.write(b"".join(map(framed, packets)))

    async def reply(self) -> bytes:
        size = int.from_bytes(await self._reader.readexactly(2), "big")
        return await self._reader.readexactly(size)

    async def replies(self, count: int) -> set[bytes]:
        return {await self.reply() for _ in range(count)}

    async def is_closed(self) -> bool:
        with contextlib.suppress(ConnectionError):
            return await self._reader.read() == b""
        return True

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


class Server:
    """A TcpServer on a real port, and how its connections ended."""

    def __init__(self, answer: Answer, limit: int) -> None:
        self.clients = Clients()
        self.tasks = Tasks()
        self.tcp = TcpServer(self.clients, limit, answer, self.tasks)
        self.ended: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        self.phones: list[Phone] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.tcp.serve(reader, writer)
        finally:
            self.ended.put_nowait(writer)

    async def connect(self, *packets: bytes, host: str = "127.0.0.1", own: str | None = None) -> Phone:
        """A connection on which these have been sent at once."""
        here = (own, 0) if own else None
        phone = Phone(*await asyncio.open_connection(host, self.port, local_addr=here))
        self.phones.append(phone)
        phone.send(*packets)
        return phone


def framed(packet: bytes) -> bytes:
    return len(packet).to_bytes(2, "big") + packet


@contextlib.asynccontextmanager
async def serving(
    answer: Answer = echo, limit: int = 1 << 62, host: str = "127.0.0.1"
) -> AsyncIterator[Server]:
    server = Server(answer, limit)
    listener = await asyncio.start_server(server.serve, host, 0)
    server.port = listener.sockets[0].getsockname()[1]
    async with asyncio.timeout(PATIENCE):
        try:
            yield server
        finally:
            listener.close()
            for phone in server.phones:
                await phone.close()
            await server.tasks.stop()
            while server.tcp.open:
                await server.ended.get()
