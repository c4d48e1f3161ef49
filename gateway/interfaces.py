"""The box's own addresses, by interface, as the kernel has them now."""

import contextlib
import fcntl
import socket
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

_SIOCGIFADDR = 0x8915  # linux/sockios.h
_IF_INET6 = Path("/proc/net/if_inet6")
# linux/if_addr.h: IFA_F_TEMPORARY, IFA_F_DADFAILED, IFA_F_DEPRECATED, IFA_F_TENTATIVE
_PASSING = 0x01 | 0x08 | 0x20 | 0x40


def own_addresses(asked: bytes, interface: int = 0) -> tuple[IPv4Address | None, IPv6Address | None]:
    """The address that a query came to, and one of the other family on the same interface if there is one.

    Without a number the interface is the one that has the address.
    """
    if len(asked) == 4:
        v4 = IPv4Address(asked)
        names = (index for index, name in socket.if_nameindex() if _ipv4_of(name) == v4)
        return v4, next(iter(_ipv6_of(interface or next(names, 0))), None)
    came_to = IPv6Address(asked)
    indices = (index for index, _ in socket.if_nameindex() if came_to in _ipv6_of(index))
    interface = interface or next(indices, 0)
    v6 = next(iter(_ipv6_of(interface)), None) if came_to.is_link_local else came_to
    with contextlib.suppress(OSError):  # no such interface
        return _ipv4_of(socket.if_indextoname(interface)), v6
    return None, v6


def reachable(*, lasting: bool = False) -> list[IPv4Address | IPv6Address]:
    """Addresses under which others may find this box: no loopback, no link-local. IPv4 first.

    `lasting`: without those that are gone by tomorrow, such as IPv6 privacy addresses.
    """
    v4: list[IPv4Address | IPv6Address] = []
    v6: list[IPv4Address | IPv6Address] = []
    for index, name in socket.if_nameindex():
        address = _ipv4_of(name)
        if address is not None and not address.is_loopback and not address.is_link_local:
            v4.append(address)
        v6 += [address for address in _ipv6_of(index, _PASSING if lasting else 0) if not address.is_loopback]
    return v4 + v6


def _ipv4_of(name: str) -> IPv4Address | None:
    """The first IPv4 address of an interface; None where it has none."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        return IPv4Address(fcntl.ioctl(sock, _SIOCGIFADDR, name.encode().ljust(32, b"\0"))[20:24])
    return None


def _ipv6_of(interface: int, without: int = 0) -> list[IPv6Address]:
    """A link-local address would need its scope, which an answer cannot carry: so never that.

    Nor those that have a flag of `without`.
    """
    try:
        lines = _IF_INET6.read_text().splitlines()
    except OSError:  # no IPv6 in this kernel
        return []
    fields = (line.split()[:5] for line in lines)
    found = (
        IPv6Address(int(digits, 16))
        for digits, index, _, _, flags in fields
        if int(index, 16) == interface and not int(flags, 16) & without
    )
    return [address for address in found if not address.is_link_local]
