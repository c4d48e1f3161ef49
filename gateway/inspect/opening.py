"""What a flow says of itself in its first bytes, whichever protocol it speaks."""

from typing import Protocol

import msgspec

from gateway.errors import Unreadable
from gateway.inspect import http, mipush, tls
from gateway.inspect.client_hello import ClientHello
from gateway.inspect.http import HttpReader, Request
from gateway.inspect.mipush import Connect, MiPushReader
from gateway.inspect.quic import QuicReader
from gateway.inspect.segments import Segments
from gateway.inspect.tls import TlsReader

Said = ClientHello | Request | Connect


class Opening(msgspec.Struct, frozen=True):
    """How a flow began."""

    protocol: str  # tls, quic, http, push
    said: Said

    @property
    def name(self) -> bytes | None:
        """Of the host it asks for, where it says one."""
        return None if isinstance(self.said, Connect) else self.said.name


class _Reader(Protocol):
    def feed(self, data: bytes, /) -> Said | None: ...


class StreamReader:
    """The first segments of one TCP flow from the client, in whatever order they come."""

    def __init__(self, first: int) -> None:
        """`first`: sequence number of the first byte of data (the SYN's, plus one)."""
        self._first = first
        self._segments = Segments()
        self._protocol = ""
        self._reader: _Reader | None = None

    def feed(self, sequence: int, data: bytes) -> Opening | None:
        """One more segment: None while more is needed. Raises Unreadable."""
        ready = self._segments.add(_distance(self._first, sequence), data)
        if not ready:
            return None
        if self._reader is None:
            self._protocol, self._reader = _reader_of(ready)
        said = self._reader.feed(ready)
        return Opening(self._protocol, said) if said else None


class DatagramReader:
    """The first datagrams of one UDP flow from the client."""

    def __init__(self) -> None:
        self._reader = QuicReader()

    def feed(self, datagram: bytes) -> Opening | None:
        """One more: None while more is needed. Raises Unreadable."""
        said = self._reader.feed(datagram)
        return Opening("quic", said) if said else None


def _reader_of(start: bytes) -> tuple[str, _Reader]:
    if tls.looks_like(start):
        return "tls", TlsReader()
    if mipush.looks_like(start):
        return "push", MiPushReader()
    if http.looks_like(start):
        return "http", HttpReader()
    raise Unreadable("no protocol that is read here")


def _distance(first: int, sequence: int) -> int:
    """Sequence numbers begin again at 2³² (RFC 9293 §3.4)."""
    distance = (sequence - first) & 0xFFFFFFFF
    return distance - (1 << 32) if distance >= 1 << 31 else distance
