"""One connection by itself."""

import asyncio

import pytest

from gateway.dns.upstream.connection import MAX_WRONG, Connection, ConnectionEnded
from gateway.dns.wire import Answer
from tests.fakes import upstream as fakes
from tests.fakes.upstream import Asked, FakeUpstream
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
            fake.misbehave_tcp = lambda good, asked: [*fakes.wrong_question(good, asked)] * (MAX_WRONG + 3)
            connection = await connect(fake)
            with pytest.raises(ConnectionEnded, match="too many wrong answers"):
                await ask(connection)
            assert connection.wrong == MAX_WRONG
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
