"""What phones need: named where a rule blocks it."""

from pathlib import Path

from gateway.policy.needed import blocked_needs
from gateway.policy.trial import policy_in_memory
from tests.fakes.policies import catalogue, row, state_of

KNOWN = catalogue(row("needed.xiaomi.com", "keep"), row("usual.xiaomi.com"))


def test_a_rule_that_blocks_a_needed_name_is_told_with_what_breaks(tmp_path: Path) -> None:
    policy, _ = policy_in_memory(state_of(tmp_path, ["||xiaomi.com^"]), KNOWN)
    assert blocked_needs(policy) == ("||xiaomi.com^ blocks needed.xiaomi.com in everyone: none reported",)


def test_nothing_is_told_where_only_other_names_are_blocked(tmp_path: Path) -> None:
    policy, _ = policy_in_memory(state_of(tmp_path, ["||usual.xiaomi.com^"]), KNOWN)
    assert blocked_needs(policy) == ()
