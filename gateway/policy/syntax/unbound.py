"""unbound's `local-zone:` and `local-data:` as blocklists use them.

The many ways in which unbound can answer a blocked zone are one here: how a block is answered is the
group's choice.
"""

import re
from collections.abc import Iterator

from gateway.model import Rewrite
from gateway.names import ROOT, Name
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax.domains import address_of, is_null, name_of, without_comment
from gateway.policy.syntax.lines import LineFault, refused
from gateway.policy.syntax.records import record, text_record
from gateway.policy.syntax.zone import Joiner, record_of, string_of

_OPTION = re.compile(
    r"(server|include|local-zone|local-data|local-data-ptr|local-zone-tag)\s*:(?!/)\s*(.*)", re.S
)
_ZONE = re.compile(r"\"?([^\s\"]+)\"?\s+\"?([a-z_]+)\"?")
# unbound.conf(5): all of these keep the question from the upstreams.
_BLOCKS = frozenset(
    (
        *("always_nxdomain", "always_nodata", "always_refuse", "always_deny", "always_null"),
        *("refuse", "deny", "static", "inform_deny"),
    )
)
_ALLOWS = frozenset(("transparent", "typetransparent", "always_transparent", "nodefault", "inform"))


def is_unbound(text: str) -> bool:
    """Is the line a clause of unbound's that lists hold?"""
    return _OPTION.match(text) is not None


class Zones:
    """Reads one file: what `redirect` makes of a zone is said by a later `local-data`."""

    def __init__(self) -> None:
        self._redirected: dict[Name, tuple[str, int] | None] = {}  # text and line until data comes

    def read(self, text: str, line: int) -> Iterator[Rule | Refused]:
        """What one line says; raises LineFault."""
        text = text.strip()
        if text[0] == "#":
            return
        option = _OPTION.fullmatch(without_comment(text))
        if option is None:
            raise LineFault("neither local-zone nor local-data")
        keyword, value = option.groups()
        if keyword == "local-zone":
            yield from self._zone(text, line, value)
        elif keyword == "local-data":
            yield self._data(text, line, value)
        elif keyword != "server" or value:
            raise LineFault(f"unbound's {keyword} is no rule about names")

    def end(self) -> Iterator[Refused]:
        """Zones that were to be redirected, but nobody said whereto."""
        for said in self._redirected.values():
            if said is not None:
                yield refused(*said, "local-zone of type redirect without local-data after it")

    def _zone(self, text: str, line: int, value: str) -> Iterator[Rule]:
        said = _ZONE.fullmatch(value)
        if said is None:
            raise LineFault("not a name and a type")
        name, kind = name_of(said[1]), said[2]
        if kind == "redirect":
            self._redirected[name] = text, line
        elif kind in _BLOCKS or kind in _ALLOWS:
            yield Rule(text, line, Match.SUFFIX, name, allow=kind in _ALLOWS)
        else:
            raise LineFault(f"local-zone of type {kind} is not supported")

    def _data(self, text: str, line: int, value: str) -> Rule:
        if len(value) > 1 and value[0] in "'\"" and value[-1] == value[0]:
            value = value[1:-1]
        entry = Joiner().add(value, line) if value else None
        if entry is None or not entry.owner:
            raise LineFault("local-data without a record")
        name = name_of(entry.owner)
        match = Match.EXACT
        rewrite = _rewrite(*record_of(entry.fields))
        if name in self._redirected:
            match = Match.SUFFIX
            self._redirected[name] = None
        return Rule(text, line, match, name, rewrite=rewrite)


def _rewrite(kind: str, data: list[str]) -> Rewrite | None:
    """None for a block."""
    match kind, data:
        case "A" | "AAAA", [address] if (found := address_of(address)) is not None and is_null(found):
            return None
        case "CNAME", [target]:
            return Rewrite(cname=name_of(target))
        case "TXT", [_, *_]:
            return Rewrite(records=(text_record(string_of(field) for field in data),))
    return Rewrite(records=(record(kind, data, lambda text: ROOT if text == "." else name_of(text)),))
