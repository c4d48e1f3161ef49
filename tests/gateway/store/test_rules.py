"""The user's rules."""

import pytest

from gateway.errors import UsageError
from gateway.store import groups, rules
from gateway.store.engine import Database

NOW = 1_700_000_000


def test_added_rule_is_listed_after_the_commit(store: Database) -> None:
    with store.writing() as session:
        added = rules.add_rule(session, " ||a.example^ ", now=NOW, comment="why")
        session.commit()
    with store.reading() as session:
        assert rules.list_rules(session) == (added,)
        assert rules.get_rule(session, added.id) == added
    assert (added.text, added.group, added.comment, added.created) == ("||a.example^", "everyone", "why", NOW)


def test_rule_without_a_commit_was_never_there(store: Database) -> None:
    with store.writing() as session:
        rules.add_rule(session, "||a.example^", now=NOW)
    with store.reading() as session:
        assert rules.list_rules(session) == ()


def test_same_rule_again_is_the_same_rule_switched_on(store: Database) -> None:
    with store.writing() as session:
        first = rules.add_rule(session, "||a.example^", now=NOW)
        rules.update_rule(session, first.id, enabled=False)
        again = rules.add_rule(session, "||a.example^", now=NOW + 5)
        assert again.id == first.id
        assert again.enabled
        assert len(rules.list_rules(session)) == 1


def test_number_of_a_removed_rule_is_never_used_again(store: Database) -> None:
    with store.writing() as session:
        first = rules.add_rule(session, "||a.example^", now=NOW)
        assert rules.remove_rule(session, first.id) == first
        second = rules.add_rule(session, "||b.example^", now=NOW)
        assert second.id > first.id


def test_same_text_may_stand_in_two_groups(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children")
        rules.add_rule(session, "||a.example^", now=NOW)
        rules.add_rule(session, "||a.example^", now=NOW, group="children")
        assert len(rules.list_rules(session)) == 2
        assert len(rules.list_rules(session, group="children")) == 1


def test_update_that_would_make_two_equal_rules_is_refused_and_changes_nothing(store: Database) -> None:
    with store.writing() as session:
        rules.add_rule(session, "||a.example^", now=NOW)
        second = rules.add_rule(session, "||b.example^", now=NOW)
        with pytest.raises(UsageError, match="this text already"):
            rules.update_rule(session, second.id, text="||a.example^")
        assert rules.get_rule(session, second.id).text == "||b.example^"


@pytest.mark.parametrize("text", ["", "  ", "||a\nb^", "||a\0b^", "x" * 3000, "\ud800"])
def test_text_that_is_no_line_is_refused(store: Database, text: str) -> None:
    with store.writing() as session, pytest.raises(UsageError):
        rules.add_rule(session, text, now=NOW)


def test_rule_for_an_unknown_group_is_refused_and_the_known_ones_are_named(store: Database) -> None:
    with store.writing() as session, pytest.raises(UsageError) as refused:
        rules.add_rule(session, "||a.example^", now=NOW, group="nobody")
    assert "everyone" in refused.value.hint


@pytest.mark.parametrize("number", [0, -1, 7, 2**40])
def test_unknown_number_is_refused(store: Database, number: int) -> None:
    with store.writing() as session, pytest.raises(UsageError, match="no rule"):
        rules.remove_rule(session, number)


def test_expired_rules_go_and_the_others_stay(store: Database) -> None:
    with store.writing() as session:
        old = rules.add_rule(session, "||a.example^", now=NOW, expires=NOW + 10)
        kept = rules.add_rule(session, "||b.example^", now=NOW, expires=NOW + 11)
        forever = rules.add_rule(session, "||c.example^", now=NOW)
        assert rules.remove_expired(session, NOW + 10) == (old,)
        assert rules.list_rules(session) == (kept, forever)


def test_quotes_and_wildcards_are_only_text(store: Database) -> None:
    hostile = "'; DROP TABLE rule; -- %_\\\"$1 %s ?"
    with store.writing() as session:
        added = rules.add_rule(session, hostile, now=NOW)
        session.commit()
    with store.reading() as session:
        assert rules.get_rule(session, added.id).text == hostile
