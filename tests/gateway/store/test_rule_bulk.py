"""Many rules at once: all of it, or an error that names the item and nothing."""

import pytest

from gateway.errors import Conflict, Missing, UsageError
from gateway.store import brought, rules
from gateway.store.engine import Database, Session
from gateway.store.own_rules import RuleIn
from gateway.store.rule_bulk import MAX_ITEMS, RuleEdit, change_rules

NOW = 1_700_000_000


def texts(session: Session) -> dict[int, str]:
    return {rule.id: rule.text for rule in rules.list_rules(session)}


def test_deleted_updated_and_created_in_this_order(store: Database) -> None:
    with store.writing() as session:
        first, second = (rules.add_rule(session, f"||{name}.example^", now=NOW).id for name in "ab")
        done = change_rules(
            session,
            create=[
                RuleIn("||b.example^", comment="new", tags=("x",)),
                RuleIn("||c.example^", enabled=False),
            ],
            update=[RuleEdit(id=second, text="||a.example^", tags=("y",))],
            delete=[first],
            now=NOW + 5,
        )
        session.commit()
    assert (done.updated, done.deleted) == ((second,), (first,))
    with store.reading() as session:
        assert texts(session) == {
            second: "||a.example^",
            done.created[0]: "||b.example^",
            done.created[1]: "||c.example^",
        }
        made = rules.get_rule(session, done.created[0])
        assert (made.comment, made.tags, made.created, made.changed) == ("new", ("x",), NOW + 5, NOW + 5)
        assert rules.get_rule(session, second).tags == ("y",)
        assert not rules.get_rule(session, done.created[1]).enabled
        assert min(done.created) > second


def test_what_is_there_already_is_switched_on_and_keeps_number_and_comment(store: Database) -> None:
    with store.writing() as session:
        there = rules.add_rule(session, "||a.example^", now=NOW, comment="why", tags=("x",), enabled=False)
        done = change_rules(session, create=[RuleIn("||a.example^"), RuleIn(" ||a.example^ ")], now=NOW + 1)
        assert done.created == (there.id, there.id)
        now = rules.get_rule(session, there.id)
        assert (now.enabled, now.comment, now.tags, now.created) == (True, "why", ("x",), NOW)


def test_three_rules_may_take_each_others_texts(store: Database) -> None:
    with store.writing() as session:
        numbers = [rules.add_rule(session, f"||{name}.example^", now=NOW).id for name in "abc"]
        edits = [
            RuleEdit(id=number, text=f"||{name}.example^")
            for number, name in zip(numbers, "bca", strict=True)
        ]
        change_rules(session, update=edits, now=NOW)
        assert list(texts(session).values()) == ["||b.example^", "||c.example^", "||a.example^"]


@pytest.mark.parametrize(
    ("work", "error", "said"),
    [
        ({"create": [RuleIn("||x^"), RuleIn("")]}, UsageError, "create.1: the rule is empty"),
        ({"create": [RuleIn("a\nb")]}, UsageError, "create.0: .*control character"),
        ({"create": [RuleIn("||x^", group="none")]}, Missing, "create.0: no group none"),
        ({"create": [RuleIn("||x^", tags=("a,b",))]}, UsageError, "create.0: .* is no tag"),
        ({"update": [RuleEdit(id=1), RuleEdit(id=99)]}, Missing, "update.1: no rule 99"),
        ({"update": [RuleEdit(id=2, text="||a.example^")]}, Conflict, "update.0: rule 1 .* already"),
        ({"delete": [1, 1]}, Missing, "delete.1: no rule 1"),
        ({"delete": [1], "update": [RuleEdit(id=1)]}, Missing, "update.0: no rule 1"),
        ({"delete": [3]}, Conflict, "delete.0: rule 3 belongs to the bundle acme"),
        ({"update": [RuleEdit(id=3, comment="x")]}, Conflict, "update.0: rule 3 belongs"),
        ({"delete": [1] * (MAX_ITEMS + 1)}, UsageError, "more than 10000"),
    ],
)
def test_a_bad_item_is_named_and_nothing_is_written(
    store: Database, work: dict[str, list[object]], error: type[UsageError], said: str
) -> None:
    with store.writing() as session:
        for name in "ab":
            rules.add_rule(session, f"||{name}.example^", now=NOW)
        brought.bring_rules(session, "bundle:acme", {("everyone", "||z.example^"): ""}, now=NOW)
        before = rules.list_rules(session)
        with pytest.raises(error, match=f"^{said}") as caught:
            change_rules(session, now=NOW + 1, **work)  # type: ignore[arg-type] # as listed
        assert type(caught.value) is error
        assert rules.list_rules(session) == before


def test_a_bundles_rule_may_be_switched_and_stands_beside_the_users_own(store: Database) -> None:
    with store.writing() as session:
        brought.bring_rules(session, "bundle:acme", {("everyone", "||z.example^"): ""}, now=NOW)
        (number,) = texts(session)
        done = change_rules(
            session,
            create=[RuleIn("||z.example^")],
            update=[RuleEdit(id=number, enabled=False)],
            now=NOW,
        )
        assert done.created[0] != number
        assert not rules.get_rule(session, number).enabled


def test_thousands_at_once(store: Database) -> None:
    wanted = [RuleIn(f"||n{number}.example^") for number in range(5000)]
    with store.writing() as session:
        done = change_rules(session, create=wanted, now=NOW)
        session.commit()
    with store.writing() as session:
        there = texts(session)
        assert [there[number] for number in done.created] == [one.text for one in wanted]
        change_rules(session, delete=done.created, now=NOW)
        assert texts(session) == {}
