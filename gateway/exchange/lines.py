"""Rules IN from lists: AdBlock, hosts, plain domains, RPZ, and what else gateway/policy/syntax reads."""

from gateway.errors import UsageError
from gateway.exchange.gathering import Gathering
from gateway.exchange.values import Imported
from gateway.policy.state import EVERYONE
from gateway.policy.syntax import parse

MAX_TEXT = 8 << 20  # bytes
MAX_LINES = 200_000  # comments and all; 20 000 rules are the most that come out
_HINT = "subscribe to a list of this size instead: hushgate lists add FILE"


def read(content: bytes, syntax: str = "auto", group: str = EVERYONE) -> Imported:
    """Every rule of a text for `group`. Raises UsageError where it is too large, and for nothing that it holds."""
    if len(content) > MAX_TEXT:
        raise UsageError(f"a text of more than {MAX_TEXT >> 20} MB", hint=_HINT)
    # What is no UTF-8 becomes characters that every parser refuses, line by line.
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) > MAX_LINES:
        raise UsageError(f"more than {MAX_LINES} lines", hint=_HINT)
    gathering = Gathering(syntax)
    gathering.found(parse(lines, syntax), (group,))
    return gathering.done()
