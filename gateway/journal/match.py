"""Is a row one of those that a person wants? The same answer as the search gives, for rows that come just now."""

import re
from collections.abc import Callable
from datetime import datetime

from gateway import iana
from gateway.journal import addresses
from gateway.journal import filters as filtering
from gateway.journal.filters import Filters, several
from gateway.journal.search import LogRow
from gateway.journal.words import clean
from gateway.model import Layer

Test = Callable[[LogRow], bool]

_WORDS = ("channel", "action", "company", "purpose", "country")


def matcher(filters: Filters) -> Test:
    """A test of rows, in time that grows with a name's length and no faster, whatever the patterns are."""
    tests = [*_times(filters), *_words(filters), *_rules(filters)]
    if filters.devices:
        keys = frozenset(clean(key) for key in filters.devices)
        tests.append(lambda row: row.device in keys)
    if filters.name:
        names = [glob(filtering.as_stored(name)) for name in several(filters.name)]
        tests.append(lambda row: bool(row.name) and any(fits(row.name) for fits in names))
    if filters.type:
        types = frozenset(iana.name_of(number) for number in filtering.types(filters.type))
        tests.append(lambda row: row.type in types)
    if filters.address:
        places = frozenset(addresses.unpack(packed) for packed in filtering.packed(filters.address))
        tests.append(lambda row: row.address in places)
    return lambda row: all(test(row) for test in tests)


def glob(pattern: str) -> Callable[[str], bool]:
    """`*` for any characters, `?` for one. Piece by piece: no pattern makes it go back."""
    first, *rest = (
        re.compile(re.escape(piece).replace(r"\?", "."), re.DOTALL) for piece in re.split(r"\*+", pattern)
    )
    if not rest:
        return lambda text: first.fullmatch(text) is not None
    *middle, last = rest
    length = len(re.split(r"\*+", pattern)[-1])

    def fits(text: str) -> bool:
        found = first.match(text)
        for piece in middle:
            if found is None:
                return False
            found = piece.search(text, found.end())
        if found is None or found.end() > len(text) - length:
            return False
        return last.match(text, len(text) - length) is not None

    return fits


def _times(filters: Filters) -> list[Test]:
    since, until = filters.since, filters.until
    if since is None and until is None:
        return []

    def within(row: LogRow) -> bool:
        time = int(datetime.fromisoformat(row.time).timestamp())
        return (since is None or since <= time) and (until is None or time <= until)

    return [within]


def _words(filters: Filters) -> list[Test]:
    tests: list[Test] = []
    for field in _WORDS:
        if wanted := getattr(filters, field):
            tests.append(_one_of(lambda row, field=field: getattr(row, field), several(wanted)))  # type: ignore[misc]  # a str
    return tests


def _rules(filters: Filters) -> list[Test]:
    tests: list[Test] = []
    if filters.layer:
        tests.append(_one_of(lambda row: row.rule.layer if row.rule else "", several(filters.layer)))
    if filters.list:
        tests.append(_one_of(lambda row: row.rule.list if row.rule else "", several(filters.list)))
    if filters.line is not None:
        tests.append(lambda row: row.rule is not None and row.rule.line == filters.line)
    if filters.rule is not None:
        tests.append(
            lambda row: (
                row.rule is not None and row.rule.layer == Layer.RULES and row.rule.line == filters.rule
            )
        )
    return tests


def _one_of(value: Callable[[LogRow], str], words: tuple[str, ...]) -> Test:
    wanted = frozenset(clean(word).lower() for word in words)
    return lambda row: value(row).lower() in wanted
