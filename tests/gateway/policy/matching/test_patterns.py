"""Many patterns at once say what each would say alone, and where a pattern ends is known."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.names import from_text, is_below
from gateway.policy.matching import patterns
from gateway.policy.matching.patterns import PatternSet, anchor, compiled

PIECES = st.lists(
    st.sampled_from(["a", "b", "[ab]", ".", r"\.", ".*", "(a|b)", "a?"]), min_size=1, max_size=6
)
TEXTS = st.text("ab.", max_size=8)


@given(
    regexes=st.lists(PIECES.map("".join), max_size=8),
    anchors=st.tuples(st.booleans(), st.booleans()),
    text=TEXTS,
)
def test_a_set_finds_what_each_pattern_finds_alone(
    regexes: list[str], anchors: tuple[bool, bool], text: str
) -> None:
    start, end = anchors
    regexes = [("^" if start else "") + regex + ("$" if end else "") for regex in regexes]
    expected = [at for at, regex in enumerate(regexes) if re.search(regex, text)]
    assert list(PatternSet(regexes).matching(text)) == expected


def test_more_patterns_than_fit_into_one_set_keep_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SET_SIZE", 3)
    patterns_ = PatternSet([f"x{number}y" for number in range(10)])
    assert list(patterns_.matching("x9y x2y x3y")) == [2, 3, 9]
    assert len(patterns_) == 10


def test_patterns_too_large_for_one_set_are_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SET_MEMORY", 64 << 10)
    regexes = [f"x{number}y.*(a|b)?z" for number in range(80)]
    assert list(PatternSet(regexes).matching("x7ya x77y z")) == [7, 77]


def test_a_set_that_runs_out_of_memory_asks_each_pattern_by_itself() -> None:
    class Exhausted:
        def Match(self, _text: str) -> list[int]:
            return []

    patterns_ = PatternSet(["a", "b", "c"])
    patterns_._sets = [(0, 3, Exhausted())]
    assert list(patterns_.matching("cab")) == [0, 1, 2]
    assert list(patterns_.matching("b")) == [1]


@pytest.mark.parametrize("regex", ["(", "(?=a)", "((a{50}){50}){50}", "[a-z]{900}" * 3])
def test_what_re2_will_not_have_is_refused_with_the_reason(regex: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compiled(regex)
    with pytest.raises(ValueError, match=r"."):
        PatternSet(["a", regex])


@pytest.mark.parametrize(
    ("regex", "under"),
    [
        (r"^ads[0-9]+\.a\.test$", "a.test"),
        (r"(?:^|\.)ads.*\.a-b\.a\.test$", "a-b.a.test"),
        (r"(^|\.)ads.*\.a\.test$", "a.test"),
        (r"ads.*\.test$", None),  # one label is nearly everywhere
        (r"ads\.a\.test", None),
        (r"x|ads\.a\.test$", None),
        (r"(x|y)\.a\.test$", None),
        (r"ads\\.a\.test$", None),
        (r"ads\d.a\.test$", None),
        (r"\Qads\.a\.test$", None),
        (r"ads\.a\.test\$", None),
        (r"ads\.a\.test?$", None),
        (r"ads\.-\.a\.test$", "-.a.test"),
    ],
)
def test_a_pattern_is_kept_under_the_labels_it_ends_in(regex: str, under: str | None) -> None:
    assert anchor(regex) == (from_text(under) if under else None)


@settings(max_examples=300)
@given(
    regex=st.lists(
        st.sampled_from(
            ["a", "b", r"\.", ".", "|", "(?:^|\\.)", "\\\\", "[ab]", "$", "^", "a.test", r"\.a\.test"]
        )
    ).map("".join),
    name=st.lists(st.sampled_from(["a", "b", "test", "ab"]), min_size=1, max_size=4).map(".".join),
)
def test_no_pattern_matches_outside_of_its_labels(regex: str, name: str) -> None:
    under = anchor(regex + "$")
    try:
        found = compiled(regex + "$").search(name)
    except ValueError:
        return
    assert under is None or not found or is_below(from_text(name), under)
