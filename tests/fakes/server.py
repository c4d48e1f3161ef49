"""A DNS server of ours in this process, with a policy in memory, real sockets on port 0 and a fake upstream."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from gateway.dns import wire
from gateway.dns.cache import Cache
from gateway.dns.chain import Chain
from gateway.dns.links.forward import Forward
from gateway.dns.memo import Client, Clients, Ready
from gateway.dns.server import Server
from gateway.dns.upstream.build import Upstreams
from gateway.iana import by_name
from gateway.names import from_text
from gateway.policy import catalogue
from gateway.policy.decide import Policy
from gateway.policy.state import PolicyState, UserRule
from gateway.policy.trial import policy_in_memory
from gateway.settings import Dns
from gateway.tasks import Tasks
from tests.fakes.ports import free_port


def policy_of(*rules: str, state: PolicyState | None = None, generation: int = 1) -> Policy:
    """The catalogue and these rules of a user's for everyone."""
    state = state or PolicyState()
    own = tuple(UserRule(number, text) for number, text in enumerate(rules, 1))
    made, _ = policy_in_memory(msgspec.structs.replace(state, rules=own), catalogue.load())
    return Policy(made.shared, made.overlay, generation)


@dataclass
class Running:
    """The server, and how to ask it."""

    server: Server
    port: int
    host: str = "127.0.0.1"

    async def send(self, packet: bytes, *, timeout: float = 2.0) -> bytes:
        """The reply to these bytes over UDP. Raises TimeoutError."""
        loop = asyncio.get_running_loop()
        inbox: asyncio.Future[bytes] = loop.create_future()

        class Receiver(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, _: object) -> None:
                if not inbox.done():
                    inbox.set_result(data)

        transport, _ = await loop.create_datagram_endpoint(Receiver, remote_addr=(self.host, self.port))
        try:
            transport.sendto(packet)
            async with asyncio.timeout(timeout):
                return await inbox
        finally:
            transport.close()

    async def ask(self, name: str, rtype: str = "A", *, dnssec_ok: bool = False) -> wire.Answer:
        """What the server answers over UDP, with EDNS."""
        return wire.decode_reply(await self.send(query(name, rtype, dnssec_ok=dnssec_ok))).answer

    async def send_tcp(self, *packets: bytes) -> list[bytes]:
        """The replies to these packets, sent at once on one connection."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            for packet in packets:
                writer.write(len(packet).to_bytes(2, "big") + packet)
            async with asyncio.timeout(5):
                return [
                    await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
                    for _ in packets
                ]
        finally:
            writer.close()
            await writer.wait_closed()

    def drain(self) -> list[tuple[Client, Ready, int]]:
        """What was answered since the last call: who, what, how often."""
        found: list[tuple[Client, Ready, int]] = []
        self.server.clients.drain(lambda client, ready: found.append((client, ready, ready.count)))
        return found


def query(name: str, rtype: str = "A", *, dnssec_ok: bool = False, ident: int | None = None) -> bytes:
    """A query as bytes."""
    number = secrets.randbelow(1 << 16) if ident is None else ident
    return wire.encode_query(
        from_text(name), by_name(rtype), number, dnssec_ok=dnssec_ok, checking_disabled=False
    )


@contextlib.asynccontextmanager
async def serving(
    policy: Policy, upstream: str, *, host: str = "127.0.0.1", **settings: object
) -> AsyncIterator[Running]:
    """A server with this policy that asks this upstream. `settings` are of [dns]."""
    dns = msgspec.convert({"upstreams": [upstream], **settings}, Dns)
    tasks = Tasks()
    upstreams = Upstreams(dns)
    chain = Chain(
        dns, policy, Forward(Cache(1 << 20, serve_stale=dns.serve_stale), upstreams.forwarder, tasks)
    )
    server = Server(dns, chain, Clients(dns.allow), tasks)
    port = free_port()
    await server.start([(host, port)])
    try:
        yield Running(server, port, host)
    finally:
        await server.stop()
        await upstreams.stop()
        await tasks.stop()
