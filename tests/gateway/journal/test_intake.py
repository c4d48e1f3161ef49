"""The keeper's socket."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from gateway.journal import intake
from gateway.journal.frames import frame, read_frame
from gateway.journal.intake import Intake
from gateway.model import Ack, Batch
from tests.fakes.events import batch, event


class _Kept:
    """Keeps the batches and acknowledges when told."""

    def __init__(self) -> None:
        self.batches: list[tuple[Batch, Callable[[int], None]]] = []
        self.came = asyncio.Event()

    async def put(self, taken: Batch, done: Callable[[int], None]) -> None:
        self.batches.append((taken, done))
        self.came.set()


def _run(data_dir: Path, scene: Callable[[Path, _Kept], Awaitable[None]]) -> None:
    async def main() -> None:
        kept = _Kept()
        path = data_dir / "run" / "keeper.sock"
        server = Intake(path, kept.put)
        await server.start()
        try:
            async with asyncio.timeout(10):
                await scene(path, kept)
        finally:
            await server.stop()
            await server.stop()
        assert not path.exists()

    asyncio.run(main())


def test_batch_is_acknowledged_when_it_is_done_and_not_before(data_dir: Path) -> None:
    async def scene(path: Path, kept: _Kept) -> None:
        reader, writer = await asyncio.open_unix_connection(path)
        sent = batch(event(), sequence=5)
        writer.write(frame(msgspec.msgpack.encode(sent)))
        await kept.came.wait()
        ((taken, done),) = kept.batches
        assert taken == sent
        done(5)
        body = await read_frame(reader)
        assert body is not None
        assert msgspec.msgpack.decode(body, type=Ack) == Ack(5)
        writer.close()

    _run(data_dir, scene)


@pytest.mark.parametrize(
    "data",
    [
        frame(b"\xc1"),
        frame(b""),
        frame(msgspec.msgpack.encode({"not": "a batch"})),
        frame(msgspec.msgpack.encode(["s", "1", 0, [], []])),
        b"\xff\xff\xff\xff",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_malformed_frame_ends_its_connection_and_no_other(
    data_dir: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(path: Path, kept: _Kept) -> None:
        good_reader, good = await asyncio.open_unix_connection(path)
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(data)
        assert await reader.read() == b""  # closed from the other side
        writer.close()
        good.write(frame(msgspec.msgpack.encode(batch(event()))))
        await kept.came.wait()
        kept.batches[0][1](1)
        assert await read_frame(good_reader) is not None
        good.close()

    _run(data_dir, scene)
    assert "malformed" in caplog.text


def test_batch_with_wrong_rows_is_lost_alone(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(path: Path, kept: _Kept) -> None:
        _, writer = await asyncio.open_unix_connection(path)
        writer.write(frame(msgspec.msgpack.encode(["s", 4, 7, [], [["no", "row"]]])))
        writer.write(frame(msgspec.msgpack.encode(batch(event(), sequence=5))))
        while len(kept.batches) < 2:
            kept.came.clear()
            await kept.came.wait()
        writer.close()
        assert [taken for taken, _ in kept.batches] == [Batch("s", 4, 7, (), ()), batch(event(), sequence=5)]

    _run(data_dir, scene)
    assert "cannot be read and is lost" in caplog.text


def test_acknowledgement_for_a_sender_that_is_gone_is_no_error(data_dir: Path) -> None:
    async def scene(path: Path, kept: _Kept) -> None:
        _, writer = await asyncio.open_unix_connection(path)
        writer.write(frame(msgspec.msgpack.encode(batch(event()))))
        await kept.came.wait()
        writer.close()
        await writer.wait_closed()
        kept.batches[0][1](1)

    _run(data_dir, scene)


def test_socket_of_an_earlier_run_is_replaced(data_dir: Path) -> None:
    (data_dir / "run").mkdir()
    (data_dir / "run" / "keeper.sock").touch()

    async def scene(path: Path, kept: _Kept) -> None:
        _, writer = await asyncio.open_unix_connection(path)
        writer.write(frame(msgspec.msgpack.encode(batch(event()))))
        await kept.came.wait()
        writer.close()

    _run(data_dir, scene)


def test_too_many_connections_are_turned_away(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(intake, "MAX_CONNECTIONS", 1)

    async def scene(path: Path, kept: _Kept) -> None:
        _, first = await asyncio.open_unix_connection(path)
        first.write(frame(msgspec.msgpack.encode(batch(event()))))
        await kept.came.wait()
        reader, second = await asyncio.open_unix_connection(path)
        assert await reader.read() == b""
        second.close()
        first.close()

    _run(data_dir, scene)
    assert "turned away" in caplog.text
