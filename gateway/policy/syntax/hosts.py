"""Hosts files (hosts(5)): an address and the names that have it. An address of nowhere blocks the names."""

import re
from collections.abc import Iterator

from gateway.model import Rewrite
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax.domains import address_of, is_null, name_of
from gateway.policy.syntax.lines import LineFault, each
from gateway.policy.syntax.records import address_record

# What every hosts file begins with: the machine's own names, not somebody's to block.
OWN_NAMES = frozenset(
    (
        *("localhost", "localhost.localdomain", "local", "broadcasthost", "loopback", "0.0.0.0"),
        *("localhost4", "localhost4.localdomain4", "localhost6", "localhost6.localdomain6"),
        *("ip6-localhost", "ip6-loopback", "ip6-localnet", "ip6-mcastprefix"),
        *("ip6-allnodes", "ip6-allrouters", "ip6-allhosts"),
    )
)

_BEGINS = re.compile(r"[0-9a-fA-F:][0-9a-fA-F:.]*(?:%\w+)?(?=\s)")


def is_hosts(text: str) -> bool:
    """Does the line begin with an address and go on? No other syntax has such lines."""
    begin = _BEGINS.match(text)
    return begin is not None and address_of(begin[0]) is not None


def read(text: str, line: int) -> Iterator[Rule | Refused]:
    """One rule a name."""
    text = text.strip()
    if text[0] in "#!":
        return
    words = text.partition("#")[0].split()
    address = address_of(words[0])
    if address is None:
        raise LineFault("not a hosts line: it begins with no address")
    names = [word for word in words[1:] if word.lower().rstrip(".") not in OWN_NAMES]
    if len(words) == 1:
        raise LineFault("an address without a name")
    rewrite = None if is_null(address) else Rewrite(records=(address_record(address),))
    yield from each(
        names,
        text,
        line,
        lambda name: Rule(text=text, line=line, match=Match.EXACT, name=name_of(name), rewrite=rewrite),
    )
