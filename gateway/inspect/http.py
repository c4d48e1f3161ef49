"""The head of a plain HTTP/1 request: whom it asks, what for, as whom. Nothing of its body is read."""

import re

import msgspec

from gateway.errors import Unreadable
from gateway.inspect.client_hello import checked_name

MAX_HEAD = 8 * 1024  # common servers refuse longer ones
_METHODS = (b"GET", b"POST", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"CONNECT", b"TRACE")


class Request(msgspec.Struct, frozen=True):
    """What one says of itself."""

    method: bytes
    target: bytes  # as sent
    name: bytes | None  # of the host, lower case, without a port; None without a Host
    agent: bytes  # User-Agent; b"" without one


def looks_like(start: bytes) -> bool:
    """May a stream that begins so be an HTTP/1 request? `start` has at least one byte."""
    return any((method + b" ").startswith(start[: len(method) + 1]) for method in _METHODS)


class HttpReader:
    """Reads one stream's first bytes, in order. Holds at most MAX_HEAD."""

    def __init__(self) -> None:
        self._head = bytearray()

    def feed(self, data: bytes) -> Request | None:
        """More of the stream: the request once its head is whole, None while it is not. Raises Unreadable."""
        searched = max(0, len(self._head) - 3)
        self._head += data[: MAX_HEAD + 4 - len(self._head)]
        end = self._head.find(b"\r\n\r\n", searched)
        if end >= 0:
            return parse(bytes(self._head[:end]))
        if len(self._head) > MAX_HEAD:
            raise Unreadable(f"a head of more than {MAX_HEAD} bytes")
        return None


def parse(head: bytes) -> Request:
    """A head without the empty line at its end. Raises Unreadable."""
    first, *lines = head.split(b"\r\n")
    words = first.split(b" ")
    if len(words) != 3 or words[0] not in _METHODS or not words[2].startswith(b"HTTP/1."):
        raise Unreadable("not a request line")
    fields: dict[bytes, bytes] = {}
    for line in lines:
        key, colon, value = line.partition(b":")
        if not colon or not key or key != key.strip():  # a folded line would be read differently elsewhere
            raise Unreadable("a header line that is none")
        key = key.lower()
        if key == b"host" and key in fields:  # RFC 9112 §3.2: refused by servers, or one of them is believed
            raise Unreadable("two Host headers")
        fields.setdefault(key, value.strip(b" \t"))
    target = words[1]
    asked = _authority(target) or fields.get(b"host")
    return Request(words[0], target, _name(asked) if asked else None, fields.get(b"user-agent", b""))


def _authority(target: bytes) -> bytes | None:
    """RFC 9112 §3.2.2: an absolute target counts, whatever Host says."""
    scheme, found, rest = target.partition(b"://")
    if not found or scheme.lower() not in (b"http", b"https"):
        return None
    return re.split(rb"[/?#]", rest, maxsplit=1)[0].rpartition(b"@")[2] or None


def _name(authority: bytes) -> bytes:
    if authority.startswith(b"["):  # an IPv6 address
        return checked_name(authority[1:].partition(b"]")[0])
    return checked_name(authority.partition(b":")[0])
