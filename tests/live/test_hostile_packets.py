"""A million mutated packets: nothing breaks, nothing leaks, and whoever asks properly is served as ever."""

import asyncio
import random
import time
from collections.abc import Iterator

import pytest

from tests.fakes import attacker, live_box, queries, quick_upstream, steady
from tests.fakes.live_box import LiveBox

GOOD = {
    "tracking.miui.com": "0.0.0.0",  # blocked
    "www.example.org": quick_upstream.ADDRESS,  # soon in the cache
    "*.example.org": quick_upstream.ADDRESS,  # never seen before
}
MAX_GROWTH = 20  # MB of all roles together
SETTINGS = {
    "DNS__RATE_LIMIT": "0",  # so that each packet is looked at
    "DNS__CACHE_MB": "1",  # filled at once, so that it is no growth
}


@pytest.fixture(scope="module")
def box() -> Iterator[LiveBox]:
    with quick_upstream.answering() as url, live_box.started(url, SETTINGS) as box:
        yield box


@pytest.mark.parametrize(
    "count",
    [30_000, pytest.param(1_000_000, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])],
)
def test_mutated_packets_break_nothing_and_disturb_nobody(box: LiveBox, count: int) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # shown when it fails
    chance = random.Random(seed)
    mutation = queries.mutations(chance, queries.seeds())
    over_tcp = count // 10
    tcp = attacker.Tcp(box.port, chance, mutation)
    with attacker.udp(box.port) as udp:
        # First a part of it, which fills what is bounded: memo, cache, the keeper's tables of names.
        udp.send(mutation, count // 4)
        asyncio.run(tcp.attack(over_tcp // 4))
        pids, before, counted, sent_before = box.pids(), box.memory(), box.counts(), udp.sent
        with steady.phone(box.port, GOOD, every=0.002 if count < 100_000 else 0.005) as phone:
            udp.send(mutation, count - over_tcp)
            asyncio.run(tcp.attack(over_tcp))
            report = phone.report()
        sent = udp.sent - sent_before
    print(f"over UDP {udp.sent} sent, {dict(udp.answers)}, {udp.unanswered} sentinels lost")
    print(f"over TCP {tcp.sent} on {tcp.connections}, {tcp.closed} closed early, {tcp.answered} answered")
    print(f"good client: {report}")
    after, counts = box.memory(), box.counts()
    grown = {role: round(after[role] - before.get(role, 0), 1) for role in after}
    print(f"memory grew by {grown} MB; counts {dict(counts)}")
    report.complain()
    assert not box.faults()
    assert box.pids() == pids
    assert not udp.odd
    assert not udp.unanswered
    assert counts["packets"] - counted["packets"] >= sent
    assert not counts["failed"]
    assert sum(grown.values()) < MAX_GROWTH, grown
    _all_connections_end(box)


def _all_connections_end(box: LiveBox) -> None:
    deadline = time.monotonic() + 15
    while box.counts()["tcp_open"]:
        assert time.monotonic() < deadline, "connections stay open whose clients are gone"
