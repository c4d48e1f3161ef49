"""Which device is behind an address? Its MAC where it is known, else the address. No socket, no clock.

An address belongs to the MAC that was last seen with it: a lease given to another phone goes over to that one.

A MAC may answer for others: a repeater that puts its own in place of its guests', a router with proxy ARP. Taking
all of them for one device would give a whole family one name and one set of rules. A phone has one IPv4 address and
a handful of IPv6 ones (privacy addresses live a week, a new one comes each day), so whoever is seen with more than
`MAX_IPV4` or `MAX_ADDRESSES` within `AT_ONCE` is taken for such a one, and its addresses stand for themselves.
"""

import math
from collections.abc import Iterable

import msgspec

MAX_IPV4 = 4  # addresses at one MAC at once
MAX_ADDRESSES = 32  # of both families; also what is remembered of one device
AT_ONCE = 600.0  # seconds: an entry that nobody asks for stays in the kernel's table for ever
MAX_KNOWN = 4096  # addresses of all devices: a flood of forged neighbours must not fill the memory
MAX_SHARED = 256  # MACs that answer for others


class Learned(msgspec.Struct, frozen=True):
    """An address means another device than before."""

    address: str
    before: str  # the device's key: a MAC, or the address itself where none was known
    after: str


class _Known(msgspec.Struct):
    mac: str
    seen: float
    confirmed: bool  # more than once, that is: by another sign of life than its first


class Identities:
    """Who is where, as far as we were told. Reading may be done by any thread, learning by one."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._of: dict[str, list[str]] = {}  # MAC → its addresses, in the order they were learned
        self._shared: dict[str, None] = {}

    def key(self, address: str) -> str:
        """The key of the device behind the address."""
        known = self._known.get(address)
        return known.mac if known is not None else address

    def knows(self, address: str) -> bool:
        """Is its MAC known?"""
        return address in self._known

    def addresses(self, mac: str) -> tuple[str, ...]:
        """All that mean this device, the one learned first in front."""
        return tuple(self._of.get(mac, ()))

    def is_shared(self, mac: str) -> bool:
        """Does it answer for others?"""
        return mac in self._shared

    def seen(self) -> dict[str, tuple[str, float]]:
        """Address → MAC, and when it was last seen; only what was seen since the start."""
        return {at: (one.mac, one.seen) for at, one in self._known.items() if one.seen > -math.inf}

    def remember(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Begin with (address, MAC) of an earlier life. What is seen from now on outweighs it."""
        for address, mac in pairs:
            if len(self._known) < MAX_KNOWN and address not in self._known:
                self._known[address] = _Known(mac, -math.inf, confirmed=True)
                self._of.setdefault(mac, []).append(address)

    def forget(self, addresses: Iterable[str]) -> None:
        """Nobody has seen these for long; one that was seen since the start stays."""
        for address in addresses:
            known = self._known.get(address)
            if known is not None and known.seen == -math.inf:
                self._drop(address)

    def learn(self, address: str, mac: str, seen: float) -> tuple[Learned, ...]:
        """The address was at this MAC at the time `seen` (seconds of a clock that is never set)."""
        known = self._known.get(address)
        if known is not None and seen < known.seen:
            return ()  # an entry that is older than what we know, of another interface
        if mac in self._shared:
            return self._drop(address) if known is not None else ()
        if known is not None and known.mac == mac:
            known.confirmed |= seen > known.seen
            known.seen = seen
            return self._judged(mac, seen)
        before = self.key(address)
        dropped = () if known is not None else self._make_room()
        if known is not None:
            self._leave(address, known.mac)
        self._known[address] = _Known(mac, seen, confirmed=False)
        self._of.setdefault(mac, []).append(address)
        return (*dropped, Learned(address, before, mac), *self._judged(mac, seen))

    def _judged(self, mac: str, now: float) -> tuple[Learned, ...]:
        """Does it answer for others? And what is too much of it is forgotten, the oldest first."""
        mine = self._of[mac]
        if len(mine) <= MAX_IPV4:
            return ()
        lately = [address for address in mine if self._known[address].seen >= now - AT_ONCE]
        if len(lately) > MAX_ADDRESSES or sum("." in address for address in lately) > MAX_IPV4:
            if len(self._shared) >= MAX_SHARED:
                del self._shared[next(iter(self._shared))]
            self._shared[mac] = None
            return tuple(change for address in tuple(mine) for change in self._drop(address))
        if len(mine) > MAX_ADDRESSES:
            return self._drop(min(mine, key=lambda address: self._known[address].seen))
        return ()

    def _make_room(self) -> tuple[Learned, ...]:
        """Where all is taken an eighth goes, at once: that is cheaper. Those first that were seen only once."""
        if len(self._known) < MAX_KNOWN:
            return ()
        known = self._known
        oldest = sorted(known, key=lambda address: (known[address].confirmed, known[address].seen))
        return tuple(change for address in oldest[: MAX_KNOWN // 8] for change in self._drop(address))

    def _drop(self, address: str) -> tuple[Learned, ...]:
        known = self._known.pop(address)
        self._leave(address, known.mac)
        return (Learned(address, known.mac, address),)

    def _leave(self, address: str, mac: str) -> None:
        self._of[mac].remove(address)
        if not self._of[mac]:
            del self._of[mac]
