"""What goes into a base comes out in order, and lists have no room to be a burden."""

from io import BytesIO

import pytest

from gateway.errors import UsageError
from gateway.names import from_text, suffixes
from gateway.policy.generation.build import Builder
from gateway.policy.generation.stored import pack
from gateway.policy.rule import Match, Rule
from gateway.policy.snapshot import MAX_LINES, Base, ListEntry

KEY = bytes(16)


def written(builder: Builder, *lists: ListEntry) -> Base:
    file = BytesIO()
    builder.write(file, fingerprint="f", lists=lists)
    return Base(file.getvalue(), "test")


def entry(number: int, first: int, lines: int) -> ListEntry:
    return ListEntry(number, f"list {number}", "", "", lines, first, 0, 0, 0)


def test_a_name_that_a_list_repeats_is_there_once_with_its_first_line() -> None:
    builder = Builder(KEY)
    name = from_text("a.test")
    for line in (7, 3, 3, 9):
        builder.add_name(name, Match.SUFFIX, False, False, line)
    builder.add_name(name, Match.SUFFIX, False, False, 12)
    base = written(builder, entry(1, 0, 10), entry(2, 11, 5))
    assert [value & MAX_LINES - 1 for _suffix, value in base.find(list(suffixes(name)))] == [3, 12]


def test_conditional_rules_come_back_as_they_were() -> None:
    builder = Builder(KEY)
    rules = [
        pack(Rule(f"r{line}", line, Match.SUFFIX, from_text("a.test"), allow=True), 0) for line in (1, 2, 3)
    ]
    for rule in rules:
        builder.add_rule(rule.name, rule)
    base = written(builder, entry(1, 0, 3))
    found = base.find(list(suffixes(from_text("a.test"))))
    assert [base.rule(value & (1 << 30) - 1) for _suffix, value in found] == rules


def test_more_lines_than_a_value_has_room_for_are_refused() -> None:
    with pytest.raises(UsageError, match="more than"):
        Builder(KEY).add_name(from_text("a.test"), Match.EXACT, False, False, MAX_LINES)


def test_an_empty_base_finds_nothing() -> None:
    base = written(Builder(KEY))
    assert len(base) == 0
    assert base.find(list(suffixes(from_text("a.test")))) == []
    assert base.meta.fingerprint == "f"
