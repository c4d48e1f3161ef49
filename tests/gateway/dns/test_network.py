"""A worker's upstreams and ways of answering change while it serves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest

from gateway import chosen
from gateway.chosen import Chosen
from gateway.data import Data
from gateway.dns import network as room
from gateway.dns.cache import Cache
from gateway.dns.network import Network
from gateway.dns.upstream import system
from gateway.errors import SettingsError
from gateway.settings import Dns, Settings
from gateway.tasks import Tasks
from tests.fakes.upstream import Asked, FakeUpstream
from tests.fakes.values import question

WWW = question("www.example.org")
OLD, NEW = "www.example.org 300 IN A 203.0.113.1", "www.example.org 300 IN A 203.0.113.2"
NOBODY = "udp://127.0.0.1:9"


class Here:
    """A worker's network without the worker."""

    def __init__(self, data: Data, settings: Settings) -> None:
        self.changes: list[Dns] = []
        self.data = data
        self.cache = Cache(1 << 20)
        self.tasks = Tasks()
        self.network = Network(data, settings, self.cache, self.tasks, self.changes.append)

    async def address(self) -> str:
        """What the upstreams say, or the cache."""
        found = self.network.forward.cached(WWW, False, False)
        answer = found.answer if found else await self.network.forward.resolve(WWW, False, False)
        return ".".join(map(str, answer.records[0].rdata)) if answer.records else ""

    def choose(self, **values: Any) -> int:
        """Put these in the file, as the panel does; the serial."""
        before = chosen.read(self.data.chosen)
        values = {f"dns.{key}": value for key, value in values.items()}
        chosen.write(self.data.chosen, Chosen(before.serial + 1, values=values))
        return before.serial + 1


@pytest.fixture
def data(data_dir: Path) -> Data:
    made = Data(data_dir)
    made.prepare()
    return made


@contextlib.asynccontextmanager
async def here(data: Data, *upstreams: str, **more: Any) -> AsyncIterator[Here]:
    made = Here(data, Settings(dns=Dns(listen=("127.0.0.1:5300",), upstreams=upstreams, **more)))
    try:
        async with asyncio.timeout(20):
            yield made
    finally:
        await made.network.stop()
        await made.tasks.stop()


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_new_upstreams_are_asked_at_once_and_what_others_said_is_forgotten(data: Data) -> None:
    async def scene() -> None:
        async with FakeUpstream(OLD) as old, FakeUpstream(NEW) as new, here(data, old.url) as one:
            assert await one.address() == "203.0.113.1"
            serial = one.choose(upstreams=[new.url], blocked_ttl=77, serve_stale=False)
            assert (await one.network.take_up({}))["serial"] == serial
            assert await one.address() == "203.0.113.2"
            assert (one.changes[-1].blocked_ttl, one.network.dns.upstreams) == (77, (new.url,))
            assert not one.cache.serve_stale
            assert len(old.asked) == 1
            await one.network.take_up({})  # nothing new: nothing happens
            assert len(one.changes) == 1

    run(scene())


def test_who_waits_for_an_old_upstream_gets_its_answer_which_is_not_kept(data: Data) -> None:
    async def scene() -> None:
        async with FakeUpstream(OLD) as old, FakeUpstream(NEW) as new, here(data, old.url) as one:
            asked, go_on = asyncio.Event(), asyncio.Event()

            async def gate(_: Asked) -> None:
                asked.set()
                await go_on.wait()

            old.gate = gate
            waiting = asyncio.create_task(one.address())
            await asked.wait()
            one.choose(upstreams=[new.url])
            await one.network.take_up({})
            assert await one.address() == "203.0.113.2"
            go_on.set()
            assert await waiting == "203.0.113.1"
            assert await one.address() == "203.0.113.2"

    run(scene())


def test_settings_that_are_none_of_the_upstreams_business_leave_them_connected(data: Data) -> None:
    async def scene() -> None:
        async with FakeUpstream(OLD) as old, here(data, old.tcp_url) as one:
            await one.address()
            before = one.network.upstreams
            one.choose(blocked_ttl=5)
            await one.network.take_up({})
            assert one.network.upstreams is before
            assert one.changes[-1].blocked_ttl == 5

    run(scene())


