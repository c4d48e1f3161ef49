"""Several upstreams at once: failover, coalescing, routes, bounds."""

import asyncio
import time
from collections.abc import Mapping, Sequence

import pytest

from gateway.dns.upstream import forwarder as room
from gateway.dns.upstream.address import parse
from gateway.dns.upstream.exchange import Upstream
from gateway.dns.upstream.forwarder import Forwarder
from gateway.dns.upstream.plain import Udp
from gateway.dns.wire import Answer, Question
from gateway.errors import UpstreamFault
from gateway.iana import NOERROR, NXDOMAIN, SERVFAIL
from gateway.names import Name, from_text
from tests.fakes import upstream as fakes
from tests.fakes.upstream import FakeUpstream
from tests.fakes.values import question

LINES = ["www.example.org 300 IN A 203.0.113.9", "b.example.org 300 IN A 203.0.113.10"]
WWW = question("www.example.org")


async def ask(forwarder: Forwarder, asked: Question = WWW, *, do: bool = False, cd: bool = False) -> Answer:
    return await forwarder.ask(asked, dnssec_ok=do, checking_disabled=cd)


def udp(fake: FakeUpstream) -> Udp:
    return Udp(parse(fake.url))


class Forwarding:
    """A forwarder, stopped twice at the end."""

    def __init__(
        self,
        upstreams: Sequence[Upstream],
        domains: Mapping[Name, Sequence[Upstream]] | None = None,
        deadline: float = 4.0,
    ) -> None:
        self.forwarder = Forwarder(upstreams, domains, deadline=deadline)

    async def __aenter__(self) -> Forwarder:
        return self.forwarder

    async def __aexit__(self, *_: object) -> None:
        await self.forwarder.stop()
        await self.forwarder.stop()


def test_equal_questions_under_way_are_asked_once() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake, Forwarding([udp(fake)]) as forwarder:
            free = asyncio.Event()
            fake.gate = lambda _: free.wait()  # type: ignore[assignment,return-value]  # True is as good as None
            waiting = [asyncio.create_task(ask(forwarder)) for _ in range(50)]
            while not fake.asked:
                await asyncio.sleep(0)
            waiting[0].cancel()  # one who gives up takes nothing from the others
            free.set()
            answers = await asyncio.gather(*waiting, return_exceptions=True)
            assert isinstance(answers[0], asyncio.CancelledError)
            assert all(isinstance(each, Answer) and each.records for each in answers[1:])
            assert len(fake.asked) == 1
            assert (forwarder.asked, forwarder.coalesced) == (1, 49)
            await ask(forwarder)
            assert len(fake.asked) == 2  # the cache is another room

    asyncio.run(run())


def test_questions_with_other_flags_or_types_are_not_mixed() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake, Forwarding([udp(fake)]) as forwarder:
            await asyncio.gather(
                ask(forwarder),
                ask(forwarder, do=True),
                ask(forwarder, cd=True),
                ask(forwarder, question("www.example.org", "AAAA")),
            )
            assert len(fake.asked) == 4

    asyncio.run(run())


def test_dead_upstream_is_left_for_a_living_one_within_a_second() -> None:
    async def run() -> None:
        async with (
            FakeUpstream(*LINES) as dead,
            FakeUpstream(*LINES) as alive,
            Forwarding([udp(dead), udp(alive)]) as forwarder,
        ):
            alive.gate = lambda _: asyncio.sleep(0.05)  # slower, so that the other one is the chosen
            await ask(forwarder)
            await both_measured(forwarder)
            dead.misbehave = fakes.silent
            loop = asyncio.get_running_loop()
            for _ in range(3):
                begin = loop.time()
                assert (await ask(forwarder)).records
                assert loop.time() - begin < 1  # the bar; at most 0.4 s and the answer by design
            assert [each.state for each in forwarder.status()] == ["down", "up"]
            dead.asked.clear()
            await asyncio.gather(*(ask(forwarder, question(f"n{n}.example.org")) for n in range(20)))
            assert len(dead.asked) <= 1  # a probe

    asyncio.run(run())


async def both_measured(forwarder: Forwarder) -> None:
    async with asyncio.timeout(10):
        while not all(each.latency_ms for each in forwarder.status()):
            await asyncio.sleep(0.005)


