"""Many packets a system call: recvmmsg and sendmmsg over one set of buffers, by ctypes.

A reply is written over the packet it answers, so peer address and local address (pktinfo) of a slot serve
both ways and an answer leaves from the address that was asked. The caller's loop touches `data`, `lengths`
and `peers` directly: at 6 µs a query even one more function call for each packet would show.
"""

import ctypes
import errno
import mmap
import os
import socket
from collections.abc import Sequence
from ctypes import c_char, c_int, c_size_t, c_uint32, c_void_p
from ipaddress import ip_address
from typing import NamedTuple

from gateway.dns.gate import MAX_QUERY

SLOTS = 64  # packets for each system call; more gains nothing measurable
SLOT_SIZE = MAX_QUERY + 256  # an oversized packet arrives cut, but longer than MAX_QUERY, and is refused
_CONTROL = 64  # room for one pktinfo message of either family
_MSG_DONTWAIT = 0x40
_IP_PKTINFO = 8
_IPV6_RECVPKTINFO = 49
_IPV6_PKTINFO = 50


class _IoVec(ctypes.Structure):
    _fields_ = (("base", c_void_p), ("length", c_size_t))


class _MsgHdr(ctypes.Structure):
    _fields_ = (
        ("name", c_void_p),
        ("namelen", c_uint32),
        ("iov", c_void_p),
        ("iovlen", c_size_t),
        ("control", c_void_p),
        ("controllen", c_size_t),
        ("flags", c_int),
    )


class _MMsgHdr(ctypes.Structure):
    _fields_ = (("header", _MsgHdr), ("length", c_uint32))


class _Family(NamedTuple):
    """Where a socket address holds what (linux/in.h, linux/in6.h)."""

    sockaddr_size: int
    address_at: int
    address_size: int
    control_size: int  # CMSG_SPACE of its pktinfo
    local_at: int  # offset of the local address in the control message
    interface_at: int


_CMSG = socket.CMSG_LEN(0)  # 16 where a size_t has 64 bits, 12 on a 32-bit Raspberry Pi OS
_V4_INFO, _V6_INFO = 12, 20  # in_pktinfo, in6_pktinfo
_V4 = _Family(16, 4, 4, socket.CMSG_SPACE(_V4_INFO), _CMSG + 4, _CMSG)
_V6 = _Family(28, 8, 16, socket.CMSG_SPACE(_V6_INFO), _CMSG, _CMSG + 16)

_libc = ctypes.CDLL(None, use_errno=True)
_recvmmsg = _libc.recvmmsg
_recvmmsg.argtypes = [c_int, c_void_p, ctypes.c_uint, c_int, c_void_p]
_sendmmsg = _libc.sendmmsg
_sendmmsg.argtypes = [c_int, c_void_p, ctypes.c_uint, c_int]


class ReturnPath(NamedTuple):
    """How to answer one packet later: its peer, and the local address it came to."""

    peer: bytes  # socket address as the kernel wrote it
    control: bytes  # pktinfo message as the kernel wrote it; b"" where the socket has one address only
    peer_address: bytes
    local_address: bytes
    interface: int  # 0 where the kernel was not asked for it


