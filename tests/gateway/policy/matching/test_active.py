"""A rule ready for use covers what its stored form says."""

import pytest

from gateway.model import Layer, RuleRef
from gateway.names import from_text
from gateway.policy.generation.stored import pack
from gateway.policy.matching.active import active
from gateway.policy.matching.asker import Asker
from gateway.policy.matching.probe import Probe
from gateway.policy.syntax import parse_rule

REF = RuleRef(Layer.RULES, "everyone", 1, "")


@pytest.mark.parametrize(
    ("text", "name", "covered"),
    [
        ("|a.test^", "a.test", True),
        ("|a.test^", "x.a.test", False),
        ("||a.test^", "a.test", True),
        ("||a.test^", "x.a.test", True),
        ("*.a.test", "a.test", False),
        ("*.a.test", "x.a.test", True),
        ("||ads*.a.test^", "ads1.a.test", True),
        ("||ads*.a.test^", "x.a.test", False),
        ("||a.test^$dnstype=AAAA", "a.test", False),
    ],
)
def test_a_rule_covers_what_its_pattern_says(text: str, name: str, covered: bool) -> None:
    rule = active(pack(parse_rule(text), 1), REF)
    assert rule.under == from_text("a.test")
    assert rule.covers(Probe(Asker("192.0.2.7"), from_text(name), 1), rule.under) is covered


def test_a_rule_found_under_another_name_covers_nothing() -> None:
    rule = active(pack(parse_rule("||a.test^"), 1), REF)
    assert not rule.covers(Probe(Asker("192.0.2.7"), from_text("b.test"), 1), from_text("b.test"))


@pytest.mark.parametrize(
    ("text", "allow", "important"),
    [
        ("||a.test^", False, False),
        ("@@||a.test^", True, False),
        ("||a.test^$important", False, True),
        ("@@||a.test^$important", True, True),
    ],
)
def test_the_rank_tells_what_a_rule_does_and_how_firmly(text: str, allow: bool, important: bool) -> None:
    rule = active(pack(parse_rule(text), 1), REF)
    assert (rule.allow, rule.important) == (allow, important)
