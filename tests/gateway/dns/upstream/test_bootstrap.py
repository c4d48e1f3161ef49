"""Host names of upstreams."""

import asyncio

import pytest

from gateway.dns.upstream.address import parse
from gateway.dns.upstream.bootstrap import MIN_TTL, Bootstrap
from gateway.dns.upstream.forwarder import Forwarder
from gateway.dns.upstream.plain import Udp
from gateway.errors import UpstreamFault
from tests.fakes.upstream import FakeUpstream


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_both_families_are_found_once_and_kept_for_their_time() -> None:
    async def run() -> None:
        lines = ["dns.example 300 IN A 192.0.2.1", "dns.example 600 IN AAAA 2001:db8::1"]
        async with FakeUpstream(*lines) as fake:
            clock = Clock()
            bootstrap = Bootstrap(Forwarder([Udp(parse(fake.url))]), clock=clock)
            both = await asyncio.gather(*(bootstrap.look_up("dns.example") for _ in range(3)))
            assert both == [("192.0.2.1", "2001:db8::1")] * 3
            assert len(fake.asked) == 2
            clock.now = 299
            await bootstrap.look_up("dns.example")
            assert len(fake.asked) == 2
            clock.now = 301
            await bootstrap.look_up("dns.example")
            assert len(fake.asked) == 4
            await bootstrap.stop()
            await bootstrap.stop()

    asyncio.run(run())


def test_old_addresses_are_better_than_none() -> None:
    async def run() -> None:
        async with FakeUpstream("dns.example 60 IN A 192.0.2.1") as fake:
            clock = Clock()
            bootstrap = Bootstrap(Forwarder([Udp(parse(fake.url))], deadline=0.3), clock=clock)
            await bootstrap.look_up("dns.example")
            await fake.stop()
            clock.now = 1000
            assert await bootstrap.look_up("dns.example") == ("192.0.2.1",)
            asked = len(fake.asked)
            clock.now = 1000 + MIN_TTL / 2
            await bootstrap.look_up("dns.example")
            assert len(fake.asked) == asked
            await bootstrap.stop()

    asyncio.run(run())


def test_unknown_host_is_a_fault_that_names_it() -> None:
    async def run() -> None:
        async with FakeUpstream() as fake:
            bootstrap = Bootstrap(Forwarder([Udp(parse(fake.url))]))
            with pytest.raises(UpstreamFault, match=r"cannot look up gone\.example: it has no address"):
                await bootstrap.look_up("gone.example")
            await bootstrap.stop()

    asyncio.run(run())
