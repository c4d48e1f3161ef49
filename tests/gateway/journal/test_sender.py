"""The workers' way to the keeper."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from gateway.journal import sender as sending
from gateway.journal.frames import MAX_FRAME, frame, read_frame
from gateway.journal.sender import Sender
from gateway.model import Ack, Action, Batch, VerdictRow
from tests.fakes.events import ALLOWED, BLOCKED, event

SECONDS = 10


class _Keeper:
    """Listens, notes what comes, acknowledges if told to."""

    def __init__(self, path: Path, *, acknowledges: bool = True) -> None:
        self.path = path
        self.acknowledges = acknowledges
        self.batches: list[Batch] = []
        self.came = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        while (body := await read_frame(reader)) is not None:
            taken = msgspec.msgpack.decode(body, type=Batch)
            async with self.came:
                self.batches.append(taken)
                self.came.notify_all()
            if self.acknowledges:
                writer.write(frame(msgspec.msgpack.encode(Ack(taken.sequence))))
        writer.close()

    async def has(self, number: int) -> None:
        async with self.came:
            await self.came.wait_for(lambda: len(self.batches) >= number)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._open:
                writer.close()
            await self._server.wait_closed()


def _run(scene: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(SECONDS):
            await scene()

    asyncio.run(main())


def test_batches_arrive_in_order_and_are_forgotten_when_durable(data_dir: Path) -> None:
    async def scene() -> None:
        keeper = _Keeper(data_dir / "k")
        await keeper.start()
        sender = Sender(keeper.path, "dns-0/1/1")
        sender.start()
        for _ in range(3):
            sender.put([ALLOWED], [event(), event("b.example")])
        assert sender.waiting == 6
        await keeper.has(3)
        await sender.stop()
        assert [taken.sequence for taken in keeper.batches] == [1, 2, 3]
        assert (sender.waiting, sender.dropped) == (0, 0)
        await sender.stop()
        await keeper.stop()

    _run(scene)


def test_what_is_not_acknowledged_is_sent_again_to_the_next_keeper(data_dir: Path) -> None:
    async def scene() -> None:
        keeper = _Keeper(data_dir / "k", acknowledges=False)
        await keeper.start()
        sender = Sender(keeper.path, "s")
        sender.start()
        sender.put([ALLOWED], [event()])
        sender.put([ALLOWED], [event("b.example")])
        await keeper.has(2)
        await keeper.stop()
        sender.put([ALLOWED], [event("c.example")])
        again = _Keeper(data_dir / "k")
        await again.start()
        await again.has(3)
        assert [taken.sequence for taken in again.batches] == [1, 2, 3]
        assert again.batches[:2] == keeper.batches
        await sender.stop()
        assert sender.waiting == 0
        await again.stop()

    _run(scene)


def test_without_a_keeper_rows_are_kept_up_to_the_bound_and_then_counted(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        sender = Sender(data_dir / "k", "s", max_rows=10)
        sender.start()
        for _ in range(7):
            sender.put([ALLOWED], [event(), event()])
        assert (sender.waiting, sender.dropped) == (10, 4)
        assert caplog.text.count("drops events") == 1
        keeper = _Keeper(data_dir / "k")
        await keeper.start()
        await keeper.has(5)
        while sender.waiting:
            await asyncio.sleep(0)
        sender.put([ALLOWED], [event()])
        await keeper.has(6)
        assert [taken.dropped for taken in keeper.batches] == [0] * 5 + [4]
        assert [taken.sequence for taken in keeper.batches] == [
            1,
            2,
            3,
            4,
            5,
            6,
        ]  # no hole where rows were dropped
        await sender.stop()
        await keeper.stop()

    _run(scene)


def test_memory_is_bounded_by_bytes_too(data_dir: Path) -> None:
    async def scene() -> None:
        sender = Sender(data_dir / "k", "s", max_bytes=1000)
        long = VerdictRow(Action.BLOCKED, "rules", "everyone", 1, "x" * 600, "", "", "", 1)
        for _ in range(5):
            sender.put([long], [event()])
        assert (sender.waiting, sender.dropped) == (2, 3)

    _run(scene)


def test_large_batch_is_split_and_each_part_names_its_own_verdicts(data_dir: Path) -> None:
    async def scene() -> None:
        keeper = _Keeper(data_dir / "k")
        await keeper.start()
        sender = Sender(keeper.path, "s")
        sender.start()
        size = sending.ROWS_A_FRAME
        rows = [event(f"n{number}.example", verdict=1 if number < size else 0) for number in range(size + 5)]
        sender.put([ALLOWED, BLOCKED], rows)
        await keeper.has(2)
        first, second = keeper.batches
        assert (first.verdicts, second.verdicts) == ((BLOCKED,), (ALLOWED,))
        assert {row.verdict for row in first.rows + second.rows} == {0}
        assert [row.name for row in first.rows + second.rows] == [row.name for row in rows]
        await sender.stop()
        await keeper.stop()

    _run(scene)


def test_batch_above_the_frame_limit_is_halved_until_it_fits(data_dir: Path) -> None:
    async def scene() -> None:
        sender = Sender(data_dir / "k", "s", max_bytes=1 << 30)
        verdicts = [
            VerdictRow(Action.BLOCKED, "rules", "g", n, "x" * 20_000, "", "", "", 1) for n in range(600)
        ]
        sender.put(verdicts, [event(verdict=number) for number in range(600)])
        assert (sender.waiting, sender.dropped) == (600, 0)
        huge = VerdictRow(Action.BLOCKED, "rules", "g", 1, "x" * MAX_FRAME, "", "", "", 1)
        sender.put([huge], [event()])
        assert (sender.waiting, sender.dropped) == (600, 1)

    _run(scene)


def test_rows_that_cannot_be_written_are_dropped_and_not_raised(data_dir: Path) -> None:
    async def scene() -> None:
        sender = Sender(data_dir / "k", "s")
        sender.put([ALLOWED], [event(count=2**70)])
        sender.put([], [])
        assert (sender.waiting, sender.dropped) == (0, 1)

    _run(scene)


def test_keeper_that_speaks_nonsense_is_left_and_tried_again(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(frame(b"\xc1"))
            await reader.read()
            writer.close()

        server = await asyncio.start_unix_server(nonsense, data_dir / "k")
        sender = Sender(data_dir / "k", "s")
        sender.start()
        sender.put([ALLOWED], [event()])
        while "not understood" not in caplog.text:
            await asyncio.sleep(0)
        server.close()
        keeper = _Keeper(data_dir / "k")
        await keeper.start()
        await keeper.has(1)
        await sender.stop()
        await keeper.stop()

    _run(scene)


def test_a_worker_that_sends_carries_no_database() -> None:
    program = (
        "import sys, gateway.journal.sender; "
        "print([name for name in ('sqlalchemy', 'sqlmodel', 'pydantic', 'sqlite3') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
