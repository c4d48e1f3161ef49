"""The role `dns`: one worker process. Needs the last published policy and nothing else of the house."""

import asyncio
import contextlib
import gc
import logging
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.control import ControlServer, socket_path
from gateway.data import Data
from gateway.dns import resolver
from gateway.dns.cache import Cache
from gateway.dns.chain import Chain
from gateway.dns.feed import Feed
from gateway.dns.links import pause
from gateway.dns.links.forward import Forward
from gateway.dns.memo import Clients
from gateway.dns.server import Server
from gateway.dns.upstream import system
from gateway.dns.upstream.build import Upstreams
from gateway.errors import OwnFault
from gateway.journal.sender import Sender
from gateway.names import from_text
from gateway.policy import manifest
from gateway.policy.decide import Policy
from gateway.settings import Settings, endpoint
from gateway.tasks import Tasks

TICK = 1.0  # seconds: events are coalesced over this, and TTLs in ready answers are no older
SWITCH = 0.0005  # seconds that the loop computes on while a generation is loaded beside it; usually 5 ms
FOLLOW_EVERY = 5.0  # seconds: has the system got other resolvers?

_log = logging.getLogger(__name__)


class Worker:
    """One DNS worker: server, chain, policy, control socket."""

    def __init__(self, data: Data, settings: Settings, index: int) -> None:
        self._data = data
        self._role = f"dns-{index}"
        self._started = time.time()
        self._tasks = Tasks()
        self._policy, self._fault = Policy.open_latest(data.policy)
        self._adopting = asyncio.Lock()
        self._pauses = pause.holding(self._policy)
        dns = settings.dns
        self._cache = Cache(dns.cache_mb << 20, serve_stale=dns.serve_stale)
        self._dns = dns
        self._listen = [endpoint(text, "dns.listen") for text in dns.listen]
        self._recursive_port = resolver.port(data) if resolver.wanted(settings) else 0
        self._upstreams = self._make_upstreams()
        clients = Clients(dns.allow)
        own_domains = frozenset(from_text(domain) for domain in dns.domains)
        self._forward = Forward(self._cache, self._upstreams.forwarder, self._tasks, own_domains)
        chain = Chain(dns, self._policy, self._forward)
        self._server = Server(dns, chain, clients, self._tasks)
        self._sender = Sender(data.keeper_socket, f"{self._role}/{os.getpid()}/{time.time_ns()}")
        self._feed = Feed(clients, self._sender, dns.rate_limit)
        self._control = ControlServer(
            socket_path(data.run, self._role),
            {"status": self._status, "policy": self._adopt},
            present=self._server.hurry,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`. Raises OSError for an address that cannot be had."""
        self._sender.start()
        try:
            # The ear first, then a look: a generation of this moment is either told to us or seen by us.
            await self._control.start()
            await self._catch_up()
            await self._server.start(self._listen)
            await self._serve(stop)
        finally:
            await self._control.stop()
            await self._server.stop()
            self._feed.flush(int(time.time()))
            await self._sender.stop()
            await self._upstreams.stop()
            await self._tasks.stop()

    async def _serve(self, stop: asyncio.Event) -> None:
        # What is here now stays: collecting garbage need not look at it again.
        gc.collect()
        gc.freeze()
        # Answers are no cycles: reference counts free them, and looking for cycles among them costs 2 µs each.
        gc.set_threshold(10_000, 50, 1000)
        tick = self._tasks.spawn("tick", self._tick())
        if self._upstreams.from_system:
            self._tasks.spawn("follow the system's resolvers", self._follow())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([stopping, tick], return_when=asyncio.FIRST_COMPLETED)
            if tick.done():
                # Without it there are no events and no end of a pause: better to begin anew.
                raise OwnFault(f"the clockwork of {self._role} stopped: {tick.exception()}")
        finally:
            stopping.cancel()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self._feed.flush(int(time.time()), time.monotonic())
            holding = pause.holding(self._policy)
            if holding != self._pauses:
                self._pauses = holding
                self._server.adopt(self._policy)

    def _make_upstreams(self) -> Upstreams:
        return Upstreams(
            self._dns,
            own=self._listen,
            recursive_port=self._recursive_port,
            system_urls=lambda: system.found(self._listen),
        )

    async def _follow(self) -> None:
        """No upstream was named: the system's are used, and they change with the network it is in.

        At boot there may be none yet; blocked names are answered all the same.
        """
        while True:
            await asyncio.sleep(FOLLOW_EVERY)
            if tuple(system.found(self._listen)) != self._upstreams.urls:
                old, self._upstreams = self._upstreams, self._make_upstreams()
                self._forward.use(self._upstreams.forwarder)
                _log.info("this machine's resolvers are now %s", ", ".join(self._upstreams.urls) or "none")
                await old.stop()

    async def _catch_up(self) -> None:
        """Take up what was published since we opened the policy, before the first query is answered."""
        try:
            if self._fault or manifest.current(self._data.policy).generation != self._policy.generation:
                await self._adopt({})
        except OwnFault as error:  # what we hold is whole, and the keeper mends the other
            _log.error("%s: answering by generation %d meanwhile", error, self._policy.generation)

    async def _adopt(self, _: dict[str, Any]) -> dict[str, Any]:
        """Load the generation that the manifest names; the old one serves meanwhile and, if it fails, on."""
        begin = time.perf_counter()
        async with self._adopting:  # one after the other, so that the last to look is the last to be taken up
            with _giving_way():
                policy = await asyncio.to_thread(self._policy.reopen, self._data.policy)
            self._policy, self._pauses, self._fault = policy, pause.holding(policy), ""
            self._server.adopt(policy)
        return {"generation": policy.generation, "ms": round((time.perf_counter() - begin) * 1000, 2)}

    async def _status(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "role": self._role,
            "pid": os.getpid(),
            "since": int(self._started),
            "generation": self._policy.generation,
            "policy_fault": self._fault,  # why it is not the one that was published last
            "counts": {
                **self._server.statistics(),
                "upstream_dropped": self._upstreams.forwarder.dropped,
            },
            "cache": {
                "entries": len(self._cache),
                "bytes": self._cache.size,
                "hits": self._cache.hits,
                "misses": self._cache.misses,
            },
            "events": {
                "waiting": self._sender.waiting,
                "dropped": self._sender.dropped,
                "keeper": self._sender.connected,
            },
            "upstreams": [msgspec.to_builtins(each) for each in self._upstreams.forwarder.status()],
        }


@contextlib.contextmanager
def _giving_way() -> Iterator[None]:
    """Let another thread in more often: each time it has read a bit of a file it waits for the interpreter again."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


async def run(data: Data, settings: Settings, index: int, stop: asyncio.Event) -> None:
    """The role's life."""
    await Worker(data, settings, index).run(stop)
