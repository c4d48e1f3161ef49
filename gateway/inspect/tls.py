"""The ClientHello in the first bytes of a TLS connection: records over a stream (RFC 8446 §5.1), however cut.

A client may split the message over many records, which some do to get past firewalls.
"""

from gateway.errors import Unreadable
from gateway.inspect import client_hello
from gateway.inspect.client_hello import ClientHello

HANDSHAKE = 22
RECORD_HEAD = 5  # type, legacy version, length
MAX_RECORD = 16 * 1024  # RFC 8446 §5.1
# One byte of the message a record is allowed, and absurd: each costs the sender six bytes and us a step.
MAX_RECORDS = 1024


def looks_like(start: bytes) -> bool:
    """May a stream that begins so be TLS? `start` has at least one byte."""
    return start[0] == HANDSHAKE and (len(start) < 2 or start[1] == 3)


class TlsReader:
    """Reads one stream's first bytes, in order. Holds no more than one ClientHello and one record's head."""

    def __init__(self) -> None:
        self._waiting = bytearray()  # of a record's head
        self._left = 0  # bytes of the record at hand
        self._records = 0
        self._message = bytearray()

    def feed(self, data: bytes) -> ClientHello | None:
        """More of the stream: the ClientHello once it is whole, None while it is not. Raises Unreadable."""
        at = 0
        while at < len(data):
            if not self._left:
                at = self._head(data, at)
                continue
            part = data[at : at + self._left]
            at += len(part)
            self._left -= len(part)
            self._message += part
            whole = client_hello.length(bytes(self._message[: client_hello.HANDSHAKE_HEAD]))
            if whole is not None and len(self._message) >= whole:
                return client_hello.parse(bytes(self._message[:whole]))
        return None

    def _head(self, data: bytes, at: int) -> int:
        wanted = RECORD_HEAD - len(self._waiting)
        self._waiting += data[at : at + wanted]
        if self._waiting[0] != HANDSHAKE or (len(self._waiting) > 1 and self._waiting[1] != 3):
            raise Unreadable("not a TLS handshake")
        if len(self._waiting) == RECORD_HEAD:
            self._left = int.from_bytes(self._waiting[3:], "big")
            self._records += 1
            if not 0 < self._left <= MAX_RECORD:
                raise Unreadable(f"a record of {self._left} bytes")
            if self._records > MAX_RECORDS:
                raise Unreadable(f"a ClientHello in more than {MAX_RECORDS} records")
            self._waiting.clear()
        return at + wanted
