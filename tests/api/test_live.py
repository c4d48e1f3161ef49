"""One reader of the journal tells many listeners, and nobody holds up anybody."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from api import live
from api.box import ApiBox
from api.live import Listener, Live, TooMany
from gateway.errors import HushgateError
from gateway.journal import notices, search
from gateway.journal.search import Filters
from gateway.journal.write import Writer
from gateway.store import devices
from gateway.store.faults import StoreAway
from tests.fakes import idle_box
from tests.fakes.events import NOW, batch, event

SECONDS = 20


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "POLL", 0.005)
    monkeypatch.setattr(live, "AGAIN", 0.005)


class Scene:
    """A box, its log, and those who listen."""

    def __init__(self, box: ApiBox) -> None:
        self.box = box
        self.live = Live()
        self._sequence = 0
        with box.journal() as journal:
            self._writer = Writer(journal)

    def write(self, *rows: Any) -> None:
        """Into the log, as the keeper does."""
        self._sequence += 1
        self._writer.write([batch(*rows, sequence=self._sequence)], NOW)


class Heard:
    """What one listener is told, event by event."""

    def __init__(self, scene: Scene, filters: Filters, after: int | None) -> None:
        self._texts = scene.live.listen(scene.box, filters, after)
        self._rest: list[str] = []

    async def begin(self) -> "Heard":
        """Listening from now on."""
        assert await anext(self._texts) == b"retry: 2000\n\n"
        return self

    async def next(self) -> tuple[str, int, dict[str, Any]]:
        """Kind, id (0 for none) and content of the next event."""
        while True:
            while not self._rest:
                self._rest = (await anext(self._texts)).decode().split("\n\n")[:-1]
            lines = dict(line.split(": ", 1) for line in self._rest.pop(0).splitlines())
            if "event" in lines:
                return lines["event"], int(lines.get("id", "0")), json.loads(lines["data"])

    async def names(self, count: int) -> list[str]:
        """The names of the next rows."""
        found: list[str] = []
        while len(found) < count:
            kind, number, content = await self.next()
            if kind == "log":
                assert number == content["id"]
                found.append(content["name"])
        return found

    async def end(self) -> None:
        """Listen no more."""
        await self._texts.aclose()


def _play(folder: Path, scene: Callable[[Scene], Awaitable[None]]) -> None:
    async def main() -> None:
        data = idle_box.made(folder)
        box = ApiBox(data, data.read_settings())
        try:
            async with asyncio.timeout(SECONDS):
                await scene(Scene(box))
        finally:
            box.close()

    asyncio.run(main())


async def _listen(scene: Scene, filters: Filters | None = None, after: int | None = None) -> Heard:
    return await Heard(scene, filters or Filters(), after).begin()


def test_each_listener_hears_what_it_wants_to_know(data_dir: Path) -> None:
    async def play(scene: Scene) -> None:
        scene.write(event("before.example"))
        everything = await _listen(scene)
        blocked = await _listen(scene, Filters(action="blocked"))
        scene.write(event("a.example"), event("tracking.miui.com", verdict=1), event("b.example"))
        assert await everything.names(3) == ["a.example", "tracking.miui.com", "b.example"]
        assert await blocked.names(1) == ["tracking.miui.com"]
        scene.write(event("x.miui.com", verdict=1))
        assert await blocked.names(1) == ["x.miui.com"]
        assert scene.live.listeners == 2
        await everything.end()
        await blocked.end()
        assert scene.live.listeners == 0

    _play(data_dir, play)


def test_rows_bear_the_name_of_their_device_and_notices_come_too(data_dir: Path) -> None:
    async def play(scene: Scene) -> None:
        with scene.box.works.noting() as session:
            devices.put_device(session, "192.0.2.7", now=1, name="Ann's phone")
        heard = await _listen(scene)
        scene.write(event(b"\x05a\r\n\x1b=\0"))
        kind, number, row = await heard.next()
        assert (kind, number, row["device_name"]) == ("log", 1, "Ann's phone")
        assert row["rule"] is None
        kind, number, notice = await heard.next()
        assert (kind, number) == ("notice", 0)
        assert (notice["kind"], notice["device_name"]) == (notices.NEW_DEVICE, "Ann's phone")
        await heard.end()

    _play(data_dir, play)


def test_who_wants_notices_alone_is_told_no_row(data_dir: Path) -> None:
    async def play(scene: Scene) -> None:
        scene.write(event("before.example"))
        texts = scene.live.listen(scene.box, Filters(), 0, rows=False)
        assert await anext(texts) == b"retry: 2000\n\n"
        everything = await _listen(scene)
        scene.write(event("a.example", device="192.0.2.99"))
        assert await everything.names(1) == ["a.example"]
        assert b"event: notice" in (text := await anext(texts))
        assert b"event: log" not in text
        await texts.aclose()
        await everything.end()

    _play(data_dir, play)


def test_stream_goes_on_after_the_last_event_without_gap_or_repetition(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAGE", 7)

    async def play(scene: Scene) -> None:
        first = await _listen(scene)  # so that the reader is at work already
        scene.write(*(event(f"n{number}.example") for number in range(50)))
        again = await _listen(scene, after=10)
        scene.write(*(event(f"n{number}.example") for number in range(50, 70)))
        assert await again.names(60) == [f"n{number}.example" for number in range(10, 70)]
        assert len(await first.names(70)) == 70
        some = await _listen(scene, Filters(name="n5*"), after=0)
        assert await some.names(11) == ["n5.example", *(f"n{number}.example" for number in range(50, 60))]
        ahead = await _listen(scene, after=1 << 60)
        scene.write(event("last.example"))
        assert await ahead.names(1) == ["last.example"]
        for heard in (first, again, some, ahead):
            await heard.end()

    _play(data_dir, play)


def test_too_much_to_be_repeated_is_told_as_missed(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAGE", 5)
    monkeypatch.setattr(live, "MAX_REPLAYED", 10)

    async def play(scene: Scene) -> None:
        scene.write(*[event()] * 25)
        heard = await _listen(scene, after=0)
        assert len(await heard.names(10)) == 10
        assert await heard.next() == ("missed", 0, {"count": None, "first": 11, "last": 25})
        scene.write(event("next.example"))
        assert await heard.names(1) == ["next.example"]
        await heard.end()

    _play(data_dir, play)


def test_slow_listener_is_told_how_much_it_missed_and_holds_up_nobody(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_WAITING", 10)

    async def play(scene: Scene) -> None:
        slow, quick = await _listen(scene), await _listen(scene)
        for number in range(5):
            scene.write(*(event(f"n{number}.example") for _ in range(5)))
            assert len(await quick.names(5)) == 5
        kind, _, content = await slow.next()
        assert kind == "missed"
        left = 25 + 1 - content["count"]  # and the notice of the new device
        assert 0 < left <= 10
        assert len(await slow.names(left)) == left
        scene.write(event("next.example"))
        assert await slow.names(1) == ["next.example"]
        await slow.end()
        await quick.end()

    _play(data_dir, play)


def test_log_that_is_away_for_a_while_loses_nothing(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def play(scene: Scene) -> None:
        heard = await _listen(scene)
        failed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def fail(*_: object, **__: object) -> object:
            loop.call_soon_threadsafe(failed.set)
            raise StoreAway("locked")

        with monkeypatch.context() as patch:
            patch.setattr(search, "onwards", fail)
            await failed.wait()
            scene.write(event("meanwhile.example"))
        assert await heard.names(1) == ["meanwhile.example"]
        await heard.end()

    _play(data_dir, play)
    assert caplog.text.count("cannot be read for live events") == 1


def test_log_that_cannot_be_read_at_all_is_said_at_once(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> int:
        raise StoreAway("locked")

    async def play(scene: Scene) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(search, "last_id", fail)
            with pytest.raises(HushgateError):
                await _listen(scene)
        assert scene.live.listeners == 0
        heard = await _listen(scene)
        await heard.end()

    _play(data_dir, play)


def test_listeners_are_counted_and_their_number_is_bounded(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_LISTENERS", 2)

    async def play(scene: Scene) -> None:
        heard = [await _listen(scene) for _ in range(2)]
        with pytest.raises(TooMany):
            await _listen(scene)
        await heard.pop().end()
        heard.append(await _listen(scene))
        for one in heard:
            await one.end()

    _play(data_dir, play)


def test_silence_is_broken_now_and_then(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.01)

    async def play(scene: Scene) -> None:
        texts = scene.live.listen(scene.box, Filters())
        assert [await anext(texts) for _ in range(3)][1:] == [b": still here\n\n"] * 2
        await texts.aclose()

    _play(data_dir, play)


def test_listener_that_missed_twice_is_told_the_whole() -> None:
    async def main() -> None:
        listener = Listener(lambda _: True)
        for number in range(1, 2 * live.MAX_WAITING + 2):
            listener.put(number, b"x")
        text = await listener.take()
        told, _, rest = text.partition(b"\n\n")
        content = json.loads(told.partition(b"data: ")[2])
        assert content == {"count": 2 * live.MAX_WAITING, "first": 1, "last": 2 * live.MAX_WAITING}
        assert rest == b"x"

    asyncio.run(main())
