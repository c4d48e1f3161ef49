"""The ClientHello in the first datagrams of a QUIC connection: version 1 (RFC 9000, 9001) and 2 (RFC 9369).

An Initial is encrypted with keys that everybody can derive from the connection id its sender chose.
"""

import functools

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from gateway.errors import Unreadable
from gateway.inspect import client_hello
from gateway.inspect.client_hello import ClientHello
from gateway.inspect.segments import Segments

MAX_CONNECTION_ID = 20  # RFC 9000 §17.2
MAX_DATAGRAMS = 16  # Chrome's ClientHello takes two
MAX_FRAMES = 512  # of one Initial; Chrome cuts its CRYPTO into some ten, and pads between them

_LONG = 0x80
_FIXED = 0x40
_TAG = 16
_SAMPLE = 16

_PADDING = 0x00
_PING = 0x01
_ACK = 0x02
_ACK_ECN = 0x03
_CRYPTO = 0x06
_CONNECTION_CLOSE = 0x1C


class _Version(msgspec.Struct, frozen=True):
    salt: bytes
    initial: int  # the type of an Initial's packet
    label: str


_VERSIONS = {
    0x00000001: _Version(
        bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), 0, "quic"
    ),  # RFC 9001 §5.2
    0x6B3343CF: _Version(
        bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"), 1, "quicv2"
    ),  # RFC 9369 §3.3
}


class Keys(msgspec.Struct, frozen=True):
    """Of a client's Initials: packet key, nonce and header key."""

    key: bytes
    iv: bytes
    header: bytes


class _Packet(msgspec.Struct, frozen=True):
    """Where the parts of a long packet lie."""

    version: int
    type: int
    destination: bytes
    number_at: int
    end: int


def looks_like(datagram: bytes) -> bool:
    """May a flow that begins with this be QUIC of a version we read?"""
    return (
        len(datagram) > 5
        and datagram[0] & (_LONG | _FIXED) == _LONG | _FIXED
        and int.from_bytes(datagram[1:5], "big") in _VERSIONS
    )


class QuicReader:
    """Reads the datagrams that one client sends first, in whatever order. Holds no more than one ClientHello."""

    def __init__(self) -> None:
        self._crypto = Segments()
        self._message = bytearray()
        self._datagrams = 0
        self._first: tuple[int, bytes] | None = None  # version and id that the keys come from

    def feed(self, datagram: bytes) -> ClientHello | None:
        """One more: the ClientHello once it is whole, None while it is not. Raises Unreadable."""
        self._datagrams += 1
        if self._datagrams > MAX_DATAGRAMS:
            raise Unreadable(f"no ClientHello in {MAX_DATAGRAMS} datagrams")
        at = 0
        while at < len(datagram) and datagram[at] & _LONG:
            packet = _packet(datagram, at)
            if packet.type == _VERSIONS[packet.version].initial:
                payload = self._opened(datagram, at, packet)
                self._take(payload)
            at = packet.end
        whole = client_hello.length(bytes(self._message[: client_hello.HANDSHAKE_HEAD]))
        if whole is None or len(self._message) < whole:
            return None
        return client_hello.parse(bytes(self._message[:whole]))

    def _opened(self, datagram: bytes, at: int, packet: _Packet) -> bytes:
        """An Initial in clear. A client keeps its first id's keys when the server has given it another one."""
        own = (packet.version, packet.destination)
        for version, destination in dict.fromkeys([own, self._first or own]):
            try:
                opened = _decrypted(datagram, at, packet, keys(version, destination))
            except InvalidTag:
                continue
            self._first = self._first or own
            return opened
        raise Unreadable("an Initial that its own keys do not open")

    def _take(self, payload: bytes) -> None:
        for offset, data in _crypto_frames(payload):
            self._message += self._crypto.add(offset, data)


def _packet(data: bytes, begin: int) -> _Packet:
    """The long packet at `begin` (RFC 9000 §17.2)."""
    version = int.from_bytes(data[begin + 1 : begin + 5], "big")
    if not data[begin] & _FIXED or version not in _VERSIONS:
        raise Unreadable(f"QUIC version {version:#x}")
    kind = data[begin] >> 4 & 3
    destination, at = _connection_id(data, begin + 5)
    _, at = _connection_id(data, at)
    type_of_retry = (_VERSIONS[version].initial + 3) % 4
    if kind == type_of_retry:
        raise Unreadable("a Retry, which no client sends")
    if kind == _VERSIONS[version].initial:
        token, at = _number(data, at)
        at += token
    length, at = _number(data, at)
    end = at + length
    if end > len(data) or length < 4 + _SAMPLE:  # RFC 9001 §5.4.2
        raise Unreadable("a packet that ends in the middle")
    return _Packet(version, kind, destination, at, end)


