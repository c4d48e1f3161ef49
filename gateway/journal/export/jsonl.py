"""The log as one JSON object a line, each as `hushgate log --json` prints it."""

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from gateway.journal.search import LogRow

MEDIA_TYPE = "application/jsonl"
ROWS = 200  # in a chunk
# What some readers take for the end of a line (NEL, LS, PS), though JSON may hold it: only strings do.
_BREAKS = ((b"\xc2\x85", b"\\u0085"), (b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"))


def encode(rows: Iterable[LogRow]) -> Iterator[bytes]:
    """A line for each row."""
    encoder = msgspec.json.Encoder()
    rest = iter(rows)
    while some := list(islice(rest, ROWS)):
        lines = encoder.encode_lines(some)
        for raw, escaped in _BREAKS:
            lines = lines.replace(raw, escaped)
        yield lines
