"""Questions to upstreams: routed by domain, equal ones asked once, raced, bounded, counted."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence

from gateway.dns.upstream.choice import Choice, Member, Routes
from gateway.dns.upstream.exchange import Upstream
from gateway.dns.upstream.health import Health, UpstreamStatus
from gateway.dns.upstream.race import DEADLINE, Outcome, Race, Tried
from gateway.dns.wire import Answer, Question
from gateway.errors import UpstreamFault
from gateway.names import Name, to_text

MAX_IN_FLIGHT = 500  # different questions under way; each may hold a few sockets
MAX_TASKS = 4 * MAX_IN_FLIGHT

_log = logging.getLogger(__name__)
_Key = tuple[Name, int, int, bool, bool, Name | None]


class Forwarder:
    """Asks the upstreams of a question's domain."""

    def __init__(
        self,
        upstreams: Sequence[Upstream],
        domains: Mapping[Name, Sequence[Upstream]] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        deadline: float = DEADLINE,
    ) -> None:
        members: dict[int, Member] = {}  # an upstream in two places has one health

        def member(upstream: Upstream) -> Member:
            return members.setdefault(id(upstream), Member(upstream, Health()))

        self._routes = Routes(
            Choice(None, [member(each) for each in upstreams]),
            {name: Choice(name, [member(each) for each in own]) for name, own in (domains or {}).items()},
        )
        self._members = members
        self._clock = clock
        self._deadline = deadline
        self._in_flight: dict[_Key, asyncio.Task[Outcome]] = {}
        self._tasks: set[asyncio.Task[Outcome]] = set()
        self._stopped = False
        self.asked = 0
        self.coalesced = 0  # questions that shared another's answer
        self.dropped = 0  # questions refused because too many were under way

    async def ask(
        self,
        question: Question,
        *,
        dnssec_ok: bool,
        checking_disabled: bool,
        told: list[Tried] | None = None,
    ) -> Answer:
        """What the upstreams say, cleaned, within the deadline. Raises UpstreamFault.

        The asker may give up: others who wait for the same answer get it all the same. `told` is added to by each
        try that ends, but not where the same question was under way already.
        """
        choice = self._routes.choose(question.name)
        key = (question.name, question.type, question.klass, dnssec_ok, checking_disabled, choice.domain)
        task = self._in_flight.get(key)
        if task is None:
            if self._stopped:
                raise UpstreamFault("stopped")
            if len(self._in_flight) >= MAX_IN_FLIGHT or len(self._tasks) >= MAX_TASKS:
                self.dropped += 1
                raise UpstreamFault("too many questions under way")
            self.asked += 1
            race = Race(
                choice,
                question,
                dnssec_ok=dnssec_ok,
                checking_disabled=checking_disabled,
                clock=self._clock,
                spawn=self._spawn,
                deadline=self._deadline,
                told=told,
            )
            task = self._spawn(_outcome(race), f"question {to_text(question.name)}")
            self._in_flight[key] = task
            task.add_done_callback(lambda _: self._in_flight.pop(key, None))
        else:
            self.coalesced += 1
        try:
            outcome = await asyncio.shield(task)
        except asyncio.CancelledError:
            if self._stopped and task.cancelled():
                raise UpstreamFault("stopped") from None
            raise
        if isinstance(outcome, UpstreamFault):
            raise UpstreamFault(str(outcome), hint=outcome.hint)
        return outcome

    def _spawn(self, work: Coroutine[None, None, Outcome], name: str) -> "asyncio.Task[Outcome]":
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Outcome]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s failed", task.get_name(), exc_info=error)

    def status(self) -> list[UpstreamStatus]:
        """Each upstream, in the order of the settings; one with several domains once for each."""
        began = time.time() - self._clock()  # Unix seconds at the clock's nought
        return [
            UpstreamStatus(
                url=member.upstream.address.text,
                domain="" if choice.domain is None else to_text(choice.domain),
                state=member.health.state,
                sent=member.health.sent,
                failed=member.health.failed,
                wrong=member.upstream.refused_packets(),
                latency_ms=member.health.latency_ms,
                last_error=member.health.last_error,
                last_asked=_unix(began + member.health.sent_at),
                last_ok=_unix(began + member.health.answered_at),
            )
            for choice in (self._routes.default, *self._routes.domains.values())
            for member in choice.members
        ]

    @property
    def domains(self) -> frozenset[Name]:
        """Domains with upstreams of their own: these may answer with private addresses."""
        return frozenset(self._routes.domains)

    async def finish(self) -> None:
        """Wait until whoever was promised an answer has it or the deadline is over, then stop."""
        waiting = list(self._in_flight.values())
        try:
            if waiting:
                await asyncio.wait(waiting, timeout=self._deadline)
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Whoever still waits hears UpstreamFault. Safe twice."""
        self._stopped = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for member in self._members.values():
            await member.upstream.stop()


def _unix(moment: float) -> int:
    return int(moment) if math.isfinite(moment) else 0


async def _outcome(race: Race) -> Outcome:
    """Faults as values: a task that nobody waits for any more must not complain of an unread exception."""
    try:
        return await race.run()
    except UpstreamFault as fault:
        return fault