def _connection_id(data: bytes, at: int) -> tuple[bytes, int]:
    if at >= len(data):
        raise Unreadable("a packet that ends in the middle")
    end = at + 1 + data[at]
    if data[at] > MAX_CONNECTION_ID or end > len(data):
        raise Unreadable("a connection id of more bytes than there are")
    return data[at + 1 : end], end


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer (RFC 9000 §16) and where it ends."""
    if at >= len(data):
        raise Unreadable("a packet that ends in the middle")
    end = at + (1 << (data[at] >> 6))
    if end > len(data):
        raise Unreadable("a packet that ends in the middle")
    many = 8 * (end - at) - 2
    return int.from_bytes(data[at:end], "big") & ((1 << many) - 1), end


@functools.lru_cache(maxsize=64)  # the datagrams of one flow come one after the other
def keys(version: int, destination: bytes) -> Keys:
    """From the first destination id a client chose (RFC 9001 §5.2)."""
    known = _VERSIONS[version]
    extract = HMAC(known.salt, SHA256())
    extract.update(destination)
    client = _expand(extract.finalize(), "client in", 32)
    return Keys(
        key=_expand(client, f"{known.label} key", 16),
        iv=_expand(client, f"{known.label} iv", 12),
        header=_expand(client, f"{known.label} hp", 16),
    )


def _expand(secret: bytes, label: str, size: int) -> bytes:
    """HKDF-Expand-Label of TLS 1.3 (RFC 8446 §7.1)."""
    full = b"tls13 " + label.encode()
    info = size.to_bytes(2, "big") + bytes([len(full)]) + full + b"\0"
    return HKDFExpand(SHA256(), size, info).derive(secret)


def _decrypted(data: bytes, begin: int, packet: _Packet, keys: Keys) -> bytes:
    """Without header protection and without encryption (RFC 9001 §5.3, 5.4). Raises InvalidTag."""
    at = packet.number_at
    # One block of AES-ECB is how header protection is defined.
    protect = Cipher(algorithms.AES(keys.header), modes.ECB()).encryptor()
    mask = protect.update(data[at + 4 : at + 4 + _SAMPLE])
    first = data[begin] ^ mask[0] & 0x0F
    size = (first & 3) + 1
    number = bytes(a ^ b for a, b in zip(data[at : at + size], mask[1:], strict=False))
    head = bytes([first]) + data[begin + 1 : at] + number
    nonce = (int.from_bytes(keys.iv, "big") ^ int.from_bytes(number, "big")).to_bytes(12, "big")
    return AESGCM(keys.key).decrypt(nonce, data[at + size : packet.end], head)


def _crypto_frames(payload: bytes) -> list[tuple[int, bytes]]:
    """Offsets and bytes of the CRYPTO frames (RFC 9000 §12.4: an Initial holds few kinds)."""
    found: list[tuple[int, bytes]] = []
    at = 0
    frames = 0
    while at < len(payload):
        kind = payload[at]
        if kind == _PADDING:
            at = _after_padding(payload, at)
            continue
        frames += 1
        if frames > MAX_FRAMES:
            raise Unreadable(f"more than {MAX_FRAMES} frames in a packet")
        at += 1
        if kind == _CRYPTO:
            offset, at = _number(payload, at)
            length, at = _number(payload, at)
            if at + length > len(payload):
                raise Unreadable("a frame that ends in the middle")
            found.append((offset, payload[at : at + length]))
            at += length
        elif kind in (_ACK, _ACK_ECN):
            at = _after_ack(payload, at, counts=3 if kind == _ACK_ECN else 0)
        elif kind == _CONNECTION_CLOSE:
            break  # nothing comes after it
        elif kind != _PING:
            raise Unreadable(f"frame {kind:#x} in an Initial")
    return found


def _after_padding(payload: bytes, at: int) -> int:
    return len(payload) - len(payload[at:].lstrip(b"\0"))


def _after_ack(payload: bytes, at: int, *, counts: int) -> int:
    for _ in range(2):  # largest acknowledged, delay
        _, at = _number(payload, at)
    ranges, at = _number(payload, at)
    if 2 * ranges > len(payload):
        raise Unreadable("more ranges than bytes")
    for _ in range(1 + 2 * ranges + counts):
        _, at = _number(payload, at)
    return at
