"""A rule's stored form loses nothing but its text."""

from ipaddress import ip_network

import msgspec

from gateway.model import Rewrite
from gateway.names import from_text
from gateway.policy.generation.stored import StoredRule, conditions_of, pack, rewrite_of
from gateway.policy.rule import ClientIs, Conditions, Match, Rule

RULE = Rule(
    text="written",
    line=7,
    match=Match.BELOW,
    name=from_text("a.test"),
    allow=True,
    important=True,
    conditions=Conditions(
        clients=(ClientIs(True, ip_network("2001:db8::/32")), ClientIs(name="Redmi")),
        tags=("~tv",),
        types=(1,),
        not_types=(28,),
        deny_allow=(from_text("b.test"),),
    ),
    rewrite=Rewrite(rcode=3, cname=from_text("c.test"), records=((16, b"\x01x"),)),
)


def test_a_rule_comes_back_from_msgpack_as_it_was() -> None:
    packed = msgspec.msgpack.encode(pack(RULE, 3, (1, 2)))
    stored = msgspec.msgpack.decode(packed, type=StoredRule)
    assert conditions_of(stored) == RULE.conditions
    assert rewrite_of(stored) == RULE.rewrite
    assert (stored.origin, stored.disabled_by, stored.line) == (3, (1, 2), 7)
    assert (Match(stored.match), stored.name, stored.allow, stored.important) == (
        RULE.match, RULE.name, True, True,
    )  # fmt: skip


def test_a_rule_without_conditions_has_none_when_it_comes_back() -> None:
    stored = pack(Rule("a.test", 1, Match.EXACT, from_text("a.test")), 0)
    assert conditions_of(stored) is None
    assert rewrite_of(stored) is None
