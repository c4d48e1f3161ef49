"""How a phone is pointed at this box: the addresses that it can ask, and what stands in the way. Written once.

Pure: what listens where and which addresses the box has is handed in.
"""

from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from gateway.settings import endpoint

DNS_PORT = 53
_WILDCARDS = ("0.0.0.0", "::")

Address = IPv4Address | IPv6Address


class Server(msgspec.Struct, frozen=True):
    """One address to be entered as a phone's DNS server."""

    address: str
    port: int
    family: Literal[4, 6]


class Pointing(msgspec.Struct, frozen=True):
    """Where a phone can ask; the one that most likely works first."""

    dns: tuple[Server, ...]
    problems: tuple[str, ...]  # sentences for people

    @property
    def best(self) -> Server | None:
        """The one to tell a phone; None where it cannot be told any: it asks port 53 and no other."""
        return next((server for server in self.dns if server.port == DNS_PORT), None)


def find(listen: Sequence[str], own: Sequence[Address], reached: Collection[str] = ()) -> Pointing:
    """For a box that answers DNS on `listen` and has these addresses.

    `reached`: those by which somebody of the house has found the box, which so are known to work.
    """
    endpoints = [endpoint(text, "dns.listen") for text in listen]
    found = {
        Server(str(address), port, 4 if address.version == 4 else 6)
        for host, port in endpoints
        for address in _meant(ip_address(host), own)
    }
    order = {str(address): place for place, address in enumerate(own)}

    def place(server: Server) -> tuple[bool, bool, bool, int, str]:
        return (
            server.port != DNS_PORT,
            server.family != 4,
            server.address not in reached,
            order.get(server.address, len(order)),
            server.address,
        )

    dns = tuple(sorted(found, key=place))
    return Pointing(dns, tuple(_problems(endpoints, dns)))


def pages(urls: Sequence[str], reached: Collection[str] = ()) -> tuple[str, ...]:
    """Those of the panel's addresses that a phone can open, each with its final slash; `reached` as above."""
    hosts = {url: urlsplit(url).hostname or "" for url in urls}
    outside = [url for url in urls if not ip_address(hosts[url]).is_loopback]
    return tuple(f"{url}/" for url in sorted(outside, key=lambda url: hosts[url] not in reached))


def _meant(address: Address, own: Sequence[Address]) -> list[Address]:
    """The addresses that others can use where the box listens on this one."""
    if str(address) in _WILDCARDS:
        return [one for one in own if one.version == address.version]
    return [] if address.is_loopback or address.is_link_local else [address]


def _problems(endpoints: Sequence[tuple[str, int]], dns: Sequence[Server]) -> list[str]:
    if all(ip_address(host).is_loopback for host, _ in endpoints):
        return [
            f"DNS is answered on {endpoints[0][0]} alone, which only this machine can ask. "
            "To answer phones, start Hushgate with --dns 0.0.0.0:53"
        ]
    if not dns:
        return ["This machine has no address that a phone could ask: is it in a network?"]
    usual = [server for server in dns if server.port == DNS_PORT]
    if not usual:
        ports = " and ".join(str(port) for port in sorted({server.port for server in dns}))
        return [
            f"DNS is answered on port {ports}, but phones ask port 53 and cannot be told of another. "
            "To have port 53, start Hushgate as root; if another program has it, stop that"
        ]
    if all(server.family != 4 for server in usual):
        return [
            "DNS is answered over IPv6 alone, but the Wi-Fi settings of Android take an IPv4 address only"
        ]
    return []
