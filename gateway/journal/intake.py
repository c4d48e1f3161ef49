"""The keeper's socket: batches in, acknowledgements out. What is no batch ends its connection and nothing else."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from gateway import socket_file
from gateway.journal.frames import FrameFault, frame, read_frame
from gateway.model import Ack, Batch

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 256  # one a worker; more is a mistake
MAX_UNREAD = 1 << 20  # bytes of acknowledgements for a sender that does not read

_batches = msgspec.msgpack.Decoder(Batch)


class _Head(msgspec.Struct, array_like=True):
    """What a batch begins with."""

    sender: str
    sequence: int
    dropped: int


_heads = msgspec.msgpack.Decoder(_Head)
_encode = msgspec.msgpack.Encoder().encode

Put = Callable[[Batch, Callable[[int], None]], Awaitable[None]]


class Intake:
    """Listens at `path` and hands each batch to `put` with a callback for its acknowledgement."""

    def __init__(self, path: Path, put: Put) -> None:
        self._path = path
        self._put = put
        self._server: asyncio.Server | None = None
        self._file = 0
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen. A socket left over from an earlier run is replaced."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._accept, self._path)
        self._file = socket_file.mark(self._path)
        self._path.chmod(0o660)  # the roles share a group, nobody else has to do with it

    async def stop(self) -> None:
        """End all connections; what is not acknowledged stays with its sender. Safe twice."""
        server, self._server = self._server, None
        if server is None:
            return
        socket_file.remove(self._path, self._file)
        server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= MAX_CONNECTIONS:
            log.error("more than %d senders: one is turned away", MAX_CONNECTIONS)
            writer.close()
            return
        task = asyncio.create_task(self._serve(reader, writer), name="journal intake")
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def acknowledge(sequence: int) -> None:
            if writer.is_closing():
                return
            if writer.transport.get_write_buffer_size() > MAX_UNREAD:
                log.error("a sender does not read its acknowledgements: its connection is closed")
                writer.close()
                return
            writer.write(frame(_encode(Ack(sequence))))

        try:
            while (body := await read_frame(reader)) is not None:
                await self._put(_read(body), acknowledge)
        except (FrameFault, msgspec.DecodeError) as error:
            log.error("a malformed batch; its connection is closed: %s", error)
        except ConnectionError as error:
            log.info("a sender is gone: %s", error)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def _read(body: bytes) -> Batch:
    """The batch in `body`; an empty one in its place if its rows are wrong. Raises msgspec.DecodeError.

    Turned away it would be sent again and again, with all that waits behind it.
    """
    try:
        return _batches.decode(body)
    except msgspec.ValidationError as error:
        head = _heads.decode(body)
        log.error("a batch of %.60s cannot be read and is lost: %s", head.sender, error)
        return Batch(head.sender, head.sequence, head.dropped, (), ())
