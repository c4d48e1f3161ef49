"""Who asks, and the answers that are ready for exactly the bytes they send. The common case of the server.

A client's memo maps a packet without its id to the reply without its id. It is emptied by each new policy
generation; what holds a falling TTL is counted down every second while it is in use.
"""

import math
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from gateway.dns import gate
from gateway.errors import WireError
from gateway.iana import OPT
from gateway.model import Verdict
from gateway.names import Name

MAX_CLIENTS = 4096  # a household has dozens; a flood of forged senders must not fill the memory
MAX_READY = 16_384  # answers of all clients together: about 8 MB a worker
MAX_KEY = 512  # bytes; longer queries are rare and not worth remembering
IDLE = 30.0  # seconds; a dated answer that nobody wanted for so long is made anew when it is wanted
_ID = bytes(2)

# Who is answered without being asked for in the settings: private, shared (VPN), link-local, loopback.
HOUSE_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


class Ready:
    """An answer that waits for its packet, and how often it was given in this second."""

    __slots__ = (
        "bytes",
        "count",
        "dated",
        "key",
        "made",
        "name",
        "reply",
        "ttls",
        "type",
        "until",
        "used",
        "verdict",
    )

    def __init__(
        self,
        key: bytes,
        reply: bytes,
        name: Name | None,
        rtype: int,
        verdict: Verdict,
        *,
        dated: bool,
        made: float = 0.0,
        until: float = 0.0,
    ) -> None:
        self.key = key  # the packet without its id
        self.reply = reply  # the answer without its id
        self.name = name
        self.type = rtype
        self.verdict = verdict
        self.dated = dated  # holds TTLs that fall
        self.made = made  # monotonic seconds; its TTLs are as of then
        self.until = until  # monotonic seconds; a dated answer is dropped then, or after this second
        self.used = 0.0  # the drain after which it was last given; 0 before the first
        self.ttls: tuple[tuple[int, int], ...] | None = None  # where its TTLs stand, and what they were
        self.count = 0
        self.bytes = len(key) + 2

    def grow_old(self, now: float) -> bool:
        """Count its TTLs down to `now`. False where that cannot be: make it anew."""
        if self.ttls is None:
            try:
                _, records = gate.check_reply(_ID + self.reply)
            except WireError:  # names that came compressed and are written out may be too much for the gate
                return False
            # The TTL is six octets before the rdata; OPT has flags there. The reply has no id.
            self.ttls = tuple((r.rdata_at - 6 - len(_ID), r.ttl) for r in records if r.type != OPT)
        age = int(now - self.made)
        reply = bytearray(self.reply)
        for at, ttl in self.ttls:
            reply[at : at + 4] = max(ttl - age, 0).to_bytes(4, "big")
        self.reply = bytes(reply)
        return True


class Client:
    """One asking address. Mutable, and touched for every packet: so slots, and no properties."""

    __slots__ = ("address", "aging", "allowed", "asker", "count", "device", "memo", "touched")

    def __init__(self, address: IPv4Address | IPv6Address, *, allowed: bool) -> None:
        self.address = address
        self.device = str(address)
        self.allowed = allowed
        self.asker: object | None = None  # what the policy knows of it; None after a new generation
        self.memo: dict[bytes, Ready] = {}
        self.touched: list[Ready] = []  # given in this second
        self.aging: list[Ready] = []  # dated answers in use for longer
        self.count = 0  # packets in this second


class Clients:
    """Everybody who asks one worker."""

    def __init__(self, allow: tuple[str, ...] = ()) -> None:
        self._networks: tuple[IPv4Network | IPv6Network, ...] = (
            *HOUSE_NETWORKS,
            *(ip_network(network) for network in allow),
        )
        self.known: dict[int | bytes, Client] = {}
        self._by_address: dict[bytes, Client] = {}
        self._ready = 0
        self.forgotten = 0  # queries of clients that were forgotten before the next drain could tell of them

    def meet(self, key: int | bytes, packed: bytes) -> Client:
        """The client of this address; `key` is what the hot loop will know it by from now on."""
        client = self.of(packed)
        if len(self.known) >= MAX_CLIENTS:
            self.known.clear()
        self.known[key] = client
        return client

    def of(self, packed: bytes) -> Client:
        """The client of this packed address."""
        client = self._by_address.get(packed)
        if client is None:
            if len(self._by_address) >= MAX_CLIENTS:
                self._forget_idle()
            address = ip_address(packed)
            allowed = any(address in network for network in self._networks)
            client = self._by_address[packed] = Client(address, allowed=allowed)
        return client

    def _forget_idle(self) -> None:
        """Drop who has not asked in this second; in a flood of forged senders the rest keep their answers."""
        self.known.clear()
        busy = {packed: client for packed, client in self._by_address.items() if client.touched}
        if len(busy) >= MAX_CLIENTS // 2:
            self.forgotten += sum(
                max(client.count, sum(ready.count for ready in client.touched)) for client in busy.values()
            )
            busy = {}
        self._by_address = busy
        self._ready = sum(len(client.memo) for client in busy.values())

    def remember(self, client: Client, ready: Ready) -> None:
        """Give this answer to the same bytes from now on."""
        if len(ready.key) > MAX_KEY:
            return
        if self._ready >= MAX_READY:
            self.forget_answers()
        if ready.key not in client.memo:
            self._ready += 1
        client.memo[ready.key] = ready

    def forget_answers(self) -> None:
        """A new generation: nothing that was decided before it may be said again."""
        for client in self._by_address.values():
            client.memo.clear()
            client.aging.clear()
            client.asker = None
        self._ready = 0

    def drain(self, emit: Callable[[Client, Ready], None], now: float = math.inf) -> None:
        """The end of a second: hand over what was given in it, count anew, let answers grow older.

        `now`: monotonic seconds; without it no dated answer outlasts the second.
        """
        for client in self._by_address.values():
            client.count = 0
            if client.touched:
                touched, client.touched = client.touched, []
                for ready in touched:
                    emit(client, ready)
                    ready.count = 0
                    if ready.dated:
                        if not ready.used:
                            client.aging.append(ready)
                        ready.used = now
            if client.aging:
                self._age(client, now)

    def _age(self, client: Client, now: float) -> None:
        kept: list[Ready] = []
        for ready in client.aging:
            if client.memo.get(ready.key) is not ready:  # never remembered, or a newer one took its place
                continue
            if now < ready.until and now - ready.used <= IDLE and ready.grow_old(now):
                kept.append(ready)
            else:
                del client.memo[ready.key]
                self._ready -= 1
        client.aging = kept

    def __iter__(self) -> Iterator[Client]:
        return iter(self._by_address.values())
