import pytest

from gateway.errors import UsageError
from gateway.exchange import gathering
from gateway.exchange.gathering import Gathering, comment_of, group_of
from gateway.exchange.values import GroupIn, ListIn, RuleIn
from gateway.policy.syntax import parse


def test_a_rule_is_taken_once_a_group() -> None:
    into = Gathering("hosts")
    into.found(
        parse(["0.0.0.0 a.example", "a.example", "a.example^bad"]), ("everyone", "kids"), comment="why"
    )
    done = into.done()
    assert done.rules == (
        RuleIn("a.example", "everyone", "why"),
        RuleIn("a.example", "kids", "why"),
    )
    assert [(one.line, done.format) for one in done.refused] == [(3, "hosts")]


def test_the_same_list_is_one_for_all_its_groups() -> None:
    into = Gathering("x")
    into.list(ListIn("https://a.example/", enabled=False))
    into.list(ListIn("https://a.example/", name="a", groups=("kids", "everyone")))
    assert into.done().lists == (ListIn("https://a.example/", "a", "auto", ("everyone", "kids")),)
    into.group(GroupIn("kids", comment="first"))
    into.group(GroupIn("kids", comment="second"))
    assert [one.comment for one in into.done().groups] == ["first"]


def test_too_many_rules_are_no_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_RULES", 2)
    into = Gathering("x")
    into.rule(RuleIn("a.example"))
    into.rule(RuleIn("a.example"))
    into.rule(RuleIn("b.example"))
    with pytest.raises(UsageError, match="more than 2 rules"):
        into.rule(RuleIn("c.example"))


def test_refusals_are_counted_where_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_REFUSED", 2)
    into = Gathering("x")
    for number in range(5):
        into.cannot("x\x1b", "why", number)
    done = into.done()
    assert [one.line for one in done.refused] == [0, 1]
    assert (done.more_refused, done.refused[0].text) == (3, "x\\x1b")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("a  b\n", "a b"), ("\0x\u202e", "x"), ("x" * 900, "x" * 500), ("", ""), ("\ud800", "")],
)
def test_a_comment_becomes_one_harmless_line(theirs: str, ours: str) -> None:
    assert comment_of(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"), [("TV / Radio", "TV - Radio"), ("a\\b", "a-b"), ("..", ""), ("x" * 90, "x" * 20)]
)
def test_a_groups_name_becomes_one_that_a_path_can_hold(theirs: str, ours: str) -> None:
    assert group_of(theirs, 20) == ours
