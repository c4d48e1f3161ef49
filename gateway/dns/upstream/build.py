"""Settings → a ready Forwarder. Opens nothing yet: each upstream connects when it is first asked."""

import ssl
import time
from collections.abc import Callable, Iterable, Sequence

from gateway import names
from gateway.dns.upstream import system
from gateway.dns.upstream.address import RECURSIVE, UpstreamAddress, parse, without_password
from gateway.dns.upstream.bootstrap import Bootstrap
from gateway.dns.upstream.exchange import Host, LookUp, Upstream
from gateway.dns.upstream.forwarder import Forwarder
from gateway.dns.upstream.plain import Udp
from gateway.dns.upstream.race import Tried
from gateway.dns.upstream.stream import Stream
from gateway.dns.wire import Question
from gateway.errors import SettingsError, UpstreamFault
from gateway.iana import SERVFAIL, A, name_of_rcode
from gateway.names import Name, NameFault
from gateway.settings import Dns


def check(settings: Dns) -> None:
    """Raises SettingsError for the first upstream or domain that cannot be."""
    _check_all("dns.upstreams", settings.upstreams)
    for domain, urls in settings.domains.items():
        _domain(domain)
        _check_all("dns.domains", urls)
        if not urls:
            raise SettingsError(f"dns.domains: {domain!r} has no upstream")


def _check_all(key: str, urls: Iterable[str]) -> None:
    """Raises SettingsError, its message beginning with the setting's key."""
    for url in urls:
        try:
            parse(url)
        except SettingsError as error:
            raise SettingsError(f"{key}: {error}", hint=error.hint) from None


def _domain(text: str) -> Name:
    try:
        return names.from_text(text)
    except NameFault as fault:
        raise SettingsError(f"dns.domains: {text!r}: {fault}") from None


def _ms(begun: float) -> float:
    return round((time.monotonic() - begun) * 1000, 1)


class Upstreams:
    """The forwarder and what stands behind it."""

    def __init__(
        self,
        settings: Dns,
        *,
        own: Iterable[tuple[str, int]] = (),
        recursive_port: int = 0,
        context: ssl.SSLContext | None = None,
        system_urls: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        """`own`: where we listen; `context`: trust other than the system's. Raises SettingsError."""
        check(settings)
        self._settings = settings
        self._recursive_port = recursive_port
        self._context = context
        self._system_urls = system_urls or (lambda: system.upstream_urls(own))
        self._built: dict[str, Upstream] = {}
        self._bootstrap: Bootstrap | None = None
        # Shown by `up` and `status`: who answers when nobody was named.
        self.from_system = not settings.upstreams
        self.urls = tuple(settings.upstreams or self._system_urls())
        self.forwarder = Forwarder(
            [self._upstream(url) for url in self.urls],
            {_domain(key): [self._upstream(url) for url in urls] for key, urls in settings.domains.items()},
        )

    def _upstream(self, text: str) -> Upstream:
        if text not in self._built:
            self._built[text] = self._make(parse(text), self._look_up)
        return self._built[text]

    def _make(self, address: UpstreamAddress, look_up: LookUp | None) -> Upstream:
        check_case, size = self._settings.check_case, self._settings.edns_size
        if address.scheme == "recursive":
            if not self._recursive_port:
                raise SettingsError('upstream "recursive": unbound does not run')
            local = UpstreamAddress(RECURSIVE, "udp", "127.0.0.1", self._recursive_port)
            return Udp(local, udp_size=size, validates=True)
        if address.scheme == "udp":
            return Udp(address, look_up=look_up, check_case=check_case, udp_size=size)
        host = Host(address.host, look_up)
        if address.scheme == "https":
            from gateway.dns.upstream.https import Https  # httpx costs 5 MB

            return Https(address, host, context=self._context)
        return Stream(address, host, context=self._context)

    async def _look_up(self, host: str) -> Sequence[str]:
        if self._bootstrap is None:
            literal = [each for each in map(parse, self.urls) if each.is_literal]
            if not literal:
                literal = [each for each in map(parse, self._system_urls()) if each.is_literal]
            # Upstreams of its own: a look-up must never wait for what waits for it.
            self._bootstrap = Bootstrap(Forwarder([self._make(each, None) for each in literal]))
        return await self._bootstrap.look_up(host)

    async def try_one(self, url: str, name: Name) -> Tried:
        """Put one real question to this upstream alone. Raises KeyError where it is none of them."""
        told: list[Tried] = []
        begun = time.monotonic()
        try:
            answer = await Forwarder([self._built[url]]).ask(
                Question(name, name, A), dnssec_ok=False, checking_disabled=False, told=told
            )
        except UpstreamFault as fault:
            said = "; ".join(dict.fromkeys(one.said for one in told)) or str(fault)
            return Tried(without_password(url), _ms(begun), said, answered=False)
        good = answer.rcode != SERVFAIL
        said = name_of_rcode(answer.rcode)
        return Tried(without_password(url), _ms(begun), said if good else f"answered {said}", answered=good)

    async def finish(self) -> None:
        """Close everything once whoever waits for an answer has it; within the deadline of a question."""
        try:
            await self.forwarder.finish()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Close everything. Safe twice."""
        await self.forwarder.stop()
        if self._bootstrap is not None:
            await self._bootstrap.stop()
