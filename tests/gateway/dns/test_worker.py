"""One DNS worker in a data folder: answers by the last policy, takes up each new one, tells the keeper what was."""

import asyncio
import contextlib
import gc
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway import changes, chosen, control, workers
from gateway.chosen import Chosen
from gateway.data import Data
from gateway.dns import worker as room
from gateway.dns.links import pause
from gateway.dns.worker import Worker
from gateway.errors import OwnFault
from gateway.journal.intake import Intake
from gateway.model import Batch
from gateway.names import to_text
from gateway.policy import manifest
from gateway.policy.state import PauseState
from gateway.settings import Dns, Settings
from gateway.store import pauses, rules
from tests.fakes import idle_box
from tests.fakes.ports import free_port
from tests.fakes.server import Running
from tests.fakes.upstream import FakeUpstream

SECONDS = 30
ZONE = ("www.example.org 300 IN A 203.0.113.9",)


class Living:
    """A worker that runs, and how to ask it."""

    def __init__(self, worker: Worker, data: Data, port: int) -> None:
        self.worker = worker
        self.data = data
        self.batches: list[Batch] = []  # what the keeper was sent
        self._asked = Running(worker._server, port)

    async def address(self, name: str) -> str:
        """The first address of an answer, "" for none."""
        answer = await self._asked.ask(name)
        return ".".join(map(str, answer.records[0].rdata)) if answer.records else ""

    async def control(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """What it says on its control socket."""
        return await asyncio.to_thread(control.call, self.data.run, "dns-0", verb, **arguments)


@pytest.fixture(autouse=True)
def _garbage_as_before() -> Iterator[None]:
    """A worker has its process for itself; here it must leave it as it was."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture
def data(data_dir: Path) -> Data:
    return idle_box.made(data_dir)


@contextlib.asynccontextmanager
async def living(data: Data, upstream: str = "udp://127.0.0.1:9") -> AsyncIterator[Living]:
    port = free_port()
    worker = Worker(data, Settings(dns=Dns(listen=(f"127.0.0.1:{port}",), upstreams=(upstream,))), 0)
    one = Living(worker, data, port)

    async def put(batch: Batch, done: Callable[[int], None]) -> None:
        one.batches.append(batch)
        done(batch.sequence)

    keeper = Intake(data.keeper_socket, put)
    await keeper.start()
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        async with asyncio.timeout(SECONDS):
            await until(lambda: bool(worker._server._udp) or task.done())
            yield one
    finally:
        stop.set()
        await task
        await keeper.stop()


async def until(look: Callable[[], bool]) -> None:
    while not look():
        await asyncio.sleep(0.005)  # between two looks


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def add(data: Data, text: str) -> int:
    """Add a rule as the command line does; the workers that have taken it up."""
    with changes.change(data, "a rule") as change:
        rules.add_rule(change.session, text, now=int(time.time()))
    assert change.applied is not None
    return change.applied.workers


def test_it_answers_by_the_policy_and_asks_the_upstream_for_the_rest(data: Data) -> None:
    async def scene() -> None:
        async with FakeUpstream(*ZONE) as fake, living(data, fake.url) as one:
            assert await one.address("tracking.miui.com") == "0.0.0.0"
            assert await one.address("www.example.org") == "203.0.113.9"

    run(scene())


def test_an_acknowledged_rule_decides_the_next_query(data: Data) -> None:
    async def scene() -> None:
        async with FakeUpstream(*ZONE) as fake, living(data, fake.url) as one:
            assert await one.address("www.example.org") == "203.0.113.9"
            assert await asyncio.to_thread(add, data, "||example.org^") == 1
            assert await one.address("www.example.org") == "0.0.0.0"

    run(scene())


def test_what_was_published_while_it_started_is_not_missed(data: Data) -> None:
    async def scene() -> None:
        port = free_port()
        worker = Worker(data, Settings(dns=Dns(listen=(f"127.0.0.1:{port}",))), 0)
        assert await asyncio.to_thread(add, data, "||example.org^") == 0  # it does not listen yet
        stop = asyncio.Event()
        task = asyncio.create_task(worker.run(stop))
        await until(lambda: bool(worker._server._udp) or task.done())
        assert await Living(worker, data, port).address("www.example.org") == "0.0.0.0"
        stop.set()
        await task

    run(scene())


def test_with_a_damaged_policy_it_starts_on_the_newest_that_is_whole_and_says_so(
    data: Data, caplog: pytest.LogCaptureFixture
) -> None:
    add(data, "||example.org^")
    add(data, "||example.net^")
    (data.policy / manifest.current(data.policy).overlay).write_bytes(b"rubbish")

    async def scene() -> None:
        async with living(data) as one:
            assert await one.address("www.example.org") == "0.0.0.0"
            said = await one.control("status")
            assert said["generation"] == 2
            assert "overlay-3" in said["policy_fault"]
            await asyncio.to_thread(changes.republish, data, data.read_settings(), "mended")
            said = await one.control("status")
            assert (said["generation"], said["policy_fault"]) == (4, "")

    with caplog.at_level(logging.ERROR):
        run(scene())
    assert "overlay-3" in caplog.text


def test_a_policy_that_cannot_be_taken_up_leaves_the_one_before(data: Data) -> None:
    add(data, "||example.org^")

    async def scene() -> None:
        async with living(data) as one:
            whole = (data.policy / "manifest").read_bytes()
            (data.policy / "manifest").write_bytes(b"rubbish")
            with pytest.raises(OwnFault):
                await one.control("policy")
            (acknowledgement,) = await asyncio.to_thread(workers.tell, data.run, 3)
            assert (acknowledgement.generation, acknowledgement.worker) == (0, "dns-0")
            assert acknowledgement.reason
            assert await one.address("www.example.org") == "0.0.0.0"
            (data.policy / "manifest").write_bytes(whole)
            assert (await one.control("policy"))["generation"] == 2

    run(scene())


def test_many_who_tell_it_at_once_leave_it_with_the_last_one(data: Data) -> None:
    async def scene() -> None:
        async with living(data) as one:
            for _ in range(3):
                await asyncio.to_thread(changes.republish, data, data.read_settings(), "again")
            said = await asyncio.gather(*(one.control("policy") for _ in range(4)))
            assert {each["generation"] for each in said} == {4}

    run(scene())


def test_a_pause_ends_by_itself_also_for_answers_at_hand(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "TICK", 0.02)
    now = time.clock_gettime(time.CLOCK_BOOTTIME)

    def begin() -> None:
        with changes.change(data, "a pause") as change:
            ends = PauseState("all", "", int(time.time()) + 600, now + 600, pause.boot_id())
            pauses.put_pause(change.session, ends)

    async def scene() -> None:
        async with (
            FakeUpstream("tracking.miui.com 300 IN A 203.0.113.66") as fake,
            living(data, fake.url) as one,
        ):
            await asyncio.to_thread(begin)
            for _ in range(3):
                assert await one.address("tracking.miui.com") == "203.0.113.66"
            clock = time.clock_gettime
            monkeypatch.setattr(time, "clock_gettime", lambda which: clock(which) + 601)
            while await one.address("tracking.miui.com") != "0.0.0.0":
                await asyncio.sleep(0.01)  # until the next tick

    run(scene())


def test_what_was_asked_reaches_the_keeper_also_what_came_just_before_the_end(data: Data) -> None:
    batches: list[Batch] = []

    async def scene() -> None:
        async with living(data) as one:
            for _ in range(3):
                await one.address("tracking.miui.com")
        batches.extend(one.batches)

    run(scene())
    rows = [(batch, row) for batch in batches for row in batch.rows]
    assert sum(row.count for _, row in rows) == 3
    batch, row = rows[0]
    assert to_text(row.name or b"\0") == "tracking.miui.com"
    assert (row.device, batch.verdicts[row.verdict].company) == ("127.0.0.1", "Xiaomi")
    assert batch.sender.startswith(f"dns-0/{os.getpid()}/")


def test_it_says_how_it_is(data: Data) -> None:
    async def scene() -> None:
        async with FakeUpstream(*ZONE) as fake, living(data, fake.url) as one:
            await one.address("www.example.org")
            said = await one.control("status")
            assert (said["role"], said["pid"], said["generation"]) == ("dns-0", os.getpid(), 1)
            assert said["counts"]["packets"] >= 1
            assert said["cache"]["entries"] == 1
            assert said["events"]["dropped"] == 0
            assert [each["url"] for each in said["upstreams"]] == [fake.url]

    run(scene())


def test_an_address_that_cannot_be_had_ends_it(data: Data) -> None:
    async def scene() -> None:
        worker = Worker(data, Settings(dns=Dns(listen=("192.0.2.99:53",))), 0)
        with pytest.raises(OSError, match="Cannot assign"):
            await worker.run(asyncio.Event())

    run(scene())


def test_without_any_policy_there_is_no_worker(data_dir: Path) -> None:
    empty = Data(data_dir)
    empty.prepare()
    with pytest.raises(OwnFault, match="no policy"):
        Worker(empty, Settings(), 0)


def test_a_clockwork_that_stops_ends_it_so_that_it_begins_anew(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "TICK", 0.01)

    def fail(*_: object) -> None:
        raise RuntimeError("of ours")

    async def scene() -> None:
        worker = Worker(data, Settings(dns=Dns(listen=(f"127.0.0.1:{free_port()}",))), 0)
        monkeypatch.setattr(pause, "holding", fail)
        with pytest.raises(OwnFault, match="of ours"):
            await asyncio.wait_for(worker.run(asyncio.Event()), SECONDS)

    run(scene())


def test_settings_are_changed_and_questions_traced_over_the_control_socket(data: Data) -> None:
    async def scene() -> None:
        async with FakeUpstream(*ZONE) as fake, living(data) as one:
            assert await one.address("tracking.miui.com") == "0.0.0.0"
            values = {"dns.upstreams": [fake.url], "dns.blocked_ttl": 77}
            assert await one.control("settings-check", values=values) == {"tested": []}
            assert (await one.control("upstream", upstream=fake.url))["answered"]
            chosen.write(data.chosen, Chosen(3, values=values))
            assert (await one.control("settings"))["serial"] == 3
            assert await one.address("www.example.org") == "203.0.113.9"
            # What was ready to be said is not said again with the old time to live.
            assert (await one._asked.ask("tracking.miui.com")).records[0].ttl == 77
            traced = await one.control("trace", name="tracking.miui.com", type="A", device="")
            assert traced["answer"]["records"] == ["A 0.0.0.0 ttl 77"]
            with pytest.raises(OwnFault, match="nothing to trace"):
                await one.control("trace", name="a..b", type="A")

    run(scene())


def test_no_more_than_a_few_questions_are_traced_at_once(data: Data) -> None:
    async def scene() -> None:
        async with FakeUpstream(*ZONE) as fake, living(data, fake.url) as one:
            free = asyncio.Event()
            fake.gate = lambda _: free.wait()  # type: ignore[assignment,return-value]  # True is as good as None
            trace = one.worker._trace
            waiting = [
                asyncio.create_task(trace({"name": f"{number}.example.org", "type": "A"}))
                for number in range(room.MAX_TRACES)
            ]
            await until(lambda: len(fake.asked) == room.MAX_TRACES)
            with pytest.raises(OwnFault, match="too many"):
                await trace({"name": "more.example.org", "type": "A"})
            free.set()
            await asyncio.gather(*waiting)
            assert (await trace({"name": "more.example.org", "type": "A"}))["links"]

    run(scene())


def test_damaged_settings_of_the_panel_do_not_keep_it_from_answering(data: Data) -> None:
    async def scene() -> None:
        data.chosen.write_bytes(b"")
        async with FakeUpstream(*ZONE) as fake, living(data, fake.url) as one:
            assert await one.address("www.example.org") == "203.0.113.9"

    run(scene())
