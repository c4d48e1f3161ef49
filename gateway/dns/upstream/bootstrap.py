"""Addresses of upstreams that are given by host name. Asks other upstreams, never the system's stub."""

import asyncio
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from gateway import names
from gateway.dns.cache import lifetime
from gateway.dns.upstream.forwarder import Forwarder
from gateway.dns.wire import Question
from gateway.errors import UpstreamFault
from gateway.iana import AAAA, A

MIN_TTL = 60  # seconds: one look-up serves a page's worth of connections
MAX_TTL = 86_400


class Bootstrap:
    """Looks host names up over upstreams that need no look-up themselves."""

    def __init__(self, forwarder: Forwarder, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._forwarder = forwarder
        self._clock = clock
        self._known: dict[str, tuple[tuple[str, ...], float]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def look_up(self, host: str) -> Sequence[str]:
        """Addresses of `host`, IPv4 first; old ones rather than none. Raises UpstreamFault."""
        async with self._locks.setdefault(host, asyncio.Lock()):  # hosts come from settings: few
            addresses, expires = self._known.get(host, ((), 0.0))
            if addresses and self._clock() < expires:
                return addresses
            try:
                found, ttl = await self._ask(host)
            except UpstreamFault as fault:
                if addresses:
                    self._known[host] = (addresses, self._clock() + MIN_TTL)
                    return addresses
                raise UpstreamFault(f"cannot look up {host}: {fault}") from None
            self._known[host] = (found, self._clock() + min(max(ttl, MIN_TTL), MAX_TTL))
            return found

    async def _ask(self, host: str) -> tuple[tuple[str, ...], int]:
        name = names.from_text(host)
        questions = [Question(name, name, each) for each in (A, AAAA)]
        results = await asyncio.gather(
            *(self._forwarder.ask(each, dnssec_ok=False, checking_disabled=False) for each in questions),
            return_exceptions=True,
        )
        found: list[str] = []
        ttl = MAX_TTL
        for question, result in zip(questions, results, strict=True):
            if isinstance(result, UpstreamFault):
                continue
            if isinstance(result, BaseException):
                raise result
            mine = [record for record in result.records if record.type == question.type]
            found += [str(ip_address(record.rdata)) for record in mine]
            if mine:
                ttl = min(ttl, lifetime(question, result))
        if not found:
            faults = [str(result) for result in results if isinstance(result, UpstreamFault)]
            raise UpstreamFault(faults[0] if faults else "it has no address")
        return tuple(found), ttl

    async def stop(self) -> None:
        """Safe twice."""
        await self._forwarder.stop()
