"""TCP upstreams: one connection, many queries; what breaks is replaced."""

import asyncio
from collections.abc import Iterable

import pytest

from gateway.dns.upstream import connection
from gateway.dns.upstream.address import parse
from gateway.dns.upstream.exchange import Host
from gateway.dns.upstream.stream import Stream
from gateway.dns.wire import Answer
from gateway.errors import UpstreamFault
from tests.fakes import upstream as fakes
from tests.fakes.upstream import Asked, FakeUpstream, Misbehaviour
from tests.fakes.values import question

LINES = [f"n{number}.example.org 300 IN A 192.0.2.{number}" for number in range(1, 51)]


def stream_to(fake: FakeUpstream, idle: float = 10.0) -> Stream:
    return Stream(parse(fake.tcp_url), Host("127.0.0.1", None), idle=idle)


async def ask(upstream: Stream, number: int = 1, timeout: float = 5) -> Answer:
    return await upstream.exchange(
        question(f"n{number}.example.org"), dnssec_ok=False, checking_disabled=False, timeout=timeout
    )


def test_queries_share_one_connection_and_answers_may_come_in_any_order() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake:
            everybody = asyncio.Event()

            async def backwards(asked: Asked) -> None:
                if len(fake.asked) == 50:
                    everybody.set()
                await everybody.wait()
                for _ in range(60 - int(asked.name[1:].partition(".")[0])):
                    await asyncio.sleep(0)

            fake.gate = backwards
            upstream = stream_to(fake)
            answers = await asyncio.gather(*(ask(upstream, number) for number in range(1, 51)))
            assert [answer.records[0].rdata[3] for answer in answers] == list(range(1, 51))
            assert fake.connections == 1
            assert len({each.id for each in fake.asked}) == 50
            await upstream.stop()
            await upstream.stop()

    asyncio.run(run())


def test_connection_closed_by_the_upstream_is_replaced() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake:
            fake.close_after = 1
            upstream = stream_to(fake)
            for number in range(1, 6):
                assert (await ask(upstream, number)).records
            assert fake.connections >= 3
            await upstream.stop()

    asyncio.run(run())


def test_idle_connection_is_closed() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake:
            upstream = stream_to(fake, idle=0.0)
            await ask(upstream)
            while fake._writers:
                await asyncio.sleep(0)
            await ask(upstream)
            assert fake.connections == 2
            await upstream.stop()

    asyncio.run(run())


def test_silent_connection_is_given_up_for_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SILENCE", 0.05)

    async def run() -> None:
        async with FakeUpstream(*LINES) as fake:
            upstream = stream_to(fake)
            fake.misbehave_tcp = fakes.silent
            with pytest.raises(UpstreamFault, match="no answer"):
                await ask(upstream, timeout=0.1)
            fake.misbehave_tcp = None
            await ask(upstream)
            assert fake.connections == 2
            await upstream.stop()

    asyncio.run(run())


BAD = {
    "wrong question": fakes.wrong_question,
    "wrong type": fakes.wrong_type,
    "wrong id": fakes.wrong_id,
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_bad_answer_is_passed_over_for_the_good_one(bad: Misbehaviour) -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake:
            fake.misbehave_tcp = fakes.then_good(bad)
            upstream = stream_to(fake)
            assert (await ask(upstream)).records[0].rdata[3] == 1
            await upstream.stop()

    asyncio.run(run())


def test_server_that_only_talks_rubbish_is_hung_up_on() -> None:
    def rubbish(good: bytes, asked: Asked) -> Iterable[bytes]:
        (garbage,) = fakes.garbage(good, asked)
        return [*fakes.wrong_id(garbage, asked)] * connection.MAX_OFFENCES

    async def run() -> None:
        async with FakeUpstream(*LINES) as fake:
            fake.misbehave_tcp = rubbish
            upstream = stream_to(fake)
            with pytest.raises(UpstreamFault, match="too many wrong answers"):
                await ask(upstream)
            assert upstream.refused_packets() == connection.MAX_OFFENCES
            fake.misbehave_tcp = None
            assert (await ask(upstream)).records
            assert upstream.refused_packets() == connection.MAX_OFFENCES
            await upstream.stop()

    asyncio.run(run())


def test_nobody_listening_is_a_fault_at_once() -> None:
    async def run() -> None:
        url = f"tcp://127.0.0.1:{fakes.refusing_port()}"
        upstream = Stream(parse(url), Host("127.0.0.1", None))
        with pytest.raises(UpstreamFault, match=r"(?i)connect"):
            await ask(upstream)
        await upstream.stop()

    asyncio.run(run())


def test_stopping_tells_those_who_wait() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake:
            fake.misbehave_tcp = fakes.silent
            upstream = stream_to(fake)
            waiting = asyncio.create_task(ask(upstream))
            while not fake.asked:
                await asyncio.sleep(0)
            await upstream.stop()
            with pytest.raises(UpstreamFault):
                await waiting
            with pytest.raises(UpstreamFault, match="stopped"):
                await ask(upstream)

    asyncio.run(run())
