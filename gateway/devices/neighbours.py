"""The kernel's neighbour table: which IP address is at which MAC. Read without any privilege.

A flood of forged neighbours exhausts nothing: the kernel bounds its table (gc_thresh3, 1024 entries for each
family) and what waits in a socket, and what is taken from there at one go is bounded here.

Of netlink this needs one question and one kind of answer, so it reads them itself: pyroute2 would do, but its
import takes 8 MB of a role that lives for ever. The tests compare the two.
"""

import errno
import socket
import struct
from collections.abc import Iterator
from ipaddress import ip_address

import msgspec

from gateway.devices.mac import is_of_one_device

AT_ONCE = 256  # entries read at one go, about: 5 ms of the loop
_PACKET = 1 << 16  # bytes; the kernel fills at most 32 kB
_TICKS = 100.0  # a second in the ages that the kernel tells (USER_HZ)

# Layouts and numbers of netlink(7), rtnetlink(7) and linux/neighbour.h; in the byte order of this machine.
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_ENTRY = struct.Struct("=BxxxiHBB")  # family, interface, state, flags, type
_ATTRIBUTE = struct.Struct("=HH")  # length, type
_AGES = struct.Struct("=III")  # confirmed, used, updated: ticks ago
_NEWNEIGH, _GETNEIGH = 28, 30
_REQUEST_DUMP = 0x301
_GROUP_NEIGH = 4
_DST, _LLADDR, _CACHEINFO = 1, 2, 3
_PROXY = 0x08  # the box itself answers for that address
_UNICAST = 1  # no broadcast, multicast or address of our own
# States that name a MAC which answers there: reachable, stale, delay, probe, permanent. Not incomplete and failed,
# which have none, nor noarp: multicast, loopback, tunnels.
_USABLE = 0x02 | 0x04 | 0x08 | 0x10 | 0x80
_LENGTHS = {socket.AF_INET: 4, socket.AF_INET6: 16}


class Neighbour(msgspec.Struct, frozen=True):
    """One entry of the table."""

    address: str
    mac: str
    age: float  # seconds since it was last confirmed or changed


def decode(packet: bytes) -> Iterator[Neighbour]:
    """The neighbours in what the kernel sent; whatever else it holds is passed over, and what is cut off ends it."""
    at = 0
    while at + _HEADER.size <= len(packet):
        length, kind, *_ = _HEADER.unpack_from(packet, at)
        if length < _HEADER.size or at + length > len(packet):
            return
        if kind == _NEWNEIGH and length >= _HEADER.size + _ENTRY.size:
            found = _neighbour(packet[at + _HEADER.size : at + length])
            if found is not None:
                yield found
        at += _aligned(length)


def _neighbour(body: bytes) -> Neighbour | None:
    family, _, state, flags, kind = _ENTRY.unpack_from(body)
    if family not in _LENGTHS or not state & _USABLE or flags & _PROXY or kind != _UNICAST:
        return None
    values = dict(_attributes(body, _ENTRY.size))
    address, mac = values.get(_DST, b""), values.get(_LLADDR, b"").hex(":")
    if len(address) != _LENGTHS[family] or len(mac) != 17 or not is_of_one_device(mac):
        return None
    ages = values.get(_CACHEINFO, b"")
    confirmed, _, updated = _AGES.unpack_from(ages) if len(ages) >= _AGES.size else (0, 0, 0)
    return Neighbour(str(ip_address(address)), mac, min(confirmed, updated) / _TICKS)


def _attributes(body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, at)
        if length < _ATTRIBUTE.size or at + length > len(body):
            return
        yield kind, body[at + _ATTRIBUTE.size : at + length]
        at += _aligned(length)


def _aligned(length: int) -> int:
    return (length + 3) & ~3


class NeighbourTable:
    """Tells what is in the table and what changes in it."""

    def __init__(self) -> None:
        """Raises OSError where there is no netlink: a container, another kernel."""
        self.lost = False  # has something changed that we were not told? Then it has to be asked for
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        )
        try:
            self._socket.bind((0, _GROUP_NEIGH))
        except BaseException:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Readable when there is something to `read`."""
        return self._socket.fileno()

    def ask(self) -> None:
        """Have all of the table told. Raises OSError."""
        self.lost = False
        body = _ENTRY.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
        header = _HEADER.pack(_HEADER.size + len(body), _GETNEIGH, _REQUEST_DUMP, 1, 0)
        self._socket.sendto(header + body, (0, 0))

    def read(self) -> tuple[Neighbour, ...]:
        """What has come, some hundred entries at most; the rest waits. Raises OSError."""
        found: list[Neighbour] = []
        packets = 0
        while len(found) < AT_ONCE and packets < AT_ONCE:
            try:
                found += decode(self._socket.recv(_PACKET))
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.lost = True  # more came than the socket holds
            packets += 1
        return tuple(found)

    def close(self) -> None:
        """Safe twice."""
        self._socket.close()
