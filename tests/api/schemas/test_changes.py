import msgspec

from api.schemas.changes import MAX_SHOWN, Differences, DryRun
from gateway.differences import compare
from gateway.policy.state import UserRule


def test_differences_are_shown_up_to_a_thousand_of_each() -> None:
    many = [UserRule(number, "||a^") for number in range(MAX_SHOWN + 5)]
    shown = Differences.of(compare([], many, lambda rule: rule.id))
    assert (len(shown.added), shown.removed, shown.more) == (MAX_SHOWN, [], 5)
    assert shown.added[0] == msgspec.to_builtins(many[0])
    changed = Differences.of(compare(many[:1], [UserRule(0, "||b^")], lambda rule: rule.id))
    assert (changed.changed[0].before["text"], changed.changed[0].after["text"]) == ("||a^", "||b^")


def test_what_no_verdict_hangs_on_differs_in_nothing() -> None:
    tried = DryRun.of(7, {"name": "token"})
    assert (tried.dry_run, tried.generation, tried.result) == (True, 7, {"name": "token"})
    assert (tried.rules, tried.verdicts, tried.truncated) == (Differences.of(None), [], False)
