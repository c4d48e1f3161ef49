import pytest

from gateway.model import Rewrite
from gateway.names import from_text
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax import parse
from gateway.policy.syntax.dnsmasq import is_dnsmasq


def _said(text: str) -> list[Rule | Refused]:
    return list(parse([text], "dnsmasq"))


def _rule(text: str) -> Rule:
    (rule,) = _said(text)
    assert isinstance(rule, Rule)
    return rule


@pytest.mark.parametrize(
    "text",
    [
        "address=/ads.example/0.0.0.0",
        "address=/ads.example/",
        "address=/ads.example/#",
        "address=/ads.example/::",
        "address=/ads.example/127.0.0.1",
        "server=/ads.example/",
        "local=/ads.example/",
        "address = /Ads.Example/ # why",
    ],
)
def test_a_name_without_an_address_or_a_server_is_blocked_with_all_below_it(text: str) -> None:
    rule = _rule(text)
    assert (rule.match, rule.name) == (Match.SUFFIX, from_text("ads.example"))
    assert (rule.rewrite, rule.conditions) == (None, None)


def test_an_address_is_the_answer() -> None:
    rule = _rule("address=/nas.example/192.0.2.7")
    assert rule.rewrite == Rewrite(records=((1, bytes((192, 0, 2, 7))),))


def test_the_ordinary_servers_are_an_exception() -> None:
    assert _rule("server=/good.ads.example/#").allow


def test_each_name_between_slashes_is_a_rule() -> None:
    said = _said("address=/a.example/b..example/c.example/0.0.0.0")
    assert [type(found) for found in said] == [Rule, Refused, Rule]


def test_a_star_in_front_is_understood() -> None:
    assert _rule("address=/*.ads.example/").match is Match.BELOW
    assert _rule("address=/*ads.example/").regex == r"ads\.example$"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("server=/ads.example/192.0.2.53", "an upstream of its own"),
        ("server=192.0.2.53", "without a name between slashes"),
        ("address=/#/192.0.2.1", "every name"),
        ("address=/*/", "every name"),
        ("address=/ads.example/nowhere", "is no address"),
        ("local=//", "no name"),
        ("cname=a.example,b.example", "no rule about names"),
        ("domain-needed", "no rule about names"),
        ("ads.example", "no rule about names"),
    ],
)
def test_all_else_is_refused_with_the_reason(text: str, reason: str) -> None:
    (found,) = _said(text)
    assert isinstance(found, Refused)
    assert reason in found.reason


def test_comments_say_nothing_and_options_are_recognised() -> None:
    assert _said("# address=/a.example/") == []
    assert is_dnsmasq("ipset=/a.example/x")
    assert not is_dnsmasq("||a.example^$client=x")
