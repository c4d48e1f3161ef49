"""One rule tried alone."""

from pathlib import Path

import pytest

from gateway import rule_check
from gateway.errors import UsageError
from gateway.policy.decide import Policy
from gateway.policy.state import DeviceState
from gateway.rule_check import try_rule
from tests.fakes.policies import policy_of, state_of

PHONE = "192.0.2.7"


@pytest.fixture
def held(tmp_path: Path) -> Policy:
    return policy_of(state_of(tmp_path, ["||other.example^"], devices=[DeviceState(PHONE, "phone")]))


def actions(tested: rule_check.Tested) -> list[str]:
    return [one.action if one.matches else "-" for one in tested.names]


@pytest.mark.parametrize(
    ("text", "match", "pattern"),
    [
        ("||a.example^", "suffix", "a.example"),
        ("a.example", "exact", "a.example"),
        ("*.a.example", "below", "a.example"),
        ("/^ads[0-9]/", "regex", "^ads[0-9]"),
    ],
)
def test_what_a_rule_is_about(held: Policy, text: str, match: str, pattern: str) -> None:
    tested = try_rule(text, [], policy=held)
    assert (tested.valid, tested.match, tested.pattern) == (True, match, pattern)


def test_only_the_rule_itself_is_asked(held: Policy) -> None:
    tested = try_rule("||a.example^", ["www.a.example", "A.EXAMPLE", "other.example", "a..b"], policy=held)
    assert actions(tested) == ["blocked", "blocked", "-", "-"]
    assert tested.names[3].error
    assert actions(try_rule("@@||a.example^", ["a.example"], policy=held)) == ["allowed"]
    rewritten = try_rule("||a.example^$dnsrewrite=192.0.2.1", ["a.example"], policy=held)
    assert (actions(rewritten), rewritten.rewrites, rewritten.conditional) == (["rewritten"], True, False)


def test_conditions_are_those_of_who_asks_for_what(held: Policy) -> None:
    text = "||a.example^$client=phone,dnstype=AAAA"
    assert actions(try_rule(text, ["a.example"], qtype="AAAA", asker=PHONE, policy=held)) == ["blocked"]
    assert actions(try_rule(text, ["a.example"], asker="phone", policy=held)) == ["-"]
    assert actions(try_rule(text, ["a.example"], qtype="AAAA", policy=held)) == ["-"]
    assert try_rule(text, [], policy=held).conditional


@pytest.mark.parametrize("text", ["", "! comment", "||x^$unheard", "/(/", "a.example b.example", "\0"])
def test_what_is_no_rule_says_why(held: Policy, text: str) -> None:
    tested = try_rule(text, ["a.example"], policy=held)
    assert (tested.valid, tested.names) == (False, ())
    assert tested.error


def test_a_badfilter_disables_and_matches_nothing(held: Policy) -> None:
    tested = try_rule("||a.example^$badfilter", ["a.example"], policy=held)
    assert (tested.disables, actions(tested)) == (True, ["-"])


def test_a_record_type_that_is_none_is_refused(held: Policy) -> None:
    with pytest.raises(UsageError, match="no record type"):
        try_rule("a.example", [], qtype="nonsense", policy=held)
