"""Whom a request is for, and from whom it comes: names of this box, and peers of this house."""

import socket
import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from gateway.dns.memo import HOUSE_NETWORKS
from gateway.interfaces import reachable
from gateway.settings import Panel

OWN_NAME = "hushgate.home.arpa"
LOOK_EVERY = 10.0  # seconds: addresses change seldom

Address = IPv4Address | IPv6Address


class Hosts:
    """Knows the box's names and addresses."""

    def __init__(
        self,
        panel: Panel,
        *,
        hostname: str = "",
        addresses: Callable[[], Sequence[Address]] = reachable,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        name = (hostname or socket.gethostname()).lower().rstrip(".")
        short = name.partition(".")[0]
        self._names = {"localhost", OWN_NAME, name, short, f"{short}.local"}
        self._names |= {host.lower().rstrip(".") for host in panel.hosts}
        self._names.discard("")
        self._allowed = (*HOUSE_NETWORKS, *(ip_network(text) for text in panel.allow))
        self._addresses, self._clock = addresses, clock
        self._own: frozenset[Address] = frozenset()
        self._looked = float("-inf")

    def is_ours(self, host: str, reached: str) -> bool:
        """Is the Host header `host` one of this box? `reached`: the address that the connection came to.

        A page of somebody else whose name is made to point here (DNS rebinding) still sends its own name.
        """
        name = without_port(host)
        if name is None:
            return False
        address = _address(name)
        if address is None:
            return name.lower().removesuffix(".") in self._names
        return address.is_loopback or address == _address(reached) or address in self._now()

    def may_ask(self, peer: str) -> bool:
        """Is it a peer of the house, or one that the settings allow?"""
        address = _address(peer)
        if address is None or any(address in network for network in self._allowed):
            return True
        return address in self._now()  # the box itself, whose address may be a public one

    def _now(self) -> frozenset[Address]:
        if self._clock() - self._looked >= LOOK_EVERY:
            self._own = frozenset(self._addresses())
            self._looked = self._clock()
        return self._own


def without_port(host: str) -> str | None:
    """The name or address of a Host header (RFC 9110 §7.2); None where it is none."""
    if host.startswith("["):
        inner, bracket, port = host[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            return None
        name, port = inner, port[1:]
    else:
        name, _, port = host.partition(":")
    if not name or len(name) > 255 or (port and not (port.isascii() and port.isdigit() and len(port) <= 5)):
        return None
    return name


def place_of(address: str) -> str:
    """Where a connection comes from: an IPv4 address, or an IPv6 network, of which one machine has all addresses."""
    found = _address(address)
    if isinstance(found, IPv6Address) and not found.is_link_local:  # there each machine has one
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found) if found else address


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
