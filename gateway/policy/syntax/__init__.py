"""Text of lists and rules → values, with line numbers. Never touches files or the network."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from gateway.errors import UsageError
from gateway.policy.rule import Refused, Rule
from gateway.policy.syntax import detect, quick, rpz
from gateway.policy.syntax.adblock import disabled_by
from gateway.policy.syntax.detect import SYNTAXES
from gateway.policy.syntax.lines import read_line

__all__ = ["SYNTAXES", "disabled_by", "parse", "parse_rule"]


def parse(lines: Iterable[str], syntax: str = "auto") -> Iterator[Rule | Refused]:
    """What a list says, in its order. Comments and empty lines say nothing, a line with several names several rules.

    `lines` come with or without their line ends and are counted from 1. Raises UsageError for an unknown
    syntax, and nothing for anything that a list may hold.
    """
    if syntax not in SYNTAXES:
        raise UsageError(f"unknown syntax {syntax!r}", hint=f"known are {', '.join(SYNTAXES)}")
    return _parse(lines, syntax)


def parse_rule(text: str, line: int = 1) -> Rule:
    """One rule of a user's, in AdBlock syntax, as a plain name or as a hosts line; raises UsageError."""
    said = list(read_line(detect.reader_for("adblock", ()), text, line))
    if not said:
        raise UsageError("no rule: empty, or a comment", hint="a rule looks like ||name^ or @@||name^")
    for found in said:
        if isinstance(found, Refused):
            raise UsageError(f"{found.text}: {found.reason}", hint="a rule looks like ||name^ or @@||name^")
    first, *others = (found for found in said if isinstance(found, Rule))
    if others:
        raise UsageError("several names in one rule", hint="write one rule a name, or put them into a list")
    return first


def _parse(lines: Iterable[str], syntax: str) -> Iterator[Rule | Refused]:
    source = iter(lines)
    head = list(islice(source, detect.HEAD))
    reader = detect.reader_for(syntax, head)
    # A zone's names depend on the lines before: its reader is quick by itself.
    known = None if isinstance(reader, rpz.Zone) else quick.forms(syntax)
    numbered = enumerate(chain(head, source), 1)
    if known is None:
        for line, raw in numbered:
            yield from read_line(reader, raw, line)
    else:
        common, matches = known
        fullmatch, wire, longest = common.fullmatch, quick.wire, quick.MAX_QUICK
        for line, raw in numbered:
            # The length first: to search a line of 10 MB takes the expression 1 GB.
            found = fullmatch(raw) if len(raw) <= longest else None
            if found is not None:
                group = found.lastindex or 0
                yield Rule(raw.rstrip(), line, matches[group], wire(found[group]))
            else:
                yield from read_line(reader, raw, line)
    yield from reader.end()
