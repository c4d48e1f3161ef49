"""The common line of each syntax in one regular expression: a list of a million names is read in seconds.

Must never say anything that the slow readers would not say: what it does not know by heart is theirs.
"""

import re

from gateway.names import MAX_LABEL, Name
from gateway.policy.rule import Match

MAX_QUICK = 250  # characters: no name above the limit of RFC 1035 §3.1 fits into so short a line

# Lower case, two labels or more, no number at the end (an address), not one of the machine's own names.
_NAME = r"(?!local)((?:[a-z0-9_][a-z0-9_-]{0,62}\.)+[a-z][a-z0-9-]{1,62})"
_FORMS = {
    "suffix": (Match.SUFFIX, rf"\|\|{_NAME}\^"),
    "hosts": (Match.EXACT, rf"(?:0\.0\.0\.0|127\.0\.0\.1|::1?)[ \t]+{_NAME}"),
    "name": (Match.EXACT, _NAME),
    "below": (Match.BELOW, rf"\*\.{_NAME}"),
    "address": (Match.SUFFIX, rf"address=/{_NAME}/(?:#|::|0\.0\.0\.0)?"),
    "local": (Match.SUFFIX, rf"(?:local|server)=/{_NAME}/"),
    "zone": (
        Match.SUFFIX,
        rf'local-zone:[ \t]+"{_NAME}\.?"[ \t]+"?(?:always_(?:nxdomain|null|nodata|refuse)|refuse|static)"?',
    ),
}
_KNOWN = {
    "auto": ("suffix", "hosts", "name", "below", "address", "local", "zone"),
    "adblock": ("suffix", "hosts", "name", "below"),
    "hosts": ("hosts",),
    "domains": ("name", "below"),
    "dnsmasq": ("address", "local"),
    "unbound": ("zone",),
}
_LENGTH = tuple(chr(length) for length in range(MAX_LABEL + 1))


def forms(syntax: str) -> tuple[re.Pattern[str], tuple[Match, ...]] | None:
    """The expression of a syntax, and what group 1, 2 … of it covers (0 is unused); None if it has none."""
    known = _KNOWN.get(syntax)
    if known is None:
        return None
    expression = "|".join(_FORMS[form][1] for form in known)
    return re.compile(rf"(?:{expression})[ \t]*\r?\n?"), (Match.EXACT, *(_FORMS[form][0] for form in known))


def wire(name: str) -> Name:
    """The wire form of a name that the expression has found."""
    return ("".join([_LENGTH[len(label)] + label for label in name.split(".")]) + "\0").encode()
