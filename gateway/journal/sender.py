"""A worker's way to the keeper: takes events, keeps them until they are durable. Never blocks, never raises.

Lean: it runs inside the DNS workers, which must not carry the database's libraries.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import msgspec

from gateway.journal.frames import MAX_FRAME, FrameFault, frame, read_frame
from gateway.model import Ack, Batch, EventRow, VerdictRow

log = logging.getLogger(__name__)

MAX_ROWS = 200_000  # a quarter of an hour at 200 a second without a keeper
MAX_BYTES = 32 << 20  # so that a worker's memory stays bounded whatever the names are
ROWS_A_FRAME = 2000
FIRST_WAIT = 0.05  # seconds between attempts to connect; doubled up to LAST_WAIT
LAST_WAIT = 2.0

_acks = msgspec.msgpack.Decoder(Ack)
_encode = msgspec.msgpack.Encoder().encode


class _Kept(msgspec.Struct, frozen=True):
    sequence: int
    rows: int
    frame: bytes


class Sender:
    """Sends batches to the keeper's socket and keeps what is not acknowledged, within bounds.

    `sender` names one run of one role. When the bounds are reached, what comes is dropped and counted: what is
    kept is then a record without holes, and the log can say how much is missing after it.
    """

    def __init__(
        self, path: Path, sender: str, *, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES
    ) -> None:
        self._path = path
        self._sender = sender
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._sequence = 0
        self._unsent: deque[_Kept] = deque()
        self._unacknowledged: deque[_Kept] = deque()
        self._bytes = 0
        self._work = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._task: asyncio.Task[None] | None = None
        self.waiting = 0  # rows that are not durable yet
        self.dropped = 0  # rows that are lost since the start
        self.connected = False

    def start(self) -> None:
        """Begin to send. Needs a running loop; what was put before is sent then."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"sender {self._sender}")

    async def stop(self, seconds: float = 2.0) -> None:
        """Wait for the last acknowledgements, `seconds` at most, then stop. Safe twice."""
        task, self._task = self._task, None
        if task is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def put(self, verdicts: Sequence[VerdictRow], rows: Sequence[EventRow]) -> None:
        """Send these rows; each names its verdict by its place in `verdicts`."""
        if len(rows) <= ROWS_A_FRAME:
            self._put(verdicts, rows)
            return
        for start in range(0, len(rows), ROWS_A_FRAME):
            self._put(*_with_own_verdicts(verdicts, rows[start : start + ROWS_A_FRAME]))

    def _put(self, verdicts: Sequence[VerdictRow], rows: Sequence[EventRow]) -> None:
        if not rows:
            return
        if self.waiting + len(rows) > self._max_rows or self._bytes >= self._max_bytes:
            self._drop(len(rows), "the keeper does not take them")
            return
        batch = Batch(self._sender, self._sequence + 1, self.dropped, tuple(verdicts), tuple(rows))
        try:
            body = _encode(batch)
        except (TypeError, ValueError, OverflowError) as error:
            self._drop(len(rows), f"they cannot be written: {error}")
            return
        if len(body) > MAX_FRAME:
            if len(rows) == 1:
                self._drop(1, "it is too large")
                return
            half = len(rows) // 2
            self._put(*_with_own_verdicts(verdicts, rows[:half]))
            self._put(*_with_own_verdicts(verdicts, rows[half:]))
            return
        self._sequence += 1
        self._unsent.append(_Kept(self._sequence, len(rows), frame(body)))
        self.waiting += len(rows)
        self._bytes += len(body)
        self._empty.clear()
        self._work.set()

    def _drop(self, rows: int, why: str) -> None:
        if not self.dropped:
            log.error("%s drops events: %s (status shows how many)", self._sender, why)
        self.dropped += rows

    async def _run(self) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path)
            except OSError:
                await asyncio.sleep(wait)
                wait = min(wait * 2, LAST_WAIT)
                continue
            before = len(self._unacknowledged) + len(self._unsent)
            self.connected = True
            try:
                await self._talk(reader, writer)
            finally:
                self.connected = False
                writer.close()
                # Whatever was under way: again, in order, before what is new.
                self._unsent.extendleft(reversed(self._unacknowledged))
                self._unacknowledged.clear()
            # A keeper that takes the connection but nothing else is not asked more often than none.
            wait = FIRST_WAIT if len(self._unsent) < before else min(wait * 2, LAST_WAIT)
            await asyncio.sleep(wait)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks = [asyncio.ensure_future(self._listen(reader)), asyncio.ensure_future(self._speak(writer))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, FrameFault | msgspec.DecodeError):
                    log.error("%s: the keeper's answer is not understood: %s", self._sender, result)
                elif isinstance(result, Exception) and not isinstance(result, OSError):
                    log.error("%s: sending failed", self._sender, exc_info=result)

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        while True:
            while self._unsent:
                kept = self._unsent.popleft()
                self._unacknowledged.append(kept)
                writer.write(kept.frame)
                await writer.drain()
            self._work.clear()
            await self._work.wait()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while (body := await read_frame(reader)) is not None:
            durable = _acks.decode(body).sequence
            while self._unacknowledged and self._unacknowledged[0].sequence <= durable:
                kept = self._unacknowledged.popleft()
                self.waiting -= kept.rows
                self._bytes -= len(kept.frame) - 4
            if not self.waiting:
                self._empty.set()


def _with_own_verdicts(
    verdicts: Sequence[VerdictRow], rows: Sequence[EventRow]
) -> tuple[list[VerdictRow], list[EventRow]]:
    """`rows` with only those of `verdicts` that they name."""
    places: dict[int, int] = {}
    moved = [
        msgspec.structs.replace(row, verdict=places.setdefault(row.verdict, len(places))) for row in rows
    ]
    return [verdicts[index] for index in places], moved
