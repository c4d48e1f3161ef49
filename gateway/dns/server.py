"""The listeners of one worker: UDP and TCP on every address, one chain behind them."""

import asyncio
import logging
import time
from collections import Counter
from typing import cast

from gateway.dns import wire
from gateway.dns.batch import BatchSocket, ReturnPath, bind_tcp, bind_udp
from gateway.dns.chain import Chain, Outcome, OwnAddresses
from gateway.dns.memo import Client, Clients, Ready
from gateway.dns.tcp import TcpServer
from gateway.dns.udp import UdpServer
from gateway.dns.upstream.forwarder import MAX_IN_FLIGHT
from gateway.dns.wire import Query
from gateway.errors import WireError
from gateway.iana import REFUSED, SERVFAIL
from gateway.interfaces import own_addresses
from gateway.model import Verdict
from gateway.policy.decide import Policy
from gateway.policy.matching.asker import Asker
from gateway.settings import Dns
from gateway.tasks import Tasks

MAX_WAITING = 4096  # queries of one worker that wait for an upstream; more are dropped and counted
MAX_WAITING_OF_CLIENT = MAX_IN_FLIGHT // 2  # one phone's names that nobody answers leave room for others'
MAX_TCP = 65_535

# What status shows, nought or not.
_COUNTED = ("malformed", "not_allowed", "overload_dropped", "lost_late_replies", "failed")

_log = logging.getLogger(__name__)


