"""The last link: the cache, and behind it the upstreams."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from gateway.dns.cache import CLIENT_WAIT, Cache, Hit
from gateway.dns.upstream.forwarder import Forwarder
from gateway.dns.upstream.race import Tried
from gateway.dns.wire import Answer, Question
from gateway.errors import UpstreamFault
from gateway.iana import EDE_NETWORK_ERROR, SERVFAIL
from gateway.names import Name, suffixes
from gateway.tasks import Tasks


class Forward:
    """Answers from the cache, else from the upstreams, else from what the cache still has."""

    def __init__(
        self,
        cache: Cache,
        upstreams: Forwarder,
        tasks: Tasks,
        own_domains: frozenset[Name] = frozenset(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`own_domains` have upstreams of their own."""
        self._clock = clock
        self._cache = cache
        self._upstreams = upstreams
        self._own_domains = own_domains
        self._tasks = tasks
        self.prefetched = 0
        self.turn = 0  # how often the upstreams have been replaced

    def use(self, upstreams: Forwarder, own_domains: frozenset[Name] | None = None) -> None:
        """Ask these from now on. What others said is forgotten: another network has other truths.

        What is under way goes on with those that were asked, and is answered, but not kept.
        """
        self._upstreams = upstreams
        if own_domains is not None:
            self._own_domains = own_domains
        self.turn += 1
        self._cache.clear()

    def is_own_domain(self, name: Name) -> bool:
        """Has the user given this name's domain upstreams of its own?"""
        return bool(self._own_domains) and any(parent in self._own_domains for parent in suffixes(name))

    def cached(self, question: Question, dnssec_ok: bool, checking_disabled: bool) -> Hit | None:
        """What can be said without asking anybody."""
        hit = self._cache.get(
            question, dnssec_ok=dnssec_ok, checking_disabled=checking_disabled, now=self._clock()
        )
        if hit is None:
            return None
        if hit.prefetch:
            self.prefetched += 1
            self._tasks.spawn("prefetch", self._refresh(question, dnssec_ok, checking_disabled))
        return hit

    def peek(self, question: Question) -> Hit | None:
        """What `cached` would say to a plain question, without counting it as one."""
        return self._cache.peek(question, now=self._clock())

    def peek_stale(self, question: Question) -> Answer | None:
        """What `resolve` would fall back on for a plain question, without counting it as one."""
        return self._cache.peek_stale(question, now=self._clock())

    async def ask(self, question: Question, told: list[Tried]) -> Answer:
        """Put a plain question to the upstreams now; `told` gets what each came to. Raises UpstreamFault."""
        return await self._ask(question, False, False, told)

    async def resolve(self, question: Question, dnssec_ok: bool, checking_disabled: bool) -> Answer:
        """Ask; after CLIENT_WAIT or a failure a stale answer serves (RFC 8767 §5). Raises UpstreamFault."""
        stale = self._stale(question, dnssec_ok, checking_disabled)
        if stale is None:
            return await self._ask(question, dnssec_ok, checking_disabled)
        # Goes on when the client is served from the cache: the next one gets the fresh answer.
        asking = asyncio.ensure_future(self._ask(question, dnssec_ok, checking_disabled))
        done, _ = await asyncio.wait([asking], timeout=CLIENT_WAIT)
        if done and not asking.exception():
            return asking.result()
        if not done:
            self._tasks.spawn("late answer", _quietly(asking))
        return stale.answer

    def _stale(self, question: Question, dnssec_ok: bool, checking_disabled: bool) -> Hit | None:
        return self._cache.stale(
            question, dnssec_ok=dnssec_ok, checking_disabled=checking_disabled, now=self._clock()
        )

    async def _ask(
        self,
        question: Question,
        dnssec_ok: bool,
        checking_disabled: bool,
        told: list[Tried] | None = None,
    ) -> Answer:
        turn = self.turn
        try:
            answer = await self._upstreams.ask(
                question, dnssec_ok=dnssec_ok, checking_disabled=checking_disabled, told=told
            )
        except UpstreamFault as error:
            if turn == self.turn:
                failed = Answer(SERVFAIL, extended=((EDE_NETWORK_ERROR, str(error)),))
                self._keep(question, failed, dnssec_ok, checking_disabled)
            raise
        if turn == self.turn:  # else it is what others said, of another network perhaps
            self._keep(question, answer, dnssec_ok, checking_disabled)
        return answer

    def _keep(self, question: Question, answer: Answer, dnssec_ok: bool, checking_disabled: bool) -> None:
        self._cache.put(
            question,
            answer,
            dnssec_ok=dnssec_ok,
            checking_disabled=checking_disabled,
            now=self._clock(),
        )

    async def _refresh(self, question: Question, dnssec_ok: bool, checking_disabled: bool) -> None:
        await _quietly(self._ask(question, dnssec_ok, checking_disabled))


async def _quietly(asking: Awaitable[Answer]) -> None:
    """Wait for an answer that only the cache waits for; a failure is in the upstream's own count."""
    with contextlib.suppress(UpstreamFault):
        await asking
