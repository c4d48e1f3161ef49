from ipaddress import ip_address

import pytest

from gateway.model import Rewrite
from gateway.names import from_text
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax import parse
from gateway.policy.syntax.hosts import is_hosts


def _said(text: str, syntax: str = "hosts") -> list[Rule | Refused]:
    return list(parse(text.split("\n"), syntax))


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "127.0.0.1", "::", "::1", "0", "0:0:0:0:0:0:0:0", "127.0.0.53"]
)
def test_an_address_of_nowhere_blocks_the_name_alone(address: str) -> None:
    line = f"{address} \t ads.example"
    assert _said(line) == [Rule(line, 1, Match.EXACT, from_text("ads.example"))]


@pytest.mark.parametrize(("address", "kind"), [("192.0.2.7", 1), ("2001:db8::7", 28)])
def test_any_other_address_is_the_answer(address: str, kind: int) -> None:
    (rule,) = _said(f"{address} nas.example")
    assert isinstance(rule, Rule)
    assert rule.rewrite == Rewrite(records=((kind, ip_address(address).packed),))


def test_several_names_are_several_rules_of_one_line() -> None:
    said = _said("# c\n0.0.0.0 a.example B.example\tc.example # d.example")
    assert [(rule.line, rule.name) for rule in said if isinstance(rule, Rule)] == [
        (2, from_text(name)) for name in ("a.example", "b.example", "c.example")
    ]


def test_the_machines_own_names_are_skipped() -> None:
    assert (
        _said(
            "127.0.0.1 localhost localhost.localdomain local\n::1 ip6-localhost ip6-loopback\n0.0.0.0 0.0.0.0\n"
            "255.255.255.255 broadcasthost\nfe80::1%lo0 localhost\nff02::1 ip6-allnodes\n127.0.0.1 LocalHost."
        )
        == []
    )
    assert len(_said("127.0.0.1 localhost ads.example")) == 1


def test_a_bad_name_does_not_void_its_line() -> None:
    said = _said("0.0.0.0 a.example b..example c.example")
    assert [type(found) for found in said] == [Rule, Refused, Rule]


def test_a_single_label_may_have_an_address() -> None:
    (rule,) = _said("192.0.2.7 nas")
    assert isinstance(rule, Rule)
    assert rule.name == from_text("nas")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ads.example", "begins with no address"),
        ("||ads.example^", "begins with no address"),
        ("0.0.0.0", "an address without a name"),
        ("0.0.0.0 # nobody", "an address without a name"),
        ("256.0.0.1 ads.example", "begins with no address"),
        ("0.0.0.0 1.2.3.4", "an address, not a name"),
        ("0.0.0.0 http://ads.example", "a URL"),
    ],
)
def test_what_is_no_hosts_line_is_refused_with_the_reason(text: str, reason: str) -> None:
    (found,) = _said(text)
    assert isinstance(found, Refused)
    assert reason in found.reason


def test_only_an_address_with_something_after_it_begins_a_hosts_line() -> None:
    assert is_hosts("0.0.0.0 x")
    assert is_hosts("fe80::1%lo0\tx")
    for text in ("0.0.0.0", "dead.beef x", "ads.example x", "||x^", "0.0.0.0.example x"):
        assert not is_hosts(text)
