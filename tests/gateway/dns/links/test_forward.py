import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from gateway.dns import cache
from gateway.dns.cache import Cache
from gateway.dns.links import forward as room
from gateway.dns.links.forward import Forward
from gateway.dns.wire import Answer, Question
from gateway.errors import UpstreamFault
from gateway.iana import EDE_STALE, NOERROR
from gateway.names import from_text
from gateway.tasks import Tasks
from tests.fakes.values import question, record

QUESTION = question("www.example.org")
GOOD = Answer(NOERROR, (record("www.example.org 100 IN A 203.0.113.9"),))


class Upstreams:
    """Answers what it is told to, when it is told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.silent = asyncio.Event()  # set: answer at once
        self.silent.set()
        self.fails = False

    async def ask(self, _question: Question, **_flags: bool) -> Answer:
        self.asked += 1
        await self.silent.wait()
        if self.fails:
            raise UpstreamFault("no answer")
        return GOOD


class Clock:
    """Monotonic seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def made(upstreams: Upstreams, tasks: Tasks, clock: Clock) -> Forward:
    own = frozenset({from_text("lan")})
    return Forward(Cache(1 << 20), upstreams, tasks, own, clock)  # type: ignore[arg-type]  # has what is used of it


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_an_answer_is_asked_for_once_and_then_comes_from_the_cache() -> None:
    async def work() -> None:
        clock, upstreams, tasks = Clock(), Upstreams(), Tasks()
        link = made(upstreams, tasks, clock)
        assert link.cached(QUESTION, False, False) is None
        assert await link.resolve(QUESTION, False, False) == GOOD
        clock.now += 40
        aged = link.cached(QUESTION, False, False)
        assert aged is not None
        assert aged.answer.records[0].ttl == 60
        assert link.cached(QUESTION, True, False) is None  # DO is another question
        assert link.cached(QUESTION, False, True) is None  # and so is CD
        assert upstreams.asked == 1

    run(work())


def test_a_failure_is_answered_from_what_has_expired() -> None:
    async def work() -> None:
        clock, upstreams, tasks = Clock(), Upstreams(), Tasks()
        link = made(upstreams, tasks, clock)
        await link.resolve(QUESTION, False, False)
        clock.now += 200
        upstreams.fails = True
        stale = await link.resolve(QUESTION, False, False)
        assert [code for code, _ in stale.extended] == [EDE_STALE]
        assert stale.records[0].ttl == cache.STALE_TTL

    run(work())


def test_a_silent_upstream_is_not_waited_for_when_something_stale_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work() -> None:
        clock, upstreams, tasks = Clock(), Upstreams(), Tasks()
        monkeypatch.setattr(room, "CLIENT_WAIT", 0.01)
        link = made(upstreams, tasks, clock)
        await link.resolve(QUESTION, False, False)
        clock.now += 200
        upstreams.silent.clear()
        stale = await link.resolve(QUESTION, False, False)
        assert stale.extended
        upstreams.silent.set()  # the late answer still reaches the cache
        while len(tasks):
            await asyncio.sleep(0)
        fresh = link.cached(QUESTION, False, False)
        assert fresh is not None
        assert fresh.answer.records[0].ttl == 100

    run(work())


def test_without_anything_stale_a_failure_is_raised_and_remembered_briefly() -> None:
    async def work() -> None:
        clock, upstreams, tasks = Clock(), Upstreams(), Tasks()
        link = made(upstreams, tasks, clock)
        upstreams.fails = True
        with pytest.raises(UpstreamFault):
            await link.resolve(QUESTION, False, False)
        remembered = link.cached(QUESTION, False, False)
        assert remembered is not None
        assert "no answer" in remembered.answer.extended[0][1]
        clock.now += cache.FAILURE_TTL + 1
        assert link.cached(QUESTION, False, False) is None

    run(work())


def test_a_name_in_use_is_fetched_anew_before_it_expires() -> None:
    async def work() -> None:
        clock, upstreams, tasks = Clock(), Upstreams(), Tasks()
        link = made(upstreams, tasks, clock)
        await link.resolve(QUESTION, False, False)
        for _ in range(cache.PREFETCH_HITS):
            link.cached(QUESTION, False, False)
        clock.now += 95
        assert link.cached(QUESTION, False, False) is not None
        while len(tasks):
            await asyncio.sleep(0)
        assert (upstreams.asked, link.prefetched) == (2, 1)
        fresh = link.cached(QUESTION, False, False)
        assert fresh is not None
        assert fresh.answer.records[0].ttl == 100

    run(work())


def test_own_domains_are_told_by_label_borders() -> None:
    async def work() -> None:
        link = made(Upstreams(), Tasks(), Clock())
        assert link.is_own_domain(from_text("printer.lan"))
        assert link.is_own_domain(from_text("lan"))
        assert not link.is_own_domain(from_text("wlan"))

    run(work())


def test_what_replaced_upstreams_say_is_answered_and_not_kept() -> None:
    async def work() -> None:
        clock, old, new, tasks = Clock(), Upstreams(), Upstreams(), Tasks()
        link = made(old, tasks, clock)
        await link.resolve(QUESTION, False, False)
        for fails in (False, True):
            old.silent.clear()
            old.fails = fails
            link.use(old)  # type: ignore[arg-type]  # has what is used of it
            waiting = asyncio.create_task(link.resolve(QUESTION, False, False))
            await asyncio.sleep(0)
            link.use(new, frozenset({from_text("home")}))  # type: ignore[arg-type]  # as above
            old.silent.set()
            found = (await asyncio.gather(waiting, return_exceptions=True))[0]
            assert isinstance(found, UpstreamFault) is fails
            assert link.cached(QUESTION, False, False) is None
        assert link.turn == 4
        assert link.is_own_domain(from_text("printer.home"))
        assert not link.is_own_domain(from_text("printer.lan"))

    run(work())


def test_a_question_of_ours_goes_to_the_upstreams_and_into_the_cache() -> None:
    async def work() -> None:
        clock, upstreams = Clock(), Upstreams()
        link = made(upstreams, Tasks(), clock)
        assert link.peek(QUESTION) is None
        for _ in range(2):
            assert await link.ask(QUESTION, []) == GOOD
        assert upstreams.asked == 2
        clock.now += 40
        hit = link.peek(QUESTION)
        assert hit is not None
        assert hit.answer.records[0].ttl == 60

    run(work())
