"""Addresses of a host, and the deadline that ends in a fault."""

import asyncio

import pytest

from gateway.dns.upstream.exchange import Host, within
from gateway.errors import UpstreamFault


def test_literal_host_is_its_address() -> None:
    host = Host("192.0.2.1", None)
    host.failed("192.0.2.1")
    assert asyncio.run(host.address()) == "192.0.2.1"


def test_failed_address_goes_to_the_end_and_a_vanished_one_away() -> None:
    found = ["192.0.2.1", "192.0.2.2"]

    async def look_up(_: str) -> list[str]:
        return found

    async def run() -> None:
        host = Host("dns.example", look_up)
        assert await host.address() == "192.0.2.1"
        host.failed("192.0.2.1")
        assert await host.address() == "192.0.2.2"
        host.failed("192.0.2.2")
        assert await host.address() == "192.0.2.1"
        found[:] = ["192.0.2.3"]
        assert await host.address() == "192.0.2.3"

    asyncio.run(run())


def test_name_without_a_way_to_look_it_up_is_a_fault() -> None:
    with pytest.raises(UpstreamFault, match=r"dns\.example"):
        asyncio.run(Host("dns.example", None).address())


def test_deadline_is_a_fault_that_says_what_was_awaited() -> None:
    async def run() -> None:
        async with within(0.01, "no answer"):
            await asyncio.Event().wait()

    with pytest.raises(UpstreamFault, match=r"no answer within 0\.0 s"):
        asyncio.run(run())
