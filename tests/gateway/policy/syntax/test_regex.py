import pytest
import re2

from gateway.names import from_text
from gateway.policy.matching.patterns import compiled
from gateway.policy.rule import Match
from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.regex import EVERYTHING, checked, matcher


@pytest.mark.parametrize(
    "pattern",
    [
        r"(^|\.)ads\.example$",
        r"(\.|^)ads\.example$",
        r"(?:^|\.)ads\.example$",
        r"^(.+\.)?ads\.example$",
        r"^(.*\.)?ADS\.example$",
    ],
)
def test_a_name_and_all_below_it_is_looked_up_by_name(pattern: str) -> None:
    assert matcher(pattern) == (Match.SUFFIX, from_text("ads.example"), "")


def test_one_whole_name_is_looked_up_by_name() -> None:
    assert matcher(r"^ads\.example$") == (Match.EXACT, from_text("ads.example"), "")


@pytest.mark.parametrize(
    "pattern", [r"ads\.example$", r"^ads\.example", r"^ads.example$", r"(^|\.)ads[0-9]\.example$"]
)
def test_all_else_is_searched_for(pattern: str) -> None:
    assert matcher(pattern) == (Match.REGEX, b"", pattern)


def test_upper_case_matches_the_lower_case_of_names() -> None:
    match, _, regex = matcher("^ADS[0-9]")
    assert match is Match.REGEX
    assert re2.search(regex, "ads1.example")


@pytest.mark.parametrize("pattern", [".*", "", "^.*$", ".", "(.*)"])
def test_an_expression_for_every_name_is_known_as_such(pattern: str) -> None:
    assert matcher(pattern) == EVERYTHING


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a(?=b)", r"refused: invalid perl operator: \(\?="),
        (r"(a)\1", "invalid escape sequence"),
        ("a(b", "missing"),
        ("a[b", "missing"),
        ("*a", "no argument for repetition"),
        ("a{1001}", "bad repetition|invalid repetition"),
        ("((a{100}){100}){100}", "too large|bad repetition|invalid repetition"),
        ("a" * 1001, "longer than 1000"),
    ],
)
def test_what_re2_refuses_is_refused_in_its_words(
    pattern: str, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(LineFault, match=reason):
        checked(pattern)
    assert capfd.readouterr() == ("", "")


def test_an_accepted_expression_is_the_deciders_as_well() -> None:
    assert compiled(checked("(a+)+$")).search("a" * 5000 + "b") is None
