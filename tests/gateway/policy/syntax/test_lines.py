from collections.abc import Iterator

import pytest

from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax.lines import LineFault, Stateless, each, read_line, refused


def _rule(text: str, line: int) -> Iterator[Rule | Refused]:
    if text == "bad":
        raise LineFault("it is bad")
    yield Rule(text, line, Match.EXACT, b"\x01a\x00")


def _read(raw: str, line: int = 2) -> list[Rule | Refused]:
    return list(read_line(Stateless(_rule), raw, line))


def test_a_fault_becomes_a_refusal_with_its_line() -> None:
    assert _read("bad\n", 5) == [Refused(5, "bad", "it is bad")]


@pytest.mark.parametrize("raw", ["", "\n", "\r\n", " \t\r\n", "\u3000\xa0"])
def test_an_empty_line_says_nothing(raw: str) -> None:
    assert _read(raw) == []


def test_a_line_above_the_limit_is_refused_and_shown_in_part() -> None:
    (found,) = _read("x" * 4097)
    assert found == Refused(2, "x" * 200, "longer than 4096 characters")
    assert isinstance(_read("x" * 4096)[0], Rule)


@pytest.mark.parametrize(
    "char", ["\x00", "\x07", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\x1f", "\u2028", "\ud800", "a\rb"]
)
def test_a_control_character_voids_the_line_but_not_a_comment(char: str) -> None:
    (found,) = _read(f"a{char}b")
    assert isinstance(found, Refused)
    assert found.reason == "a control character in the line"
    assert _read(f"# a{char}b") == []


def test_a_report_spells_control_characters_out() -> None:
    assert refused("a\x1b[31mb\x00", 1, "").text == "a\\x1b[31mb\\x00"
    assert len(refused("\x00" * 300, 1, "").text) == 200


def test_a_tab_and_leading_white_space_reach_the_reader() -> None:
    assert _read("\ta\tb \n")[0].text == "\ta\tb"


def test_the_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert _read("\ufeffa", 1)[0].text == "a"
    assert _read("\ufeffa", 2)[0].text == "\ufeffa"


def test_a_bad_name_among_good_ones_is_refused_by_itself() -> None:
    def rule_of(name: str) -> Rule:
        if name == "b":
            raise LineFault("no b")
        return Rule("text", 3, Match.EXACT, name.encode())

    said = list(each(["a", "b", "c"], "text", 3, rule_of))
    assert [type(found) for found in said] == [Rule, Refused, Rule]
    assert said[1] == Refused(3, "text", "no b")


def test_lines_that_stand_alone_leave_nothing_open() -> None:
    assert list(Stateless(_rule).end()) == []
