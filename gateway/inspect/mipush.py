"""The first frame of a Mi Push connection (SLIM over TCP 5222 or 443): a phone that says in clear who it is.

The layout is read off recorded connections of five phones; every checksum among them holds. What follows the first
frame is encrypted and is not read.
"""

import zlib

import msgspec

from gateway.errors import Unreadable

MAGIC = b"\xc2\xfe"
HEAD = 8  # magic, version, bytes that follow without the checksum
MAX_FRAME = 4 * 1024  # the longest recorded one has 213 bytes
_PARTS = 8  # kind, size of the header, size of the payload
_CHECKSUM = 4
_VARINT, _BYTES = 0, 2  # protobuf's wire types
_MAX_VARINT = 10


class Connect(msgspec.Struct, frozen=True):
    """What the phone tells the push server. Text as it came: it is the sender's."""

    model: str
    rom: str  # MIUI's or HyperOS's version
    device: str  # an identifier that stays
    network: str  # "wifi", or the carrier's access point
    server: str  # host and port it meant to reach
    locale: str
    android: int  # API level; 0 where it is not said


def looks_like(start: bytes) -> bool:
    """May a stream that begins so be Mi Push? `start` has at least one byte."""
    return MAGIC.startswith(start[:2])


class MiPushReader:
    """Reads one stream's first frame, in order. Holds at most MAX_FRAME."""

    def __init__(self) -> None:
        self._frame = bytearray()

    def feed(self, data: bytes) -> Connect | None:
        """More of the stream: what it says once the frame is whole, None while it is not. Raises Unreadable."""
        self._frame += data[: MAX_FRAME - len(self._frame)]
        if not looks_like(bytes(self._frame[:2]) or MAGIC):
            raise Unreadable("not Mi Push")
        if len(self._frame) < HEAD:
            return None
        whole = HEAD + int.from_bytes(self._frame[4:HEAD], "big") + _CHECKSUM
        if whole > MAX_FRAME:
            raise Unreadable(f"a frame of {whole} bytes")
        return parse(bytes(self._frame[:whole])) if len(self._frame) >= whole else None


def parse(frame: bytes) -> Connect:
    """A whole first frame. Raises Unreadable."""
    body, checksum = frame[:-_CHECKSUM], frame[-_CHECKSUM:]
    if len(body) < HEAD + _PARTS or zlib.adler32(body) != int.from_bytes(checksum, "big"):
        raise Unreadable("a frame with a wrong checksum")
    header = int.from_bytes(body[HEAD + 2 : HEAD + 4], "big")
    begin = HEAD + _PARTS + header
    payload = _fields(body[begin : begin + int.from_bytes(body[HEAD + 4 : HEAD + 8], "big")])
    if _fields(body[HEAD + _PARTS : begin]).get(5) != b"CONN":
        raise Unreadable("not the frame that opens a connection")
    android = payload.get(10, 0)
    return Connect(
        model=_text(payload, 2),
        rom=_text(payload, 3),
        device=_text(payload, 4),
        network=_text(payload, 6),
        server=_text(payload, 7),
        locale=_text(payload, 8),
        android=android if isinstance(android, int) else 0,
    )


def _text(fields: dict[int, bytes | int], number: int) -> str:
    value = fields.get(number, b"")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _fields(message: bytes) -> dict[int, bytes | int]:
    """A protobuf message's fields; the last of each number counts."""
    found: dict[int, bytes | int] = {}
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == _VARINT:
            found[tag >> 3], at = _varint(message, at)
        elif tag & 7 == _BYTES:
            size, at = _varint(message, at)
            if size > len(message) - at:
                raise Unreadable("a field that ends in the middle")
            found[tag >> 3] = message[at : at + size]
            at += size
        else:
            raise Unreadable(f"a field of wire type {tag & 7}")
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(_MAX_VARINT):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:
            return value, at
    raise Unreadable("a number without an end")
