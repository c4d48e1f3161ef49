"""Many regular expressions at once, in linear time and bounded memory (RE2).

A pattern that ends in literal labels (`^ads[0-9]+\\.example\\.com$`) is kept under the name it ends in, like any
named rule, and only asked about names below that. The others go into sets that are asked about every name.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import re2

from gateway.names import Name, NameFault, from_text

MAX_MEMORY = 32 << 10  # bytes of one pattern: 2000 steps, which take at most 1 ms for the longest name
SET_SIZE = 100  # patterns: a thousand in sets of 100 cost 19 µs a name, in one set 66 µs
SET_MEMORY = 8 << 20  # bytes at most, used as states are met
ANCHOR_LABELS = 2  # patterns below a mere `.com` would be asked nearly as often as any

_TAIL = re.compile(r"(?P<slashes>\\+)\.(?P<tail>[a-z0-9_-]+(?:\\\.[a-z0-9_-]+|\\-[a-z0-9_-]*)*)\$$")
_START = re.compile(r"\((?:\?:)?\^\|\\\.\)|\^")


@cache
def _options(memory: int) -> Any:
    options = re2.Options()
    options.max_mem = memory
    options.never_capture = True
    options.log_errors = False
    return options


def compiled(regex: str) -> Any:
    """The pattern, ready to `.search(text)`. Raises ValueError with the reason why RE2 will not have it."""
    try:
        return re2.compile(regex, options=_options(MAX_MEMORY))
    except re2.error as error:
        reason = error.args[0]
        raise ValueError(reason.decode() if isinstance(reason, bytes) else str(reason)) from None


def steps(pattern: Any) -> int:
    """How large a compiled pattern is; what a name costs at worst grows with it."""
    return int(pattern.programsize)


def anchor(regex: str) -> Name | None:
    """The name below which all is that the pattern can match, if it has at least ANCHOR_LABELS labels.

    Conservative: None for whatever is not plainly literal at its end.
    """
    body = _START.sub("", regex, count=1)
    if "|" in body or "\\Q" in body:
        return None  # an alternative may end in something else; a quotation may run to the end
    found = _TAIL.search(regex)
    if not found or len(found["slashes"]) % 2 == 0:
        return None
    text = found["tail"].replace("\\", "")
    while text:
        if text.count(".") + 1 < ANCHOR_LABELS:
            return None
        try:
            return from_text(text)
        except NameFault:
            text = text.partition(".")[2]
    return None


class PatternSet:
    """Which of many patterns does a text match? Immutable."""

    def __init__(self, regexes: Sequence[str]) -> None:
        """Raises ValueError where `compiled` would."""
        self._regexes = tuple(regexes)
        self._sets: list[tuple[int, int, Any]] = []  # first and last index + 1, automaton
        for start in range(0, len(self._regexes), SET_SIZE):
            self._add(start, min(start + SET_SIZE, len(self._regexes)))

    def _add(self, start: int, end: int) -> None:
        """Sets for these patterns: one, or several where they are too large for one."""
        patterns = re2.Set.SearchSet(_options(SET_MEMORY))
        patterns.Add("")
        for regex in self._regexes[start:end]:
            compiled(regex)  # tells the reason, and keeps to MAX_MEMORY
            patterns.Add(regex)
        try:
            patterns.Compile()
        except re2.error as error:
            if end - start == 1:
                raise ValueError(f"too large: {self._regexes[start]}") from error
            middle = (start + end) // 2
            self._add(start, middle)
            self._add(middle, end)
        else:
            self._sets.append((start, end, patterns))

    def __len__(self) -> int:
        return len(self._regexes)

    def matching(self, text: str) -> Iterator[int]:
        """Indices of the patterns found in `text`, in ascending order."""
        for start, end, patterns in self._sets:
            hits = patterns.Match(text)
            # The empty pattern, first in each set, is always among the hits: unless the automaton ran out
            # of memory, which RE2 reports as no hit at all. Then each pattern is asked by itself.
            if len(hits) > 1:
                yield from sorted(start + hit - 1 for hit in hits if hit)
            elif not hits:
                yield from (at for at in range(start, end) if compiled(self._regexes[at]).search(text))
