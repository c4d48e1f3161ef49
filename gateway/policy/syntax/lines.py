"""One line of a list and what may be wrong with it. Knows no syntax."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from gateway.policy.rule import Refused, Rule

MAX_LINE = 4096  # the longest real rules are some 1500 characters; above this it is no list any more
MAX_SHOWN = 200  # of a refused line, in reports

_UNFIT = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"
)  # control characters but the tab


class LineFault(ValueError):
    """A line, or one name of it, that is no rule we can keep to; says why. Never leaves this package."""


class Reader(Protocol):
    """Reads one list, line by line and in order."""

    def read(self, text: str, line: int) -> Iterator[Rule | Refused]:
        """What one line says; raises LineFault. `text` has no line end, but its leading white space."""

    def end(self) -> Iterator[Refused]:
        """What the end of the list leaves open."""


class Stateless:
    """A reader whose lines stand alone."""

    def __init__(self, read: Callable[[str, int], Iterator[Rule | Refused]]) -> None:
        self._read = read

    def read(self, text: str, line: int) -> Iterator[Rule | Refused]:
        return self._read(text, line)

    def end(self) -> Iterator[Refused]:
        return iter(())


def read_line(reader: Reader, raw: str, line: int) -> Iterator[Rule | Refused]:
    """What `raw`, with or without its line end, says. Raises nothing."""
    if len(raw) > MAX_LINE:
        yield refused(raw, line, f"longer than {MAX_LINE} characters")
        return
    text = raw.rstrip("\r\n \t")
    if line == 1:
        text = text.removeprefix("\ufeff")
    bare = text.lstrip()
    if _UNFIT.search(text):
        # Comments are nobody's rule: what stands in them is not worth a report.
        if not bare.startswith(("#", "!", ";")):
            yield refused(text, line, "a control character in the line")
        return
    if not bare:
        return
    try:
        yield from reader.read(text, line)
    except LineFault as fault:
        yield refused(text, line, str(fault))


def each(
    names: Iterable[str], text: str, line: int, rule_of: Callable[[str], Rule]
) -> Iterator[Rule | Refused]:
    """One rule a name; a bad name among good ones is refused by itself."""
    for name in names:
        try:
            yield rule_of(name)
        except LineFault as fault:
            yield refused(text, line, str(fault))


def refused(text: str, line: int, reason: str) -> Refused:
    """The report of a line. Its control characters are spelled out: reports end up on terminals."""
    shown = _UNFIT.sub(lambda found: f"\\x{ord(found[0]):02x}", text.strip("\r\n \t")[:MAX_SHOWN])
    return Refused(line=line, text=shown[:MAX_SHOWN], reason=reason)