def test_upstream_that_came_back_is_found_again() -> None:
    async def run() -> None:
        port = fakes.refusing_port()
        gone = FakeUpstream(*LINES)
        gone.port = port
        async with (
            FakeUpstream(*LINES) as alive,
            Forwarding([Udp(parse(f"udp://127.0.0.1:{port}")), udp(alive)]) as forwarder,
        ):
            for _ in range(3):
                await ask(forwarder)
            state = forwarder.status()[0]
            assert (state.state, state.failed > 0, "refused" in state.last_error) == ("down", True, True)
            await gone.start()
            async with asyncio.timeout(10):
                while forwarder.status()[0].state == "down":
                    await ask(forwarder)
            await gone.stop()
            assert forwarder.status()[0].latency_ms > 0

    asyncio.run(run())


def test_single_upstream_is_asked_again_when_a_packet_is_lost() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake:
            upstream = udp(fake)
            upstream.loses_packets = True  # as if it were not on loopback
            forwarder = Forwarder([upstream])
            fake.misbehave = lambda good, _: [good] if len(fake.asked) > 1 else []
            assert (await ask(forwarder)).records
            assert len(fake.asked) == 2
            assert fake.asked[0].peer != fake.asked[1].peer
            await forwarder.stop()

    asyncio.run(run())


def test_all_silent_ends_at_the_deadline_with_a_fault() -> None:
    async def run() -> None:
        async with FakeUpstream() as fake, Forwarding([udp(fake)], deadline=0.5) as forwarder:
            fake.misbehave = fakes.silent
            loop = asyncio.get_running_loop()
            begin = loop.time()
            with pytest.raises(UpstreamFault):
                await ask(forwarder)
            assert 0.4 < loop.time() - begin < 2

    asyncio.run(run())


def test_all_refusing_fail_early_and_are_named() -> None:
    async def run() -> None:
        urls = [f"udp://127.0.0.1:{fakes.refusing_port()}" for _ in range(2)]
        async with Forwarding([Udp(parse(url)) for url in urls]) as forwarder:
            with pytest.raises(UpstreamFault, match="refused") as caught:
                await ask(forwarder)
            assert all(url in str(caught.value) for url in urls)

    asyncio.run(run())


def test_servfail_of_one_is_cured_by_another_and_of_all_is_the_answer() -> None:
    async def run() -> None:
        async with (
            FakeUpstream(*LINES) as ill,
            FakeUpstream(*LINES) as well,
            Forwarding([udp(ill), udp(well)]) as forwarder,
        ):
            ill.zone.rcodes["www.example.org"] = SERVFAIL
            assert (await ask(forwarder)).rcode == NOERROR
            well.zone.rcodes["www.example.org"] = SERVFAIL
            assert (await ask(forwarder)).rcode == SERVFAIL

    asyncio.run(run())


def test_servfail_of_a_validating_resolver_is_final() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as ours, FakeUpstream(*LINES) as other:
            ours.zone.rcodes["www.example.org"] = SERVFAIL
            first = Udp(parse(ours.url), validates=True)
            async with Forwarding([first, udp(other)]) as forwarder:
                other.gate = lambda _: asyncio.Event().wait()  # type: ignore[assignment,return-value]  # never answers
                assert (await ask(forwarder)).rcode == SERVFAIL

    asyncio.run(run())


@pytest.mark.parametrize("rcode", [1, 4, 5])
def test_upstream_that_refuses_is_passed_over(rcode: int) -> None:
    async def run() -> None:
        async with (
            FakeUpstream(*LINES) as bad,
            FakeUpstream(*LINES) as good,
            Forwarding([udp(bad), udp(good)]) as forwarder,
        ):
            bad.zone.rcodes["www.example.org"] = rcode
            assert (await ask(forwarder)).records
            good.zone.rcodes["www.example.org"] = rcode
            with pytest.raises(UpstreamFault, match="answered"):
                await ask(forwarder)

    asyncio.run(run())


def test_looping_chain_of_one_upstream_is_passed_over() -> None:
    async def run() -> None:
        loop = ["www.example.org 300 IN CNAME a.example.org", "a.example.org 300 IN CNAME www.example.org"]
        async with (
            FakeUpstream(*loop) as bad,
            FakeUpstream(*LINES) as good,
            Forwarding([udp(bad), udp(good)]) as forwarder,
        ):
            assert (await ask(forwarder)).records[0].rdata == bytes((203, 0, 113, 9))
            assert "CNAME loop" in forwarder.status()[0].last_error

    asyncio.run(run())


