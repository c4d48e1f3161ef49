"""What of its settings a worker changes while it serves: whom it asks, and how it answers. No query is lost by it.

The truth is in the file (gateway/chosen.py). Whoever has changed it says so; who was not told looks by itself.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import msgspec

from gateway import chosen
from gateway.chosen import Chosen
from gateway.data import Data
from gateway.dns import resolver
from gateway.dns.cache import Cache
from gateway.dns.links.forward import Forward
from gateway.dns.upstream import system
from gateway.dns.upstream.address import without_password
from gateway.dns.upstream.build import Upstreams
from gateway.dns.upstream.race import Tried
from gateway.errors import HushgateError, SettingsError, UsageError
from gateway.names import Name, from_text
from gateway.settings import Dns, Settings, endpoint
from gateway.tasks import Tasks

FOLLOW_EVERY = 5.0  # seconds: has the system got other resolvers, has the file changed?
MAX_ASKED = 100  # upstreams that one request has tried
_OF_UPSTREAMS = ("upstreams", "domains", "check_case")  # what these are built from
_HARMLESS = "example.org"  # asked of an upstream to see whether it answers: says nothing about the house

_log = logging.getLogger(__name__)


class Network:
    """Upstreams, the link that asks them, and the settings that both go by."""

    def __init__(
        self, data: Data, settings: Settings, cache: Cache, tasks: Tasks, changed: Callable[[Dns], None]
    ) -> None:
        """`changed` is told of new settings once they are in force here. Raises SettingsError."""
        self._data = data
        self._cache = cache
        self._tasks = tasks
        self._changed = changed
        self._seen = self._look()
        self._serial = -1  # none that a file can have
        try:
            found = chosen.read(data.chosen)
            settings = chosen.over(settings, found)
            self._serial = found.serial
        except SettingsError as error:  # the last good ones came with our start
            _log.error("what the panel has set cannot be read: %s (%s)", error, error.hint)
        self._settings = settings
        self._cache.serve_stale = settings.dns.serve_stale
        self._listen = [endpoint(text, "dns.listen") for text in settings.dns.listen]
        self._recursive_port = resolver.port(data) if resolver.wanted(settings) else 0
        self._prepared: tuple[Dns, Upstreams] | None = None
        self._changing = asyncio.Lock()
        self.upstreams = self._make(settings.dns)
        self.forward = Forward(cache, self.upstreams.forwarder, tasks, _domains(settings.dns))

    @property
    def dns(self) -> Dns:
        """In force here."""
        return self._settings.dns

    async def check(self, request: dict[str, Any]) -> dict[str, Any]:
        """Could these `values` be taken up? `ask`: pairs of upstream and domain, which are asked a question each.

        Raises SettingsError. Nothing changes; what was built for it is kept for the moment when it does.
        """
        wanted = chosen.over(self._settings, Chosen(values=request.get("values", {}))).dns
        upstreams = await asyncio.to_thread(self._make, wanted)  # certificates take 20 ms, httpx 100
        async with self._changing:
            await self._forget_prepared()
            self._prepared = wanted, upstreams
        asked = request.get("ask", [])[:MAX_ASKED]
        found = await asyncio.gather(*(_tried(upstreams, url, domain) for url, domain in asked))
        return {"tested": [msgspec.to_builtins(one) for one in found]}

    async def test(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask `upstream` one question, as if it stood in the settings. Raises SettingsError."""
        url = str(request.get("upstream", ""))
        dns = msgspec.structs.replace(self.dns, upstreams=(*self.upstreams.urls, url))
        upstreams = await asyncio.to_thread(self._make, dns)
        try:
            tested: dict[str, Any] = msgspec.to_builtins(await _tried(upstreams, url, ""))
        finally:
            await upstreams.stop()
        return tested

    async def take_up(self, _: dict[str, Any]) -> dict[str, Any]:
        """Go by the file from the next query on. Raises SettingsError: all is as it was."""
        begin = time.perf_counter()
        async with self._changing:  # one after the other, so that the last to look is the last to be taken up
            seen = self._look()
            found = chosen.read(self._data.chosen)
            if found.serial != self._serial:
                settings = chosen.over(self._settings, found)
                await self._replace_upstreams(settings.dns)
                self._settings, self._serial = settings, found.serial
                self._cache.serve_stale = settings.dns.serve_stale
                self._changed(settings.dns)
            self._seen = seen
        return {"serial": self._serial, "ms": round((time.perf_counter() - begin) * 1000, 2)}

    async def _replace_upstreams(self, dns: Dns) -> None:
        """Only where they differ: new ones have neither connections nor experience."""
        if all(getattr(dns, key) == getattr(self.dns, key) for key in _OF_UPSTREAMS):
            return
        if self._prepared is not None and self._prepared[0] == dns:
            (_, new), self._prepared = self._prepared, None
        else:
            new = await asyncio.to_thread(self._make, dns)
        self._use(new, dns)

    def _use(self, new: Upstreams, dns: Dns) -> None:
        old, self.upstreams = self.upstreams, new
        self.forward.use(new.forwarder, _domains(dns))
        # Who waits for an answer of the old ones gets it.
        self._tasks.spawn("finish with old upstreams", old.finish())

    async def follow(self) -> None:
        """Look now and then at what changes without our being told: the system's resolvers, and the file.

        No upstream was named: the system's are used, and they change with the network it is in. At boot there may
        be none yet; blocked names are answered all the same.
        """
        while True:
            await asyncio.sleep(FOLLOW_EVERY)
            if self._look() != self._seen:
                try:
                    await self.take_up({})
                except HushgateError as error:
                    self._seen = self._look()  # once is enough to say so
                    _log.error("what the panel has set cannot be taken up: %s", error)
            if self.upstreams.from_system and tuple(system.found(self._listen)) != self.upstreams.urls:
                async with self._changing:
                    self._use(self._make(self.dns), self.dns)
                self._changed(self.dns)
                urls = ", ".join(self.upstreams.urls)
                _log.info("this machine's resolvers are now %s", urls or "none")

    async def stop(self) -> None:
        """Close all connections. Safe twice."""
        await self._forget_prepared()
        await self.upstreams.stop()

    async def _forget_prepared(self) -> None:
        if self._prepared is not None:
            (_, upstreams), self._prepared = self._prepared, None
            await upstreams.stop()

    def _make(self, dns: Dns) -> Upstreams:
        return Upstreams(
            dns,
            own=self._listen,
            recursive_port=self._recursive_port,
            system_urls=lambda: system.found(self._listen),
        )

    def _look(self) -> tuple[int, int] | None:
        """What tells one state of the file from another."""
        try:
            status = self._data.chosen.stat()
        except OSError:  # nothing was ever set, or the disk is away: reading it will tell
            return None
        return status.st_ino, status.st_mtime_ns


async def _tried(upstreams: Upstreams, url: str, domain: str) -> Tried:
    try:
        return await upstreams.try_one(url, from_text(domain or _HARMLESS))
    except KeyError:
        raise UsageError(f"{without_password(url)} is none of the upstreams that would be asked") from None


def _domains(dns: Dns) -> frozenset[Name]:
    return frozenset(from_text(domain) for domain in dns.domains)