class Server:
    """Answers clients. `clients` gathers what was answered until somebody drains it."""

    def __init__(self, settings: Dns, chain: Chain, clients: Clients, tasks: Tasks) -> None:
        self.clients = clients
        self.counts: Counter[str] = Counter()
        self._settings = settings
        self._chain = chain
        self._tasks = tasks
        self._limit = settings.rate_limit or 1 << 62
        self._waiting: Counter[Client] = Counter()
        self._waiting_now = 0
        self._udp: list[UdpServer] = []
        self._tcp = TcpServer(clients, self._limit, self._answer_tcp, tasks)
        self._tcp_servers: list[asyncio.Server] = []

    async def start(self, addresses: list[tuple[str, int]]) -> None:
        """Listen on these. Raises OSError naming the address that could not be had."""
        loop = asyncio.get_running_loop()
        for address, port in addresses:
            udp = UdpServer(BatchSocket(bind_udp(address, port)), self.clients, self._limit, self._fresh)
            self._udp.append(udp)
            loop.add_reader(udp.batch.sock.fileno(), udp.receive)
            sock = bind_tcp(address, port)
            self._tcp_servers.append(await asyncio.start_server(self._tcp.serve, sock=sock, backlog=128))

    async def stop(self) -> None:
        """Stop listening. Safe twice."""
        for udp in self._udp:
            asyncio.get_running_loop().remove_reader(udp.batch.sock.fileno())
            udp.batch.sock.close()
        for server in self._tcp_servers:
            server.close()
        self._udp, self._tcp_servers = [], []

    def hurry(self, hurried: bool) -> None:
        """Hand over to whatever else this process does at shorter intervals, or as usual."""
        for udp in self._udp:
            udp.hurried = hurried

    def adopt(self, policy: Policy) -> None:
        """From the next packet on this generation decides."""
        self._chain.policy = policy
        self.clients.forget_answers()

    def statistics(self) -> dict[str, int]:
        """Counts since the start of this worker."""
        return {
            "packets": sum(udp.packets for udp in self._udp),
            "lost_replies": sum(udp.lost for udp in self._udp),
            "waiting": self._waiting_now,
            "tcp_open": self._tcp.open,
            "tcp_refused": self._tcp.refused,
            "rate_limited": sum(udp.limited for udp in self._udp) + self._tcp.limited,
            **{name: self.counts[name] for name in _COUNTED},
        }

    def _asker(self, client: Client) -> Asker:
        if client.asker is None:
            client.asker = self._chain.policy.asker(client.device)
        return cast(Asker, client.asker)

    # UDP ----------------------------------------------------------------------------------------------------

    def _fresh(self, batch: BatchSocket, slot: int, packet: bytes, client: Client) -> bytes | None:
        """The reply, without its id, to a packet that has no answer ready; None for none now."""
        query = self._query(packet, client)
        if not isinstance(query, Query):
            return query[2:] if query else None
        limit = min(query.udp_size, self._settings.edns_size)
        outcome = self._decide(query, client, lambda: own_addresses(*batch.return_path(slot)[3:]))
        if isinstance(outcome, Outcome):
            return self._reply(query, client, packet, outcome, limit)[2:]
        if not self._begin_waiting(client):
            return None
        path = batch.return_path(slot)
        self._tasks.spawn("forward", self._later(batch, path, query, client, packet, outcome, limit))
        return None

    async def _later(
        self,
        batch: BatchSocket,
        path: ReturnPath,
        query: Query,
        client: Client,
        packet: bytes,
        verdict: Verdict,
        limit: int,
    ) -> None:
        try:
            outcome = await self._forward(query, client, verdict)
        finally:
            self._end_waiting(client)
        reply = self._reply(query, client, packet, outcome, limit)
        if not batch.send_later(reply, path):
            self.counts["lost_late_replies"] += 1

    # TCP ----------------------------------------------------------------------------------------------------

    async def _answer_tcp(self, packet: bytes, client: Client, local: bytes) -> bytes | None:
        query = self._query(packet, client)
        if not isinstance(query, Query):
            return query
        outcome = self._decide(query, client, lambda: own_addresses(local))
        if isinstance(outcome, Verdict):
            if not self._begin_waiting(client):
                return wire.encode_error(packet, SERVFAIL)
            try:
                outcome = await self._forward(query, client, outcome)
            finally:
                self._end_waiting(client)
        # Not for the memo: an answer that fits TCP may be too large for UDP.
        return self._reply(query, client, packet, outcome._replace(memorable=False), MAX_TCP)

    # Both ---------------------------------------------------------------------------------------------------

    def _query(self, packet: bytes, client: Client) -> Query | bytes | None:
        """The query in the packet, or what to say to it instead."""
        try:
            query = wire.decode_query(packet)
        except WireError as error:
            self.counts["malformed"] += 1
            return None if error.rcode is None else wire.encode_error(packet, error.rcode)
        if not client.allowed:
            self.counts["not_allowed"] += 1
            return wire.encode_reply(
                query, wire.Answer(REFUSED), min(query.udp_size, self._settings.edns_size)
            )
        return query

    def _begin_waiting(self, client: Client) -> bool:
        """Is there room for one more query of this client that waits for an upstream?"""
        if self._waiting_now >= MAX_WAITING or self._waiting[client] >= MAX_WAITING_OF_CLIENT:
            self.counts["overload_dropped"] += 1
            return False
        self._waiting_now += 1
        self._waiting[client] += 1
        return True

    def _end_waiting(self, client: Client) -> None:
        self._waiting_now -= 1
        self._waiting[client] -= 1
        if not self._waiting[client]:
            del self._waiting[client]

    def _decide(self, query: Query, client: Client, own: OwnAddresses) -> Outcome | Verdict:
        try:
            return self._chain.decide(query, self._asker(client), own)
        except Exception:  # noqa: BLE001  # whatever it is, the next query is served
            return self._failed(query)

    async def _forward(self, query: Query, client: Client, verdict: Verdict) -> Outcome:
        try:
            return await self._chain.forward(query, self._asker(client), verdict)
        except Exception:  # noqa: BLE001  # whatever it is, the next query is served
            return self._failed(query)

    def _failed(self, query: Query) -> Outcome:
        """Anything unexpected is SERVFAIL and a line in our own log; the next query is served as ever."""
        self.counts["failed"] += 1
        if self.counts["failed"] <= 100:  # a fault that comes with each packet must not fill the disk
            _log.exception("could not decide a query of type %d", query.question.type)
        return Outcome(wire.Answer(SERVFAIL), None, memorable=False)

    def _reply(self, query: Query, client: Client, packet: bytes, outcome: Outcome, limit: int) -> bytes:
        """The message, noted for the log and, where it may be said again, in the client's memo."""
        try:
            reply = wire.encode_reply(query, outcome.answer, limit, self._settings.edns_size)
        except Exception:  # noqa: BLE001  # as above: the rest of the batch is answered
            return wire.encode_reply(query, self._failed(query).answer, limit, self._settings.edns_size)
        if outcome.verdict is not None:
            client = self.clients.of(client.address.packed)  # it may have been forgotten while this waited
            question = query.question
            ready = Ready(
                packet[2:],
                reply[2:],
                question.name,
                question.type,
                outcome.verdict,
                dated=outcome.dated,
                made=time.monotonic(),
                until=outcome.until,
            )
            ready.count = 1
            client.touched.append(ready)
            # What an older generation decided may still be said once, but not be kept.
            if outcome.memorable and outcome.verdict.generation == self._chain.policy.generation:
                self.clients.remember(client, ready)
        return reply
