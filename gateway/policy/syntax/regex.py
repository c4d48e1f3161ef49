"""Regular expressions, through RE2 only: its time is linear, so no list can stall the gateway."""

import re

from gateway.names import Name
from gateway.policy.matching.patterns import compiled
from gateway.policy.rule import Match
from gateway.policy.syntax.domains import name_of
from gateway.policy.syntax.lines import LineFault

MAX_PATTERN = 1000  # characters; the longest in public lists are about 600

Matcher = tuple[Match, Name, str]
EVERYTHING: Matcher = (Match.REGEX, b"", ".*")

_NAME = r"([a-z0-9_-]+(?:\\\.[a-z0-9_-]+)+)"
_EXACT = re.compile(rf"\^{_NAME}\$", re.I | re.A)
_SUFFIX = re.compile(
    r"(?:\((?:\?:)?(?:\\\.\|\^|\^\|\\\.)\)|\^\((?:\?:)?\.[+*]\\\.\)\?)" + _NAME + r"\$", re.I | re.A
)
_ALL = frozenset(
    ("", ".", ".*", ".+", "^", "$", "^.*", ".*$", "^.*$", "^.+$", "^.+", ".+$", "^.", ".$", "(.*)")
)


def matcher(pattern: str) -> Matcher:
    """What `pattern` covers; raises LineFault with RE2's own words.

    A pattern that only spells one name, or a name and all below it, becomes just that: a look-up by hash
    instead of a search, and lists of regular expressions consist of little else.
    """
    for simple, match in ((_EXACT, Match.EXACT), (_SUFFIX, Match.SUFFIX)):
        found = simple.fullmatch(pattern)
        if found:
            return match, name_of(found[1].replace("\\.", ".")), ""
    if pattern in _ALL:
        return EVERYTHING
    # Names are looked at in lower case: without the flag an upper-case letter would never be met.
    if re.search("[A-Z]", pattern):
        pattern = "(?i)" + pattern
    return Match.REGEX, b"", checked(pattern)


def checked(pattern: str) -> str:
    """`pattern`, which RE2 accepts; raises LineFault."""
    if len(pattern) > MAX_PATTERN:
        raise LineFault(f"regular expression longer than {MAX_PATTERN} characters")
    try:
        compiled(pattern)  # as whoever decides by it will, within the same memory
    except ValueError as error:
        raise LineFault(f"regular expression refused: {error}") from None
    return pattern
