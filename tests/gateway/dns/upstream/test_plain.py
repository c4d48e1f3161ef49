"""Plain UDP upstreams against a server that lies."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dns.upstream.address import parse
from gateway.dns.upstream.plain import Udp, random_case
from gateway.dns.wire import Answer, encode_query
from gateway.errors import UpstreamFault
from gateway.names import from_text
from tests.fakes import upstream as fakes
from tests.fakes.upstream import FakeUpstream, Misbehaviour
from tests.fakes.values import question

WWW = question("www.example.org")
ADDRESS = bytes((203, 0, 113, 9))
RECORD = "www.example.org 300 IN A 203.0.113.9"


async def ask(upstream: Udp, *, timeout: float = 5, dnssec_ok: bool = False, cd: bool = False) -> Answer:
    return await upstream.exchange(WWW, dnssec_ok=dnssec_ok, checking_disabled=cd, timeout=timeout)


async def with_fake(misbehave: Misbehaviour | None) -> tuple[Answer, FakeUpstream, int]:
    async with FakeUpstream(RECORD) as fake:
        fake.misbehave = misbehave
        upstream = Udp(parse(fake.url))
        try:
            return await ask(upstream), fake, upstream.refused_packets()
        finally:
            await upstream.stop()
            await upstream.stop()


def test_question_is_answered() -> None:
    answer, fake, wrong = asyncio.run(with_fake(None))
    assert [record.rdata for record in answer.records] == [ADDRESS]
    assert wrong == 0
    assert [each.transport for each in fake.asked] == ["udp"]


BAD = {
    "wrong id": fakes.wrong_id,
    "wrong question": fakes.wrong_question,
    "wrong type": fakes.wrong_type,
    "wrong case": fakes.wrong_case,
    "oversized": fakes.oversized,
    "garbage": fakes.garbage,
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_good_packet_after_a_bad_one_is_taken(bad: Misbehaviour) -> None:
    answer, fake, wrong = asyncio.run(with_fake(fakes.then_good(bad)))
    assert [record.rdata for record in answer.records] == [ADDRESS]
    assert wrong == 1
    assert [each.transport for each in fake.asked] == ["udp"]


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_only_bad_packets_lead_to_tcp(bad: Misbehaviour) -> None:
    answer, fake, wrong = asyncio.run(with_fake(bad))
    assert [record.rdata for record in answer.records] == [ADDRESS]
    assert wrong == 1
    assert [each.transport for each in fake.asked] == ["udp", "tcp"]


def test_flood_of_guesses_leads_to_tcp() -> None:
    answer, fake, wrong = asyncio.run(with_fake(fakes.then_good(fakes.burst)))
    assert [record.rdata for record in answer.records] == [ADDRESS]
    assert wrong == 16
    assert [each.transport for each in fake.asked] == ["udp", "tcp"]


def test_flood_over_both_ways_ends_in_upstream_fault() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            fake.misbehave = fake.misbehave_tcp = fakes.burst
            upstream = Udp(parse(fake.url))
            with pytest.raises(UpstreamFault):
                await ask(upstream, timeout=1)
            await upstream.stop()

    asyncio.run(run())


def test_packet_from_another_port_is_never_seen() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            fake.misbehave = fakes.from_elsewhere
            upstream = Udp(parse(fake.url))
            with pytest.raises(UpstreamFault, match="no answer"):
                await ask(upstream, timeout=0.2)
            assert upstream.refused_packets() == 0
            fake.misbehave = fakes.then_good(fakes.from_elsewhere)
            assert (await ask(upstream)).records
            await upstream.stop()

    asyncio.run(run())


def test_truncated_answer_is_asked_for_over_tcp() -> None:
    answer, fake, wrong = asyncio.run(with_fake(fakes.truncated))
    assert [record.rdata for record in answer.records] == [ADDRESS]
    assert wrong == 0
    assert [each.transport for each in fake.asked] == ["udp", "tcp"]


def test_each_query_has_its_own_port_id_and_letter_case() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            upstream = Udp(parse(fake.url))
            for _ in range(40):
                await ask(upstream)
            # 40 of 65536 ids: more than two equal pairs happen once in ten million runs.
            assert len({each.id for each in fake.asked}) >= 38
            assert len({each.peer[1] for each in fake.asked}) >= 36
            assert len({each.name for each in fake.asked}) >= 36
            assert set(fake.names()) == {"www.example.org"}
            await upstream.stop()

    asyncio.run(run())


def test_letter_case_can_be_left_alone() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            upstream = Udp(parse(fake.url), check_case=False)
            for _ in range(5):
                await ask(upstream)
            assert {each.name for each in fake.asked} == {"www.example.org"}
            await upstream.stop()

    asyncio.run(run())


def test_do_and_cd_are_passed_on() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            upstream = Udp(parse(fake.url))
            for dnssec_ok in (False, True):
                for cd in (False, True):
                    await ask(upstream, dnssec_ok=dnssec_ok, cd=cd)
            assert [(each.dnssec_ok, each.checking_disabled) for each in fake.asked] == [
                (False, False),
                (False, True),
                (True, False),
                (True, True),
            ]
            assert {each.edns.rclass for each in fake.asked if each.edns} == {1232}
            await upstream.stop()

    asyncio.run(run())


def test_refused_port_fails_at_once() -> None:
    async def run() -> float:
        upstream = Udp(parse(f"udp://127.0.0.1:{fakes.refusing_port()}"))
        begin = asyncio.get_running_loop().time()
        with pytest.raises(UpstreamFault, match="refused"):
            await ask(upstream)
        await upstream.stop()
        return asyncio.get_running_loop().time() - begin

    assert asyncio.run(run()) < 4  # not its deadline


def test_ipv6_works_the_same() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD, host="::1") as fake:
            upstream = Udp(parse(fake.url))
            assert (await ask(upstream)).records
            fake.misbehave = fakes.truncated
            assert (await ask(upstream)).records
            assert [each.transport for each in fake.asked] == ["udp", "udp", "tcp"]
            await upstream.stop()

    asyncio.run(run())


@given(st.data())
def test_no_mutation_of_a_reply_gets_more_than_a_refusal(data: st.DataObject) -> None:
    """Id, question and letter case are sent anew each time: only what lies behind them may differ."""
    ident, spelled = 0x1234, random_case(WWW.name, 0b1011_0110_1010)
    query = encode_query(spelled, 1, ident, dnssec_ok=False, checking_disabled=False)
    zone = fakes.Zone()
    zone.add(RECORD)
    good = bytearray(zone.reply(query).pack())
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    packet = bytes(good[: data.draw(st.integers(0, len(good)))])
    found = Udp(parse("udp://127.0.0.1"))._refusal(packet, ident, WWW, spelled)
    if not isinstance(found, str):
        assert packet[:2] == b"\x12\x34"
        assert packet[12 : 12 + len(spelled) + 4] == spelled + b"\0\1\0\1"


def test_random_case_touches_letters_only() -> None:
    name = from_text("a1-b_c.example.org")
    assert random_case(name, 0) == name
    assert random_case(name, (1 << 200) - 1) == name.upper()
    assert random_case(name, 0b10).lower() == name
    long = from_text("a" * 63 + ".b")  # 63 is '?', 64 would be '@': no length is a letter
    assert random_case(long, (1 << 200) - 1)[0] == 63