def test_a_check_builds_and_asks_but_changes_nothing(data: Data) -> None:
    async def scene() -> None:
        async with FakeUpstream(OLD) as old, FakeUpstream(NEW) as new, here(data, old.url) as one:
            values = {"dns.upstreams": [new.url, NOBODY], "dns.domains": {"lan": [new.url]}}
            asked = [[new.url, ""], [NOBODY, ""], [new.url, "lan"]]
            tested = (await one.network.check({"values": values, "ask": asked}))["tested"]
            assert [each["answered"] for each in tested] == [True, False, True]
            assert new.names() == ["example.org", "lan"]
            assert await one.address() == "203.0.113.1"
            prepared = one.network._prepared
            assert prepared is not None
            chosen.write(data.chosen, Chosen(1, values=values))
            await one.network.take_up({})
            assert one.network.upstreams is prepared[1]
            assert await one.address() == "203.0.113.2"

    run(scene())


@pytest.mark.parametrize(
    "values", [{"dns.upstreams": ["nonsense"]}, {"dns.upstreams": ["recursive"]}, {"dns.blocked_ttl": -1}]
)
def test_what_cannot_be_is_refused_and_the_old_settings_serve_on(data: Data, values: dict[str, Any]) -> None:
    async def scene() -> None:
        async with FakeUpstream(OLD) as old, here(data, old.url) as one:
            with pytest.raises(SettingsError):
                await one.network.check({"values": values})
            chosen.write(data.chosen, Chosen(1, values=values))
            with pytest.raises(SettingsError):
                await one.network.take_up({})
            assert await one.address() == "203.0.113.1"
            assert not one.changes

    run(scene())


def test_one_upstream_is_tested_as_if_it_were_set(data: Data) -> None:
    async def scene() -> None:
        async with FakeUpstream(OLD) as old, FakeUpstream(NEW) as new, here(data, old.url) as one:
            tested = await one.network.test({"upstream": new.url})
            assert (tested["url"], tested["answered"], tested["said"]) == (new.url, True, "NXDOMAIN")
            new.zone.rcodes["example.org"] = 5
            tested = await one.network.test({"upstream": new.url})
            assert (tested["answered"], tested["said"]) == (False, "answered REFUSED")
            with pytest.raises(SettingsError):
                await one.network.test({"upstream": "nonsense"})
            assert old.asked == []

    run(scene())


def test_a_change_that_nobody_told_of_is_found(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FOLLOW_EVERY", 0.01)

    async def scene() -> None:
        async with FakeUpstream(OLD) as old, FakeUpstream(NEW) as new, here(data, old.url) as one:
            one.tasks.spawn("follow", one.network.follow())
            one.choose(upstreams=[new.url])
            while not one.changes:
                await asyncio.sleep(0.005)  # between two looks
            assert await one.address() == "203.0.113.2"
            data.chosen.write_bytes(b"{")  # a damaged file changes nothing, and the next good one is found
            while one.network._seen != one.network._look():
                await asyncio.sleep(0.005)
            assert await one.address() == "203.0.113.2"
            data.chosen.unlink()
            chosen.write(data.chosen, Chosen(9, values={"dns.upstreams": [old.url]}))
            while len(one.changes) < 2:
                await asyncio.sleep(0.005)
            assert await one.address() == "203.0.113.1"

    run(scene())


def test_the_systems_resolvers_are_followed_while_nobody_is_named(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FOLLOW_EVERY", 0.01)

    async def scene() -> None:
        async with FakeUpstream(OLD) as old, FakeUpstream(NEW) as new:
            urls = [old.url]
            monkeypatch.setattr(system, "found", lambda _: list(urls))
            async with here(data) as one:
                one.tasks.spawn("follow", one.network.follow())
                assert await one.address() == "203.0.113.1"
                urls[:] = [new.url]
                while not one.changes:
                    await asyncio.sleep(0.005)  # between two looks
                assert await one.address() == "203.0.113.2"
                one.choose(upstreams=[old.url])
                while one.network.upstreams.from_system:
                    await asyncio.sleep(0.005)
                assert await one.address() == "203.0.113.1"

    run(scene())


def test_a_worker_that_starts_goes_by_the_file_and_by_what_it_was_given_where_that_is_damaged(
    data: Data, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        chosen.write(data.chosen, Chosen(4, values={"dns.upstreams": [NOBODY]}))
        async with here(data) as one:
            assert one.network.dns.upstreams == (NOBODY,)
            assert (await one.network.take_up({}))["serial"] == 4
        data.chosen.write_bytes(b"")
        async with here(data, "udp://192.0.2.1") as one:
            assert one.network.dns.upstreams == ("udp://192.0.2.1",)

    run(scene())
    assert "cannot be read" in caplog.text
