"""One connection by itself."""

import asyncio
from collections.abc import Iterable

import pytest

from gateway.dns.upstream.connection import MAX_OFFENCES, Connection, ConnectionEnded
from gateway.dns.wire import Answer
from gateway.errors import UpstreamFault
from tests.fakes import upstream as fakes
from tests.fakes.upstream import Asked, FakeUpstream, Misbehaviour
from tests.fakes.values import question

RECORD = "www.example.org 300 IN A 203.0.113.9"


async def connect(fake: FakeUpstream, *, pad_to: int = 0) -> Connection:
    reader, writer = await asyncio.open_connection(fake.host, fake.port)
    return Connection(reader, writer, idle=10, pad_to=pad_to)


async def ask(connection: Connection) -> Answer:
    return await connection.ask(question("www.example.org"), dnssec_ok=True, checking_disabled=True)


def test_query_is_padded_and_carries_its_flags() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            connection = await connect(fake, pad_to=128)
            assert (await ask(connection)).records
            asked = fake.asked[0]
            assert len(asked.data) == 128
            assert asked.dnssec_ok
            assert asked.checking_disabled
            await connection.stop()
            await connection.stop()

    asyncio.run(run())


def test_end_of_the_connection_is_told_to_all_who_wait() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            fake.misbehave_tcp = fakes.silent
            connection = await connect(fake)
            waiting = [asyncio.create_task(ask(connection)) for _ in range(3)]
            while len(fake.asked) < 3:
                await asyncio.sleep(0)
            await fake.stop()
            results = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(each) for each in results] == [ConnectionEnded] * 3
            assert not connection.usable
            with pytest.raises(ConnectionEnded):
                await ask(connection)
            await connection.stop()

    asyncio.run(run())


def test_who_gives_up_on_a_mute_connection_retires_it() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            fake.misbehave_tcp = fakes.silent
            connection = await connect(fake)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await ask(connection)
            assert not connection.usable
            assert connection.closed  # nobody waits on it any more
            await connection.stop()

    asyncio.run(run())


def test_wrong_answers_are_counted_up_to_the_end() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            fake.misbehave_tcp = lambda good, asked: [*fakes.wrong_question(good, asked)] * (MAX_OFFENCES + 3)
            connection = await connect(fake)
            with pytest.raises(ConnectionEnded, match="too many wrong answers"):
                await ask(connection)
            assert connection.wrong == MAX_OFFENCES
            await connection.stop()

    asyncio.run(run())


def unreadable(good: bytes, asked: Asked) -> Iterable[bytes]:
    return fakes.garbage(good, asked) if asked.name.startswith("bad") else [good]


def cut(good: bytes, asked: Asked) -> Iterable[bytes]:
    return fakes.truncated(good, asked) if asked.name.startswith("bad") else [good]


@pytest.mark.parametrize("bad", [unreadable, cut])
def test_what_a_bad_zone_serves_ends_its_own_questions_at_once_and_no_others(bad: Misbehaviour) -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            fake.misbehave_tcp = bad
            held = asyncio.Event()

            async def hold_the_good(asked: Asked) -> None:
                if asked.name == "www.example.org":
                    await held.wait()

            fake.gate = hold_the_good
            connection = await connect(fake)
            patient = asyncio.create_task(ask(connection))
            for number in range(2 * MAX_OFFENCES):
                with pytest.raises(UpstreamFault, match=r"unreadable|truncated"):
                    await connection.ask(
                        question(f"bad{number}.example.org"), dnssec_ok=False, checking_disabled=False
                    )
            held.set()
            assert (await patient).records
            assert connection.usable
            assert connection.wrong == 2 * MAX_OFFENCES
            await connection.stop()

    asyncio.run(run())


def test_late_answer_to_nobody_is_no_offence() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            late = asyncio.Event()

            async def first_is_late(asked: Asked) -> None:
                if asked is fake.asked[0]:
                    await late.wait()

            fake.gate = first_is_late
            connection = await connect(fake)
            given_up = asyncio.create_task(ask(connection))
            while not fake.asked:
                await asyncio.sleep(0)
            assert (await ask(connection)).records  # the connection lives
            given_up.cancel()
            late.set()
            assert (await ask(connection)).records
            assert connection.wrong == 0
            assert connection.usable
            await connection.stop()

    asyncio.run(run())
