"""A list tried by itself."""

from pathlib import Path

import pytest

from gateway.errors import UsageError
from gateway.model import Action
from gateway.names import from_text
from gateway.policy.trial import try_list
from tests.fakes.policies import catalogue, decided, row, said


def test_a_file_decides_alone_and_tells_its_refused_lines(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("||a.test^\n||b.test^$nonsense\n@@||ok.a.test^\n||c.test^$client=Redmi\n")
    policy, report = try_list(path, catalogue=catalogue(row("usual.xiaomi.com")))
    assert (report.rules, [(one.line, one.text) for one in report.examples]) == (
        3,
        [(2, "||b.test^$nonsense")],
    )
    assert said(policy, "x.a.test") == f"blocked: lists {path} 1 ||a.test^"
    assert decided(policy, "ok.a.test").action is Action.ALLOWED
    assert policy.decide(policy.asker_named("redmi"), from_text("c.test"), 1).action is Action.BLOCKED
    assert policy.decide(policy.asker_named("other"), from_text("c.test"), 1).action is Action.ALLOWED


def test_the_catalogue_gives_facts_but_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("")
    policy, _report = try_list(path, catalogue=catalogue(row("usual.xiaomi.com", "essential")))
    verdict = decided(policy, "usual.xiaomi.com")
    assert verdict.action is Action.ALLOWED
    assert verdict.facts is not None
    assert verdict.facts.company == "Xiaomi"


def test_a_file_that_is_not_there_is_the_users_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        try_list(tmp_path / "missing")
