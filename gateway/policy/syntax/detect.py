"""Which syntax a list, or one line of it, is written in.

A zone file needs its beginning: names hang under its origin, lines lean on the ones before. So a list
that opens like a zone is read as one. All else is told line by line, for lists are mixed (a hosts file
with `||name^` appended, rules of a user beside a pasted dnsmasq file) and these forms cannot be
confused: only a hosts line begins with an address, only dnsmasq's holds `option=` and only unbound's
`local-zone:`, neither of which a name or a pattern can. Plain names mean the same in the plain and in
the AdBlock syntax.
"""

from collections.abc import Callable, Iterator, Sequence

from gateway.policy.rule import Refused, Rule
from gateway.policy.syntax import adblock, dnsmasq, domains, hosts, pihole, rpz, unbound
from gateway.policy.syntax.lines import Reader, Stateless

HEAD = 100  # lines that may stand before a zone's SOA or $TTL: licence and description

SYNTAXES = ("auto", "hosts", "domains", "adblock", "dnsmasq", "unbound", "rpz")

_READERS: dict[str, Callable[[], Reader]] = {
    "hosts": lambda: Stateless(hosts.read),
    "domains": lambda: Stateless(domains.read),
    "adblock": lambda: Stateless(adblock.read),
    "dnsmasq": lambda: Stateless(dnsmasq.read),
    "unbound": unbound.Zones,
    "rpz": rpz.Zone,
}


def reader_for(syntax: str, head: Sequence[str]) -> Reader:
    """A reader for one list that begins with the lines `head`."""
    if syntax != "auto":
        return _READERS[syntax]()
    if any(rpz.is_zone_head(line.removeprefix("\ufeff")) for line in head[:HEAD]):
        return rpz.Zone()
    return Mixed()


class Mixed:
    """Tells each line by itself."""

    def __init__(self) -> None:
        self._unbound = unbound.Zones()

    def read(self, text: str, line: int) -> Iterator[Rule | Refused]:
        """What one line says; raises LineFault."""
        text = text.strip()
        if text[0] == ";" or adblock.is_comment(text):
            return
        if hosts.is_hosts(text):
            yield from hosts.read(text, line)
        elif dnsmasq.is_dnsmasq(text):
            yield from dnsmasq.read(text, line)
        elif unbound.is_unbound(text):
            yield from self._unbound.read(text, line)
        elif rpz.is_record(text):
            yield from rpz.Zone().read(text, line)
        elif pihole.is_regex(text):
            yield from pihole.read(text, line)
        else:
            yield adblock.rule(text, line)

    def end(self) -> Iterator[Refused]:
        """What unbound's clauses left open."""
        return self._unbound.end()
