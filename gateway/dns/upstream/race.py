"""One question put to one upstream after another until one answers; the slower ones are left to finish.

They are not cancelled: a late answer still tells how fast its upstream is.
"""

import asyncio
from collections.abc import Callable, Coroutine

import msgspec

from gateway.dns import answers
from gateway.dns.upstream.address import without_password
from gateway.dns.upstream.choice import Choice, Member
from gateway.dns.wire import Answer, Question
from gateway.errors import UpstreamFault
from gateway.iana import NOERROR, NXDOMAIN, SERVFAIL, name_of, name_of_rcode
from gateway.names import to_text

DEADLINE = 4.0  # seconds for everything; phones ask again after 5
MIN_TRIES = 3  # for a single upstream: a lost packet is sent again twice
MAX_TRIES = 6
LONGEST_WAIT = 1.2  # seconds between tries at last

Outcome = Answer | UpstreamFault


class Tried(msgspec.Struct, frozen=True):
    """One upstream that was asked, and what it came to."""

    url: str
    ms: float
    said: str  # "NOERROR", or what went wrong
    answered: bool


Spawn = Callable[[Coroutine[None, None, Outcome], str], "asyncio.Task[Outcome]"]


class Race:
    """The tries of one question."""

    def __init__(
        self,
        choice: Choice,
        question: Question,
        *,
        dnssec_ok: bool,
        checking_disabled: bool,
        clock: Callable[[], float],
        spawn: Spawn,
        deadline: float = DEADLINE,
        told: list[Tried] | None = None,
    ) -> None:
        """`told`, where somebody wants to know, is added to by each try that ends."""
        self._told = told
        self._choice = choice
        self._question = question
        self._dnssec_ok = dnssec_ok
        self._checking_disabled = checking_disabled
        self._clock = clock
        self._spawn = spawn
        self._ends = clock() + deadline
        self._running: dict[asyncio.Task[Outcome], Member] = {}
        self._failed: Answer | None = None  # a SERVFAIL: given back when nobody knows better
        self._errors: list[str] = []

    async def run(self) -> Answer:
        """The first good answer. Raises UpstreamFault with what each upstream said."""
        now = self._clock()
        plan = self._choice.order(now)
        if not plan:
            raise UpstreamFault("no upstream", hint="name one in [dns] upstreams")
        patience = plan[0].health.patience
        # Where nothing gets lost, asking the same upstream again would only be more work for it.
        presses = len(plan) > 1 or plan[0].upstream.loses_packets
        limit = min(max(MIN_TRIES, len(plan)), MAX_TRIES)
        probe = self._choice.probe(now, plan[0])
        tries, wait, begun, next_at = 0, patience if presses else LONGEST_WAIT, now, now
        while (now := self._clock()) < self._ends:
            fresh = tries < len(plan)  # an upstream not tried yet need not be waited for
            if tries < limit and (now >= next_at or (fresh and not self._running)):
                self._start(plan[tries % len(plan)])
                tries += 1
                if probe is not None:
                    self._start(probe)
                    probe = None
                begun, next_at = now, now + wait
                wait = min(wait * 2, LONGEST_WAIT)
            if not self._running:
                if tries >= limit or self._failed is not None:
                    break
                next_at = min(next_at, begun + patience)  # all have failed: no answer can come meanwhile
            until = min(next_at, self._ends) if tries < limit else self._ends
            answer = await self._first(max(until - self._clock(), 0.0))
            if answer is not None:
                return answer
        if self._failed is not None:
            return self._failed
        raise UpstreamFault("; ".join(dict.fromkeys(self._errors)) or "no upstream answered in time")

    def _start(self, member: Member) -> None:
        task = self._spawn(self._try(member), f"ask {member.upstream.address.text}")
        self._running[task] = member

    async def _try(self, member: Member) -> Outcome:
        """One question to one upstream. What it comes to is booked even when nobody waits any more."""
        upstream, health = member
        started = self._clock()
        health.asked(started)
        try:
            answer = await upstream.exchange(
                self._question,
                dnssec_ok=self._dnssec_ok,
                checking_disabled=self._checking_disabled,
                timeout=max(min(upstream.patience, self._ends - started), 0.0),
            )
            answer = answers.clean(self._question, answer, dnssec_ok=self._dnssec_ok)
            if answer.rcode not in (NOERROR, NXDOMAIN, SERVFAIL):
                raise UpstreamFault(f"answered {name_of_rcode(answer.rcode)}")
        except UpstreamFault as fault:
            asked = f"{to_text(self._question.name)} {name_of(self._question.type)}"
            health.erred(self._clock(), f"{fault} ({asked})")
            self._tell(member, started, str(fault), answered=False)
            # To the asker too, as an extended error: who may use the box need not know what it pays for its upstream.
            return UpstreamFault(f"{without_password(upstream.address.text)}: {fault}")
        now = self._clock()
        health.answered(now - started, now)
        self._tell(member, started, name_of_rcode(answer.rcode), answered=True)
        return answer if upstream.trusted or not answer.ad else msgspec.structs.replace(answer, ad=False)

    def _tell(self, member: Member, started: float, said: str, *, answered: bool) -> None:
        if self._told is not None:
            ms = round((self._clock() - started) * 1000, 2)
            self._told.append(Tried(without_password(member.upstream.address.text), ms, said, answered))

    async def _first(self, seconds: float) -> Answer | None:
        """The good answer, when one comes within `seconds` or all that run end."""
        if not self._running:
            await asyncio.sleep(seconds)  # every upstream failed at once: the next try is due then
            return None
        done, _ = await asyncio.wait(self._running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            member = self._running.pop(task)
            outcome = task.result()
            if isinstance(outcome, UpstreamFault):
                self._errors.append(str(outcome))
            elif outcome.rcode == SERVFAIL and not member.upstream.validates:
                self._failed = outcome
            else:
                self._overtaken(member)
                return outcome
        return None

    def _overtaken(self, winner: Member) -> None:
        """Those asked before the winner that have not answered yet."""
        now = self._clock()
        for member in self._running.values():
            if member is winner:
                break
            member.health.overtaken(now)
