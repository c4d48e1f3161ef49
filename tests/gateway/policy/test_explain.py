"""Why: the rule as written, all facts, and what did not decide."""

from pathlib import Path

import pytest

from gateway.model import Action, Mode, Profile
from gateway.names import from_text
from gateway.policy.explain import Explanation, why
from gateway.policy.state import EVERYONE, DeviceState, GroupState, UserRule
from tests.fakes.policies import PHONE, catalogue, policy_of, row, state_of

CATALOGUE = catalogue(
    row("ad.xiaomi.com", "balanced", "suffix"),
    row("needed.ad.xiaomi.com", "keep"),
    row("may.xiaomi.com", "strict"),
)


def explained(folder: Path, name: str, rules: list[str], listed: str, **group: object) -> Explanation:
    groups = [GroupState(EVERYONE, lists=(1,), **group)]  # type: ignore[arg-type] # settings of the test
    policy = policy_of(state_of(folder, rules=rules, lists={"ads": listed}, groups=groups), CATALOGUE)
    return why(policy, policy.asker(PHONE), from_text(name), 1)


def others(found: Explanation) -> list[str]:
    return [f"{one.rule.layer} {one.rule.text} {one.effect}: {one.reason}" for one in found.others]


def test_the_rule_is_told_as_written_with_list_and_line(tmp_path: Path) -> None:
    found = explained(tmp_path, "a.test", [], "! ads\n||a.test^   \n")
    assert found.rule is not None
    assert (found.rule.list, found.rule.line, found.rule.text.strip()) == ("ads", 2, "||a.test^")
    assert found.verdict.action is Action.BLOCKED
    assert found.others == ()


def test_facts_are_complete(tmp_path: Path) -> None:
    found = explained(tmp_path, "x.ad.xiaomi.com", [], "")
    assert found.facts is not None
    assert (found.facts.company, found.facts.evidence, found.facts.breakage) == (
        "Xiaomi", "a capture", "none reported",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rules", "listed", "expected"),
    [
        ("a.test", ["@@||a.test^"], "||a.test^", ["lists ||a.test^ blocks: rules go before lists"]),
        (
            "a.test",
            [],
            "||a.test^\n@@||a.test^$important\n0.0.0.0 a.test\n@@|a.test|$important",
            [
                "lists 0.0.0.0 a.test blocks: @@…$important goes before block",
                "lists @@||a.test^$important allows: says the same",
                "lists ||a.test^ blocks: @@…$important goes before block",
            ],
        ),
        (
            "needed.ad.xiaomi.com",
            [],
            "||needed.ad.xiaomi.com^",
            [
                "catalogue ad.xiaomi.com blocks: a longer pattern of the catalogue is about it",
                "lists ||needed.ad.xiaomi.com^ blocks: keep go before lists",
            ],
        ),
        (
            "may.xiaomi.com",
            [],
            "",
            ["catalogue may.xiaomi.com blocks: the profile balanced does not block it"],
        ),
        (
            "a.test",
            ["||a.test^$dnsrewrite=192.0.2.1", "@@||a.test^$dnsrewrite"],
            "",
            [
                "rules ||a.test^$dnsrewrite=192.0.2.1 answers: disabled by another rule",
                "rules @@||a.test^$dnsrewrite allows no answer: disabled by another rule",
            ],
        ),
    ],
)
def test_rules_that_did_not_decide_are_told_with_the_reason(
    name: str, rules: list[str], listed: str, expected: list[str], tmp_path: Path
) -> None:
    assert sorted(others(explained(tmp_path, name, rules, listed))) == sorted(expected)


def test_a_group_hears_of_rules_of_everyone_that_its_own_outdo(tmp_path: Path) -> None:
    groups = [GroupState(EVERYONE), GroupState("kids")]
    rules = [UserRule(1, "||a.test^", EVERYONE), UserRule(2, "@@||a.test^", "kids")]
    devices = [DeviceState(PHONE, group="kids")]
    policy = policy_of(state_of(tmp_path, rules=rules, groups=groups, devices=devices))
    found = why(policy, policy.asker(PHONE), from_text("a.test"), 1)
    assert others(found) == ["rules ||a.test^ blocks: rules of kids go before those of everyone"]


def test_a_catalogue_that_is_switched_off_is_told(tmp_path: Path) -> None:
    found = explained(tmp_path, "x.ad.xiaomi.com", [], "", catalogue=False, profile=Profile.STRICT)
    assert others(found) == ["catalogue ad.xiaomi.com blocks: the catalogue is switched off for the group"]


def test_an_observed_name_is_explained_like_a_blocked_one(tmp_path: Path) -> None:
    found = explained(tmp_path, "a.test", [], "||a.test^", mode=Mode.OBSERVE)
    assert found.verdict.action is Action.OBSERVED
    assert found.rule is not None
    assert found.rule.text == "||a.test^"
