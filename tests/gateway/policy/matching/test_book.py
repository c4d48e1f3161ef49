"""One group's rules."""

import pytest

from gateway.model import Layer, RuleRef
from gateway.names import from_text
from gateway.policy.generation.stored import pack
from gateway.policy.matching.active import ActiveRule, active
from gateway.policy.matching.asker import Asker
from gateway.policy.matching.book import RuleBook
from gateway.policy.matching.probe import Probe
from gateway.policy.syntax import parse_rule

TEXTS = ["||a.test^", "@@|x.a.test^", "/^x[0-9]?\\./", "||x*.a.test^", "/^x/$dnstype=AAAA", "||b.test^"]


def book(*texts: str) -> RuleBook:
    return RuleBook(
        active(pack(parse_rule(text), number), RuleRef(Layer.RULES, "everyone", number, text))
        for number, text in enumerate(texts, 1)
    )


@pytest.mark.parametrize(
    ("name", "qtype", "covering"),
    [
        ("x.a.test", 1, [0, 1, 2, 3]),
        ("x.a.test", 28, [0, 1, 2, 3, 4]),
        ("a.test", 1, [0]),
        ("b.test", 1, [5]),
        ("test", 1, []),
    ],
)
def test_every_rule_that_covers_a_question_is_found(name: str, qtype: int, covering: list[int]) -> None:
    found = book(*TEXTS).candidates(Probe(Asker("192.0.2.7"), from_text(name), qtype))
    texts = {origin.ref.text for _rank, origin in found if isinstance(origin, ActiveRule)}
    assert texts == {TEXTS[at] for at in covering}


def test_a_book_without_rules_is_false() -> None:
    assert not book()
    assert book("/^x/")
