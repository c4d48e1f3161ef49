"""OPT, the record that is none (RFC 6891), and the two of its options that are used here."""

import functools
from struct import Struct as Layout

from gateway.iana import OPT

DO = 0x8000  # in OPT's flags (RFC 3225)
MIN_UDP = 512  # RFC 6891 §6.2.3: a smaller announced size means this
EXTENDED_ERROR = 15  # option (RFC 8914)
PADDING = 12  # option (RFC 7830)
MAX_TEXT = 120  # bytes we send, characters we take: a reason fits, and a small answer stays small
MAX_ERRORS = 4  # of an upstream's extended errors; the rest say nothing new
MAX_OPTIONS = 32  # looked at in one OPT: 64 kB of empty ones would take 6 ms

_RECORD = Layout(">BHHBBHH")  # root, OPT, size, extended rcode, version, flags, rdata length
_TWO = Layout(">HH")
SIZE = _RECORD.size  # without options


def opt(udp_size: int, *, rcode: int = 0, dnssec_ok: bool, options: bytes = b"") -> bytes:
    """The record. Of `rcode` it holds the upper eight bits of twelve."""
    return _RECORD.pack(0, OPT, udp_size, rcode >> 4, 0, DO if dnssec_ok else 0, len(options)) + options


def padding(length: int, pad_to: int) -> bytes:
    """The option that brings a message of `length` octets, its OPT included, to a multiple of `pad_to`."""
    missing = -(length + _TWO.size) % pad_to
    return _TWO.pack(PADDING, missing) + bytes(missing)


@functools.lru_cache(maxsize=1024)
def extended_error(code: int, text: str) -> bytes:
    """The option that says why (RFC 8914 §2)."""
    raw = text.encode()[:MAX_TEXT]
    raw = raw.decode(errors="ignore").encode()  # never half a character
    return _TWO.pack(EXTENDED_ERROR, len(raw) + 2) + code.to_bytes(2, "big") + raw


def extended_errors(options: bytes) -> tuple[tuple[int, str], ...]:
    """(code, text) of each reason among the options. They are for people to read: what is malformed is ignored."""
    found: list[tuple[int, str]] = []
    at = 0
    for _ in range(MAX_OPTIONS):
        if at + _TWO.size > len(options) or len(found) == MAX_ERRORS:
            break
        option, length = _TWO.unpack_from(options, at)
        at += _TWO.size
        value = options[at : at + length]
        at += length
        if option == EXTENDED_ERROR and 2 <= length == len(value):
            text = value[2:].decode(errors="replace").rstrip("\0")  # some senders end it with a NUL
            found.append((int.from_bytes(value[:2], "big"), text[:MAX_TEXT]))
    return tuple(found)
