"""Response policy zones (draft-vixie-dnsop-dns-rpz): the name a client asks for decides (QNAME triggers).

NXDOMAIN (`CNAME .`), NODATA (`CNAME *.`) and silence (`CNAME rpz-drop.`) are three ways to answer a
block. How a block is answered is the group's choice, so all three are plain blocks here, and the same
list blocks the same names whatever syntax it came in.
"""

import re
from collections.abc import Iterator

from gateway.model import Rewrite
from gateway.names import MAX_NAME, ROOT, Name, NameFault, from_text, labels
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax import quick
from gateway.policy.syntax.domains import address_of, is_null
from gateway.policy.syntax.lines import LineFault, refused
from gateway.policy.syntax.records import record, text_record
from gateway.policy.syntax.zone import Entry, Joiner, record_of, string_of

_HEAD = re.compile(r"\$(?:TTL|ORIGIN)\s|(?:[^\s;#!|/]\S*)?\s+(?:\w+\s+){0,2}SOA\s", re.I)
_RECORD = re.compile(
    r"[^\s#!|/;]\S*\s+(?:\d+\s+)?(?:IN\s+)?CNAME\s+(?:\.|\*\.|rpz-(?:passthru|drop|tcp-only)\.)\s*(?:;.*)?",
    re.I,
)
_COMMON = re.compile(
    r"(\*\.)?((?:[a-z0-9_][a-z0-9_-]{0,62}\.)*(?!rpz-)[a-z][a-z0-9-]{1,62})"
    r"[ \t]+(?:\d+[ \t]+)?(?:IN[ \t]+)?CNAME[ \t]+\."
)
_ADDRESS_TRIGGERS = frozenset((b"rpz-ip", b"rpz-client-ip", b"rpz-nsip", b"rpz-nsdname"))


def is_zone_head(text: str) -> bool:
    """Does a line like this open a zone file? Then all lines of the list are a zone's."""
    return _HEAD.match(text) is not None


def is_record(text: str) -> bool:
    """Is the line an RPZ record even without a zone around it?"""
    return _RECORD.fullmatch(text) is not None


class Zone:
    """Reads one zone, from its first line to its last."""

    def __init__(self) -> None:
        self._joiner = Joiner()
        self._origin = ROOT  # what relative names hang under; the root while the list has not said
        self._apex = ROOT  # what is cut off a full name to get the trigger
        self._owner: Name | None = None

    def read(self, text: str, line: int) -> Iterator[Rule | Refused]:
        """What one line says; raises LineFault."""
        if text[0] == "#":
            return  # no comment in a zone file, but in many a list that is one otherwise
        if self._joiner.pending is None and self._origin == self._apex and len(text) <= quick.MAX_QUICK:
            common = _COMMON.fullmatch(text)
            if common:
                name = quick.wire(common[2])
                self._owner = (b"\x01*" if common[1] else b"") + name[:-1] + self._origin
                yield Rule(text, line, Match.BELOW if common[1] else Match.EXACT, name)
                return
        entry = self._joiner.add(text, line)
        if entry is not None:
            yield from self._entry(entry)

    def end(self) -> Iterator[Refused]:
        """A parenthesis that is still open."""
        if self._joiner.pending is not None:
            pending = self._joiner.pending
            yield refused(pending.text, pending.line, "a parenthesis that is never closed")

    def _entry(self, entry: Entry) -> Iterator[Rule | Refused]:
        try:
            if entry.owner.startswith("$"):
                self._directive(entry)
                return
            if entry.owner:
                self._owner = None  # should this one be bad, the lines that lean on it are bad too
                self._owner = self._full(entry.owner)
            if self._owner is None:
                raise LineFault("a record without a name before it")
            kind, data = record_of(entry.fields)
            if kind == "SOA":
                self._apex = self._owner
                if self._origin == ROOT:
                    self._origin = self._apex
            elif self._owner != self._apex:
                yield self._rule(entry, self._trigger(self._owner), kind, data)
        except LineFault as fault:
            yield refused(entry.text, entry.line, str(fault))

    def _directive(self, entry: Entry) -> None:
        match entry.owner.upper(), entry.fields:
            case "$TTL", _:
                pass
            case "$ORIGIN", (origin,):
                first = self._origin == ROOT
                self._origin = self._full(origin)
                if first:
                    self._apex = self._origin
            case directive, _:
                raise LineFault(f"{directive[:40]} is not supported")

    def _full(self, text: str) -> Name:
        """The full name that a field of the zone spells."""
        if text == "@":
            return self._origin
        try:
            name = from_text(text)
        except NameFault as fault:
            raise LineFault(str(fault)) from None
        absolute = text.endswith(".") and not text.endswith("\\.")
        return name if absolute else name[:-1] + self._origin

    def _trigger(self, owner: Name) -> Name:
        if self._apex == ROOT:
            return owner
        at = 0
        while owner[at] and owner[at:] != self._apex:
            at += 1 + owner[at]
        if not owner[at]:
            raise LineFault("a name outside of the zone")
        return owner[:at] + ROOT

    def _rule(self, entry: Entry, trigger: Name, kind: str, data: list[str]) -> Rule:
        parts = labels(trigger)
        if parts[-1] in _ADDRESS_TRIGGERS:
            raise LineFault(
                f"{parts[-1].decode()}: triggers by address or name server are not supported here yet"
            )
        match, name = Match.EXACT, trigger
        if parts[0] == b"*":
            match, name = Match.BELOW, trigger[2:]
        if name == ROOT:
            raise LineFault("would cover every name")
        if len(name) > MAX_NAME:
            raise LineFault(f"name longer than {MAX_NAME} bytes")
        allow, rewrite = self._action(trigger, kind, data)
        return Rule(entry.text, entry.line, match, name, allow=allow, rewrite=rewrite)

    def _action(self, trigger: Name, kind: str, data: list[str]) -> tuple[bool, Rewrite | None]:
        """(allow, rewrite); neither is a block."""
        match kind, data:
            case "CNAME", ["." | "*."]:
                return False, None
            case "CNAME", [target]:
                return self._alias(trigger, target)
            case "A" | "AAAA", [address] if (found := address_of(address)) is not None and is_null(found):
                return False, None
            case "CNAME", _:
                raise LineFault("CNAME takes one name")
            case "TXT", [_, *_]:
                return False, Rewrite(records=(text_record(string_of(field) for field in data),))
            case "DNAME", _:
                raise LineFault("DNAME is not supported: name the hosts, or *.name")
        return False, Rewrite(records=(record(kind, data, self._full),))

    def _alias(self, trigger: Name, target: str) -> tuple[bool, Rewrite | None]:
        match target.lower():
            case "rpz-passthru.":
                return True, None
            case "rpz-drop.":
                return False, None
            case "rpz-tcp-only.":
                raise LineFault("rpz-tcp-only is not supported: neither a block nor an answer")
            case "rpz-passthru" | "rpz-drop" | "rpz-tcp-only":
                raise LineFault(f"{target} without its final dot is a name within the zone")
        name = self._full(target)
        if name == trigger:
            return True, None  # the older spelling of passthru
        if name.startswith(b"\x01*"):
            raise LineFault("a wildcard as the target is not supported")
        return False, Rewrite(cname=name)
