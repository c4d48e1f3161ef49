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
from gateway.dns import trace
from gateway.dns.cache import Cache
from gateway.dns.chain import Chain
from gateway.dns.feed import Feed
from gateway.dns.links import pause
from gateway.dns.memo import Clients
from gateway.dns.network import Network
from gateway.dns.server import Server
from gateway.errors import HushgateError, OwnFault
from gateway.journal.sender import Sender
from gateway.policy import manifest
from gateway.policy.decide import Policy
from gateway.settings import Dns, Settings, endpoint
from gateway.tasks import Tasks

TICK = 1.0  # seconds: events are coalesced over this, and TTLs in ready answers are no older
SWITCH = 0.0005  # seconds that the loop computes on while a generation is loaded beside it; usually 5 ms
MAX_TRACES = 4  # at once; each may hold a few sockets for four seconds

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
        self._cache = Cache(settings.dns.cache_mb << 20)
        self._network = Network(data, settings, self._cache, self._tasks, self._adjusted)
        dns = self._network.dns
        self._listen = [endpoint(text, "dns.listen") for text in dns.listen]
        clients = Clients(dns.allow)
        self._chain = Chain(dns, self._policy, self._network.forward)
        self._server = Server(dns, self._chain, clients, self._tasks)
        self._tracing = 0
        self._sender = Sender(data.keeper_socket, f"{self._role}/{os.getpid()}/{time.time_ns()}")
        self._feed = Feed(clients, self._sender, dns.rate_limit)
        self._control = ControlServer(
            socket_path(data.run, self._role),
            {
                "status": self._status,
                "policy": self._adopt,
                "settings": self._network.take_up,
                "settings-check": self._network.check,
                "upstream": self._network.test,
                "trace": self._trace,
            },
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
            await self._network.stop()
            await self._tasks.stop()

    async def _serve(self, stop: asyncio.Event) -> None:
        # What is here now stays: collecting garbage need not look at it again.
        gc.collect()
        gc.freeze()
        # Answers are no cycles: reference counts free them, and looking for cycles among them costs 2 µs each.
        gc.set_threshold(10_000, 50, 1000)
        tick = self._tasks.spawn("tick", self._tick())
        self._tasks.spawn("follow what changes", self._network.follow())
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

    def _adjusted(self, dns: Dns) -> None:
        """Other settings are in force: no answer that was made by the old ones is said again."""
        self._chain.use(dns)
        self._server.adopt(self._policy)

    async def _catch_up(self) -> None:
        """Take up what was published and set since we looked, before the first query is answered."""
        try:
            await self._network.take_up({})
        except HushgateError as error:  # what we hold is whole
            _log.error("answering by the settings of the start: %s", error)
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

    async def _trace(self, request: dict[str, Any]) -> dict[str, Any]:
        """Walk a question through the chain: `name` and `type` as text, `device` by its key, "" for anybody."""
        if self._tracing >= MAX_TRACES:
            raise OwnFault("too many questions are being traced", hint="try again in a few seconds")
        self._tracing += 1
        try:
            return await trace.answer(self._chain, request)
        finally:
            self._tracing -= 1

    async def _status(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "role": self._role,
            "pid": os.getpid(),
            "since": int(self._started),
            "generation": self._policy.generation,
            "policy_fault": self._fault,  # why it is not the one that was published last
            "counts": {
                **self._server.statistics(),
                "upstream_dropped": self._network.upstreams.forwarder.dropped,
            },
            "cache": {
                "entries": len(self._cache),
                "bytes": self._cache.size,
                "hits": self._cache.hits,
                "misses": self._cache.misses,
                "limit": self._cache.limit,
            },
            "events": {
                "waiting": self._sender.waiting,
                "dropped": self._sender.dropped,
                "keeper": self._sender.connected,
            },
            "upstreams": [msgspec.to_builtins(each) for each in self._network.upstreams.forwarder.status()],
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
