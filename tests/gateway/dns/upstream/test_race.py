"""The tries of one question, with upstreams that do as told."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from gateway.dns.upstream.address import parse
from gateway.dns.upstream.choice import Choice, Member
from gateway.dns.upstream.health import Health
from gateway.dns.upstream.race import Outcome, Race, Tried
from gateway.dns.wire import Answer
from gateway.errors import UpstreamFault
from gateway.iana import NOERROR, SERVFAIL
from tests.fakes.told import Told
from tests.fakes.values import question, record

WWW = question("www.example.org")
GOOD = Answer(NOERROR, (record("www.example.org A 203.0.113.9"),))
OTHER = Answer(NOERROR, (record("www.example.org A 203.0.113.10"),))


def members(*upstreams: Told) -> list[Member]:
    return [Member(upstream, Health()) for upstream in upstreams]


def run(
    running: list[Member],
    *,
    deadline: float = 4.0,
    clock: Callable[[], float] | None = None,
    told: list[Tried] | None = None,
) -> Answer:
    async def main() -> Answer:
        tasks: list[asyncio.Task[Outcome]] = []

        def spawn(work: Coroutine[None, None, Outcome], name: str) -> asyncio.Task[Outcome]:
            tasks.append(asyncio.create_task(work, name=name))
            return tasks[-1]

        race = Race(
            Choice(None, running),
            WWW,
            dnssec_ok=False,
            checking_disabled=False,
            clock=clock or asyncio.get_running_loop().time,
            spawn=spawn,
            deadline=deadline,
            told=told,
        )
        try:
            return await race.run()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(main())


def measured(upstream: Told, latency: float) -> Member:
    health = Health()
    health.asked(1e9)  # so that it needs no probe
    health.answered(latency)
    return Member(upstream, health)


def test_first_answer_ends_it_and_nobody_else_is_asked() -> None:
    first, second = Told(GOOD), Told(OTHER)
    assert run([measured(first, 0.01), measured(second, 0.02)]) == GOOD
    assert (len(first.tries), len(second.tries)) == (1, 0)


def test_failure_goes_to_the_next_without_waiting() -> None:
    first, second = Told("broken"), Told(OTHER)
    assert run([measured(first, 0.01), measured(second, 0.02)], clock=lambda: 0.0) == OTHER


def test_silence_goes_to_the_next_after_its_patience_and_is_remembered() -> None:
    first, second = measured(Told(None), 0.01), measured(Told(OTHER), 0.02)
    for _ in range(3):
        assert run([first, second]) == OTHER
    assert first.health.state == "down"


def test_single_upstream_is_tried_again() -> None:
    upstream = Told("lost", GOOD)
    assert run([measured(upstream, 0.01)]) == GOOD
    assert len(upstream.tries) == 2


def test_single_upstream_that_loses_nothing_is_not_pressed() -> None:
    upstream = Told(None)
    upstream.loses_packets = False
    with pytest.raises(UpstreamFault, match="in time"):
        run([measured(upstream, 0.01)], deadline=0.6)
    assert len(upstream.tries) == 1


def test_servfail_waits_for_a_better_word() -> None:
    assert run([measured(Told(Answer(SERVFAIL)), 0.01), measured(Told(GOOD), 0.02)]) == GOOD
    assert run([measured(Told(Answer(SERVFAIL)), 0.01), measured(Told("broken"), 0.02)]).rcode == SERVFAIL
    only = Told(Answer(SERVFAIL))
    assert run([measured(only, 0.01)]).rcode == SERVFAIL
    assert len(only.tries) == 1


def test_every_failure_is_named_once() -> None:
    with pytest.raises(UpstreamFault) as caught:
        run([measured(Told("broken"), 0.01)])
    assert str(caught.value) == "udp://192.0.2.1: broken"


def test_no_answer_by_the_deadline_is_a_fault() -> None:
    with pytest.raises(UpstreamFault, match="in time"):
        run([measured(Told(None), 0.01)], deadline=0.1)


def test_no_upstream_at_all_is_a_fault() -> None:
    with pytest.raises(UpstreamFault, match="no upstream"):
        run([])


def test_unmeasured_upstream_is_asked_beside_the_first() -> None:
    first, second = Told(None), Told(OTHER)
    assert run(members(first, second), clock=lambda: 0.0) == OTHER


def test_answer_that_does_not_belong_is_a_failure_of_its_upstream() -> None:
    loop = Answer(NOERROR, (record("www.example.org CNAME www.example.org"),))
    bad = measured(Told(loop), 0.01)
    assert run([bad, measured(Told(GOOD), 0.02)]) == GOOD
    assert bad.health.last_error == "CNAME loop (www.example.org A)"


def test_each_try_is_told_to_who_wants_to_know_and_no_secret_with_it() -> None:
    told: list[Tried] = []
    bad = Told("refused")
    bad.address = parse("https://bad.example/?key=secret")
    assert run(members(bad, Told(GOOD)), told=told) == GOOD
    assert [(one.url, one.said, one.answered) for one in told] == [
        ("https://bad.example/?***", "refused", False),
        ("udp://192.0.2.1", "NOERROR", True),
    ]
    assert all(one.ms >= 0 for one in told)
    with pytest.raises(UpstreamFault) as caught:
        run(members(bad))
    assert str(caught.value) == "https://bad.example/?***: refused"
