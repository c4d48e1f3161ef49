"""What every kind of upstream is to the forwarder: one question in, one checked answer out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from gateway.dns.upstream.address import UpstreamAddress, is_address
from gateway.dns.wire import Answer, Question
from gateway.errors import UpstreamFault

LookUp = Callable[[str], Awaitable[Sequence[str]]]  # host name → addresses; raises UpstreamFault


class Upstream(Protocol):
    """One upstream server."""

    address: UpstreamAddress
    trusted: bool  # nobody on the way can have set its AD bit: loopback or TLS
    validates: bool  # its SERVFAIL is a verdict (DNSSEC), not a weakness that another upstream may cure
    patience: float  # seconds after which an answer no longer comes
    loses_packets: bool  # may a query or answer get lost, so that asking again helps?

    async def exchange(
        self, question: Question, *, dnssec_ok: bool, checking_disabled: bool, timeout: float
    ) -> Answer:
        """The answer whose id and question match. Raises UpstreamFault, after `timeout` seconds at last."""
        ...

    def refused_packets(self) -> int:
        """Answers so far that did not match what was asked."""
        ...

    async def stop(self) -> None:
        """Close all connections. Safe twice."""
        ...


class Host:
    """The addresses of an upstream's host; the one that failed goes to the end."""

    def __init__(self, host: str, look_up: LookUp | None) -> None:
        self._host = host
        self._look_up = look_up
        self._order: list[str] = [host] if is_address(host) else []
        self._literal = is_address(host)

    async def address(self) -> str:
        """The address to try next. Raises UpstreamFault."""
        if self._literal:
            return self._host
        if self._look_up is None:
            raise UpstreamFault(f"no way to look up {self._host}")
        found = await self._look_up(self._host)
        known = [address for address in self._order if address in found]
        self._order = known + [address for address in found if address not in known]
        return self._order[0]

    def failed(self, address: str) -> None:
        """`address` did not work."""
        if not self._literal and address in self._order:
            self._order.remove(address)
            self._order.append(address)


@asynccontextmanager
async def within(seconds: float, what: str) -> AsyncIterator[None]:
    """A deadline that ends in UpstreamFault."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise UpstreamFault(f"{what} within {seconds:.1f} s") from None
