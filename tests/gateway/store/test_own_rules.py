import pytest

from gateway.errors import UsageError
from gateway.store import groups, own_rules, rules
from gateway.store.engine import Database
from gateway.store.own_rules import Added, RuleIn, add_own_rules


def test_many_are_added_and_those_that_are_there_are_kept(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "kids")
        rules.add_rule(session, "||a.example^", now=1, comment="mine")
        wanted = [
            RuleIn("||a.example^", comment="theirs"),
            RuleIn("||a.example^", "kids", "c", ("one", "two"), enabled=False, expires=9),
            RuleIn("||b.example^"),
            RuleIn("||b.example^"),
        ]
        assert add_own_rules(session, wanted, now=2) == Added(2, 2)
        assert own_rules.own_rules(session) == (
            RuleIn("||a.example^", comment="mine"),
            RuleIn("||b.example^"),
            wanted[1],
        )
        assert own_rules.own_rules(session, "kids") == (wanted[1],)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (RuleIn("||a.example^", "nobody"), "no group nobody"),
        (RuleIn("a\nb"), "control character"),
        (RuleIn(""), "empty"),
        (RuleIn("a.example", comment="x" * 501), "comment is longer"),
        (RuleIn("a.example", tags=("a,b",)), "comma"),
        (RuleIn("a.example", tags=("",)), "empty"),
        (RuleIn("a.example", tags=("x",) * 21), "more than 20 tags"),
        (RuleIn("a.example", expires=-1), "no time"),
        (RuleIn("a.example", expires=2**63), "no time"),
    ],
)
def test_what_cannot_be_stored_is_refused(store: Database, rule: RuleIn, reason: str) -> None:
    with store.writing() as session, pytest.raises(UsageError, match=reason):
        add_own_rules(session, [rule], now=1)