class BatchSocket:
    """A bound UDP socket and its buffers.

    After `receive()` returned n, packet i lies in `data[i * SLOT_SIZE :][: lengths(n)[i]]`. Its reply is
    written there and the reply's size to `out_words[2 * i + 1]`; `send(n, skip)` sends them.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._fd = sock.fileno()
        v6 = sock.family == socket.AF_INET6
        self._family = _V6 if v6 else _V4
        sock.setblocking(False)
        # Only where there are several: to tell which one was asked costs a twentieth of the whole loop.
        self._local = b"" if (bound := ip_address(sock.getsockname()[0])).is_unspecified else bound.packed
        if not self._local and v6:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVPKTINFO, 1)
        elif not self._local:
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        # Memory of our own rather than a bytearray: a slice of it is bytes at once, and half as dear to take or set.
        self.data = mmap.mmap(-1, SLOTS * SLOT_SIZE)
        self._names = bytearray(SLOTS * 32)
        self._control = bytearray(SLOTS * _CONTROL)
        self._prepare()

    def _prepare(self) -> None:
        family = self._family
        # Held for as long as the kernel writes there: a bytearray that is exported cannot grow and so not move.
        self._pinned = tuple(
            (c_char * len(buffer)).from_buffer(buffer) for buffer in (self.data, self._names, self._control)
        )
        data, names, control = map(ctypes.addressof, self._pinned)
        self._in_vectors, self._out_vectors = (_IoVec * SLOTS)(), (_IoVec * SLOTS)()
        self._in_headers, self._out_headers = (_MMsgHdr * SLOTS)(), (_MMsgHdr * SLOTS)()
        for vectors, headers, room in (
            (self._in_vectors, self._in_headers, _CONTROL),
            (self._out_vectors, self._out_headers, family.control_size),
        ):
            for i in range(SLOTS):
                vectors[i].base, vectors[i].length = data + i * SLOT_SIZE, SLOT_SIZE
                header = headers[i].header
                header.name, header.namelen = names + i * 32, family.sockaddr_size
                header.iov, header.iovlen = ctypes.addressof(vectors) + i * ctypes.sizeof(_IoVec), 1
                if not self._local:
                    header.control, header.controllen = control + i * _CONTROL, room
        self._in_at, self._out_at = ctypes.addressof(self._in_headers), ctypes.addressof(self._out_headers)
        self._header_size = ctypes.sizeof(_MMsgHdr)
        raw = memoryview((c_char * ctypes.sizeof(self._in_headers)).from_buffer(self._in_headers)).cast("B")
        self._in_raw, self._in_fresh = raw, bytes(raw)
        self._in_words = raw.cast("I")
        self._length_at, self._length_step = _MMsgHdr.length.offset // 4, self._header_size // 4
        # Sizes of what goes out, as words of a size_t (in Linux a long): slot i's is at 2 i + 1.
        out = (c_char * ctypes.sizeof(self._out_vectors)).from_buffer(self._out_vectors)
        self.out_words = memoryview(out).cast("B").cast("L")
        self._name_words = memoryview(self._names).cast("I")

    def receive(self) -> int:
        """How many packets came in, at most SLOTS; 0 when none waits."""
        self._in_raw[:] = self._in_fresh  # the kernel has written over lengths of names and control messages
        count: int = _recvmmsg(self._fd, self._in_at, SLOTS, _MSG_DONTWAIT, None)
        return max(count, 0)

    def lengths(self, count: int) -> list[int]:
        """Bytes of each packet."""
        return self._in_words[self._length_at : count * self._length_step : self._length_step].tolist()

    def peers(self, count: int) -> Sequence[int | bytes]:
        """A key for each packet's source address, without port: whatever is quickest to make."""
        if self._family is _V4:
            return self._name_words[1 : count * 8 : 8].tolist()
        names = self._names
        return [bytes(names[at : at + 16]) for at in range(8, count * 32, 32)]

    def address(self, slot: int) -> bytes:
        """The source address of a packet, packed."""
        at = slot * 32 + self._family.address_at
        return bytes(self._names[at : at + self._family.address_size])

    def return_path(self, slot: int) -> ReturnPath:
        """What is needed to answer this packet after its slot has been used again."""
        family = self._family
        peer = bytes(self._names[slot * 32 : slot * 32 + family.sockaddr_size])
        if self._local:
            return ReturnPath(peer, b"", self.address(slot), self._local, 0)
        control = bytes(self._control[slot * _CONTROL : slot * _CONTROL + family.control_size])
        local = control[family.local_at : family.local_at + family.address_size]
        interface = int.from_bytes(control[family.interface_at : family.interface_at + 4], "little")
        return ReturnPath(peer, control, self.address(slot), local, interface)

    def send(self, count: int, skip: list[int]) -> int:
        """Send the replies of slots below `count` but those in `skip` (ascending). How many could not go."""
        lost = begin = 0
        for end in (*skip, count):
            while begin < end:
                at = self._out_at + begin * self._header_size
                sent = _sendmmsg(self._fd, at, end - begin, _MSG_DONTWAIT)
                if sent <= 0:
                    # The first of the run cannot go (no route, full buffer): leave it, go on with the next.
                    if ctypes.get_errno() == errno.EINTR:
                        continue
                    lost += 1
                    sent = 1
                begin += sent
            begin = end + 1
        return lost

    def send_later(self, reply: bytes, path: ReturnPath) -> bool:
        """Answer a packet whose slot is gone. False where the kernel would not take it."""
        family = self._family
        if family is _V6:
            peer: tuple[str | int, ...] = (
                socket.inet_ntop(socket.AF_INET6, path.peer_address),
                int.from_bytes(path.peer[2:4], "big"),
                0,
                int.from_bytes(path.peer[24:28], "little"),
            )
            ancillary = (socket.IPPROTO_IPV6, _IPV6_PKTINFO, path.control[_CMSG : _CMSG + _V6_INFO])
        else:
            peer = (
                socket.inet_ntop(socket.AF_INET, path.peer_address),
                int.from_bytes(path.peer[2:4], "big"),
            )
            ancillary = (socket.IPPROTO_IP, _IP_PKTINFO, path.control[_CMSG : _CMSG + _V4_INFO])
        try:
            self.sock.sendmsg([reply], [ancillary] if path.control else [], 0, peer)
        except OSError:
            return False  # the peer is out of reach or our buffer is full: it will ask again
        return True


def bind_udp(address: str, port: int) -> socket.socket:
    """A UDP socket that shares its port with the other workers. Raises OSError."""
    return _bind(address, port, socket.SOCK_DGRAM)


def bind_tcp(address: str, port: int) -> socket.socket:
    """A TCP socket, not yet listening, that shares its port with the other workers. Raises OSError."""
    return _bind(address, port, socket.SOCK_STREAM)


def _bind(address: str, port: int, kind: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_DGRAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)  # a burst while a generation loads
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"{os.strerror(error.errno or 0)}: {address} port {port}") from None
    return sock
