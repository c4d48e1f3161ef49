import pytest
import re2

from gateway.names import from_text, to_text
from gateway.policy.rule import Match
from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.patterns import matcher


@pytest.mark.parametrize(
    ("pattern", "match", "name"),
    [
        ("||ads.example^", Match.SUFFIX, "ads.example"),
        ("||ads.example|", Match.SUFFIX, "ads.example"),
        ("||ads.example^|", Match.SUFFIX, "ads.example"),
        ("||ads.example^*", Match.SUFFIX, "ads.example"),
        ("||ADS.Example^", Match.SUFFIX, "ads.example"),
        ("||zip^", Match.SUFFIX, "zip"),
        ("||münchen.example^", Match.SUFFIX, "xn--mnchen-3ya.example"),
        ("|ads.example^", Match.EXACT, "ads.example"),
        ("|ads.example|", Match.EXACT, "ads.example"),
        ("://ads.example^", Match.EXACT, "ads.example"),
        ("|https://ads.example^", Match.EXACT, "ads.example"),
        ("//ads.example^", Match.EXACT, "ads.example"),
        ("ads.example", Match.EXACT, "ads.example"),
        ("ads.example.", Match.EXACT, "ads.example"),
        ("*.ads.example", Match.BELOW, "ads.example"),
        ("*.ads.example^", Match.BELOW, "ads.example"),
        ("**.ads.example", Match.BELOW, "ads.example"),
        ("||*.ads.example^", Match.BELOW, "ads.example"),
        ("|*.ads.example|", Match.BELOW, "ads.example"),
        (".ads.example^", Match.BELOW, "ads.example"),
        (".ads.example", Match.BELOW, "ads.example"),
        ("*.zip^", Match.BELOW, "zip"),
    ],
)
def test_a_pattern_that_is_a_name_is_looked_up_by_name(pattern: str, match: Match, name: str) -> None:
    found, wire, regex = matcher(pattern)
    assert (found, to_text(wire), regex) == (match, name, "")
    assert wire == from_text(name)


@pytest.mark.parametrize(
    ("pattern", "hits", "misses"),
    [
        (
            "||ads*.example^",
            ["ads1.example", "x.ads.example", "ads.b.example"],
            ["bads.example", "ads1.example.org"],
        ),
        ("||ads.", ["ads.example", "x.ads.example"], ["bads.example"]),
        ("||ads.example", ["ads.example", "ads.example.org", "x.ads.example"], ["bads.example"]),
        ("||ads.*^", ["ads.example", "b.ads.org"], ["ads", "bads.example"]),
        ("|ads.", ["ads.example"], ["x.ads.example"]),
        ("ads.example^", ["ads.example", "bads.example"], ["ads.example.org"]),
        ("ads*.example", ["bads1.example.org"], ["ads.org"]),
        ("*ads*", ["xadsx.org"], ["a.example"]),
        ("*ads", ["xads.org"], ["a.example"]),
        ("|ads*example|", ["ads.x.example"], ["x.ads.example"]),
        ("||*ads.example^", ["bads.example", "x.ads.example"], ["ads.example.org"]),
        ("*.ads.*", ["x.ads.y"], ["ads.y"]),
        ("||*.ads.example", ["x.ads.example.org"], ["ads.example"]),
        ("||a.*.münchen.example^", ["a.b.xn--mnchen-3ya.example"], ["a.xn--mnchen-3ya.example"]),
    ],
)
def test_any_other_pattern_is_searched_for(pattern: str, hits: list[str], misses: list[str]) -> None:
    match, name, regex = matcher(pattern)
    assert (match, name) == (Match.REGEX, b"")
    assert all(re2.search(regex, hit) for hit in hits)
    assert not any(re2.search(regex, miss) for miss in misses)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("||a^b^", "inside"),
        ("^ads.example^", "inside"),
        ("a|b.example", "inside"),
        ("||^", "no name"),
        ("ads", "single word"),
        ("-ads-", "single word"),
        ("||1.2.3.4^", "an address"),
        ("||1.2.3.4", "an address"),
        ("||2001:db8::1^", "an address"),
        ("||a..example", "empty label"),
        ("||ads*.example/x^", "URL or a path"),
        ("||ads*.ex ample^", "white space"),
        ("||mün*.example^", "international label"),
        ("||ads.example^ccc", "inside"),
        ("||*" + "a*b" * 400, "longer than 1000"),
        ("||" + "é" * 64 + "*", "international label"),
        ("||a\u2488.x*", "international name|no part|'"),
    ],
)
def test_a_pattern_that_no_name_can_meet_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(LineFault, match=reason):
        matcher(pattern)
