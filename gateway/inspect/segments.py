"""Pieces of a stream, put in order again: TCP segments and QUIC's CRYPTO frames, as hostile as they come.

What overlaps must say the same: a sender who says two things about one byte means to show the gateway one name and
the server another (Ptacek and Newsham, 1998).
"""

from gateway.errors import Unreadable

MAX_BYTES = 32 * 1024  # twice the largest ClientHello, beyond its place in the stream too
MAX_PIECES = 64  # that wait for what is missing before them


class Segments:
    """The beginning of one stream. Holds at most MAX_BYTES."""

    def __init__(self) -> None:
        self._whole = bytearray()  # from the beginning, without a gap
        self._waiting: dict[int, bytes] = {}  # offset → what came too early

    def add(self, offset: int, data: bytes) -> bytes:
        """What has become readable by this, in order. Raises Unreadable where pieces contradict or are too many.

        `offset`: of `data`, from the beginning of the stream; a negative one is that of a keep-alive, or a lie.
        """
        if offset < 0 or offset + len(data) > MAX_BYTES:
            raise Unreadable(f"bytes {offset} to {offset + len(data)} of a stream's beginning")
        if not data:
            return b""
        before = len(self._whole)
        self._agree(offset, data)
        if offset > before:
            self._keep(offset, data)
            return b""
        self._whole += data[before - offset :]
        self._join()
        return bytes(self._whole[before:])

    def _agree(self, offset: int, data: bytes) -> None:
        known = bytes(self._whole[offset : offset + len(data)])
        if known != data[: len(known)]:
            raise Unreadable("two pieces say different things")
        for at, other in self._waiting.items():
            begin, end = max(at, offset), min(at + len(other), offset + len(data))
            if begin < end and other[begin - at : end - at] != data[begin - offset : end - offset]:
                raise Unreadable("two pieces say different things")

    def _keep(self, offset: int, data: bytes) -> None:
        if len(self._waiting.get(offset, b"")) >= len(data):
            return  # it came again
        self._waiting[offset] = data
        if len(self._waiting) > MAX_PIECES:
            raise Unreadable(f"more than {MAX_PIECES} pieces out of order")

    def _join(self) -> None:
        for at in sorted(self._waiting):
            if at > len(self._whole):
                return
            piece = self._waiting.pop(at)
            self._whole += piece[len(self._whole) - at :]
