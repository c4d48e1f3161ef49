"""A TLS ClientHello (RFC 8446 §4.1.2): which name the client asks for, in bounded time, whoever wrote it.

The handshake message alone: how it travels is the business of `tls` (records over TCP) and `quic` (CRYPTO frames).
"""

import msgspec

from gateway.errors import Unreadable
from gateway.names import MAX_NAME

CLIENT_HELLO = 1
HANDSHAKE_HEAD = 4  # type and 24 bits of length
MAX_MESSAGE = 16 * 1024  # Chrome's with post-quantum keys has 1.9 kB; one record holds at most this
MAX_PROTOCOLS = 32  # of ALPN; browsers name two
_HOST_NAME = 0  # RFC 6066 §3

_SERVER_NAME = 0
_ALPN = 16
_ECH = 0xFE0D  # encrypted_client_hello, draft-ietf-tls-esni
_FIXED = 34  # legacy version and random


class ClientHello(msgspec.Struct, frozen=True):
    """What one says in clear."""

    name: (
        bytes | None
    )  # lower case, no dot at its end; None without one. With `ech`, whom the provider put in front
    protocols: tuple[bytes, ...]  # ALPN: b"h2", b"h3", …
    ech: bool  # the true name is encrypted, or it is pretended to be (GREASE)


def length(message: bytes) -> int | None:
    """Bytes of the whole handshake message that begins so; None while that cannot be told. Raises Unreadable."""
    if message and message[0] != CLIENT_HELLO:
        raise Unreadable(f"handshake message {message[0]}, not a ClientHello")
    if len(message) < HANDSHAKE_HEAD:
        return None
    whole = HANDSHAKE_HEAD + int.from_bytes(message[1:HANDSHAKE_HEAD], "big")
    if whole > MAX_MESSAGE:
        raise Unreadable(f"a ClientHello of {whole} bytes")
    return whole


def parse(message: bytes) -> ClientHello:
    """The whole handshake message. Raises Unreadable."""
    if length(message) != len(message):
        raise Unreadable("not one whole ClientHello")
    reader = _Reader(message, HANDSHAKE_HEAD, len(message))
    reader.skip(_FIXED)
    reader.skip(reader.number(1))  # session id
    reader.skip(reader.number(2))  # cipher suites
    reader.skip(reader.number(1))  # compression methods
    if reader.ended():
        return ClientHello(None, (), ech=False)  # TLS 1.2 needs no extensions
    extensions = reader.part(2)
    if not reader.ended():
        raise Unreadable("bytes after the extensions")
    return _said_in(extensions)


def _said_in(extensions: "_Reader") -> ClientHello:
    name: bytes | None = None
    protocols: tuple[bytes, ...] = ()
    ech = False
    seen: set[int] = set()
    while not extensions.ended():
        kind = extensions.number(2)
        body = extensions.part(2)
        if kind in seen:  # RFC 8446 §4.2: a server refuses it, or takes the other one
            raise Unreadable(f"extension {kind} twice")
        seen.add(kind)
        if kind == _SERVER_NAME:
            name = _host_name(body)
        elif kind == _ALPN:
            protocols = _protocols(body)
        elif kind == _ECH:
            ech = True
    return ClientHello(name, protocols, ech)


def _host_name(body: "_Reader") -> bytes:
    names = body.part(2)
    if not body.ended():
        raise Unreadable("bytes after the server name")
    found: bytes | None = None
    while not names.ended():
        kind = names.number(1)
        name = names.part(2).rest()
        if kind != _HOST_NAME:
            continue
        if found is not None:
            raise Unreadable("two server names")
        found = name
    if found is None:
        raise Unreadable("a server name extension without a name")
    return checked_name(found)


def checked_name(name: bytes) -> bytes:
    """As we write names: lower case, without the dot at its end. Raises Unreadable for what no host is called."""
    name = name.removesuffix(b".").lower()
    if not name or len(name) > MAX_NAME:
        raise Unreadable(f"a name of {len(name)} bytes")
    if any(byte <= 0x20 or byte >= 0x7F for byte in name):  # RFC 6066 §3: ASCII; spaces and controls are none
        raise Unreadable("a name with bytes that no host name has")
    return name


def _protocols(body: "_Reader") -> tuple[bytes, ...]:
    listed = body.part(2)
    found: list[bytes] = []
    while not listed.ended():
        protocol = listed.part(1).rest()
        if len(found) < MAX_PROTOCOLS:
            found.append(protocol)
    return tuple(found)


class _Reader:
    """A walk over bytes that never leaves them."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data = data
        self._at = at
        self._end = end

    def ended(self) -> bool:
        return self._at == self._end

    def number(self, size: int) -> int:
        at = self._at
        self.skip(size)
        return int.from_bytes(self._data[at : self._at], "big")

    def skip(self, size: int) -> None:
        if size > self._end - self._at:
            raise Unreadable("it ends in the middle")
        self._at += size

    def part(self, size: int) -> "_Reader":
        """What follows a length of `size` bytes."""
        many = self.number(size)
        at = self._at
        self.skip(many)
        return _Reader(self._data, at, self._at)

    def rest(self) -> bytes:
        return self._data[self._at : self._end]