def test_domain_has_its_own_upstreams_and_no_others() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as outside, FakeUpstream("nas.lan 60 IN A 192.168.1.5") as router:
            domains = {from_text("lan"): [udp(router)]}
            async with Forwarding([udp(outside)], domains) as forwarder:
                assert (await ask(forwarder, question("nas.lan"))).records
                assert (await ask(forwarder, question("gone.lan"))).rcode == NXDOMAIN
                assert (await ask(forwarder)).records
                assert outside.names() == ["www.example.org"]
                assert router.names() == ["nas.lan", "gone.lan"]
                assert [each.domain for each in forwarder.status()] == ["", "lan"]
                assert forwarder.domains == {from_text("lan")}

    asyncio.run(run())


def test_ad_bit_passes_only_where_nobody_can_forge_it() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake:
            fake.zone.authentic = True
            near, far = udp(fake), udp(fake)
            far.trusted = False
            async with Forwarding([near]) as forwarder:
                assert (await ask(forwarder)).ad
            async with Forwarding([far]) as forwarder:
                assert not (await ask(forwarder)).ad

    asyncio.run(run())


def test_questions_beyond_the_bound_are_refused_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_IN_FLIGHT", 5)

    async def run() -> None:
        async with FakeUpstream() as fake, Forwarding([udp(fake)], deadline=0.3) as forwarder:
            fake.misbehave = fakes.silent
            results = await asyncio.gather(
                *(ask(forwarder, question(f"n{n}.example.org")) for n in range(8)), return_exceptions=True
            )
            assert all(isinstance(each, UpstreamFault) for each in results)
            assert sum("too many" in str(each) for each in results) == 3
            assert forwarder.dropped == 3
            fake.misbehave = None
            assert (await ask(forwarder)).rcode == NXDOMAIN

    asyncio.run(run())


def test_stopping_ends_every_wait() -> None:
    async def run() -> None:
        async with FakeUpstream() as fake:
            fake.misbehave = fakes.silent
            async with Forwarding([udp(fake)]) as forwarder:
                waiting = [asyncio.create_task(ask(forwarder)) for _ in range(3)]
                while not fake.asked:
                    await asyncio.sleep(0)
                await forwarder.stop()
                results = await asyncio.gather(*waiting, return_exceptions=True)
                assert [type(each) for each in results] == [UpstreamFault] * 3
                with pytest.raises(UpstreamFault, match="stopped"):
                    await ask(forwarder)

    asyncio.run(run())


def test_faster_upstream_becomes_the_chosen_one() -> None:
    async def run() -> None:
        async with (
            FakeUpstream(*LINES) as slow,
            FakeUpstream(*LINES) as fast,
            Forwarding([udp(slow), udp(fast)]) as forwarder,
        ):
            slow.gate = lambda _: asyncio.sleep(0.2)
            await ask(forwarder)  # the second is probed beside the first
            await both_measured(forwarder)
            slow.asked.clear()
            fast.asked.clear()
            for _ in range(10):
                await ask(forwarder)
            assert len(fast.asked) == 10
            assert len(slow.asked) <= 2  # none, unless this machine is very busy

    asyncio.run(run())


def test_finishing_lets_those_who_wait_have_their_answer_within_the_deadline() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake:
            for silent in (False, True):
                async with Forwarding([udp(fake)], deadline=0.5) as forwarder:
                    fake.asked.clear()
                    fake.misbehave = fakes.silent if silent else None
                    waiting = asyncio.create_task(ask(forwarder))
                    while not fake.asked:
                        await asyncio.sleep(0)
                    await forwarder.finish()
                    (found,) = await asyncio.gather(waiting, return_exceptions=True)
                    assert isinstance(found, UpstreamFault if silent else Answer)

    asyncio.run(run())


def test_status_knows_when_each_was_asked_and_when_it_answered() -> None:
    async def run() -> None:
        async with FakeUpstream(*LINES) as fake, Forwarding([udp(fake)]) as forwarder:
            (before,) = forwarder.status()
            assert (before.last_asked, before.last_ok) == (0, 0)
            begun = int(time.time())
            await ask(forwarder)
            (after,) = forwarder.status()
            assert begun - 1 <= after.last_asked <= after.last_ok <= time.time()

    asyncio.run(run())
