"""Rules and lists of bundles come, stay and go with them; the user's own are left alone."""

import pytest

from gateway.errors import UsageError
from gateway.store import brought, groups, lists, rules
from gateway.store.brought import BroughtList, Tally
from gateway.store.engine import Database

ORIGIN = "bundle:acme"


def brought_list(source: str, name: str = "", group: str = "everyone", **more: str) -> BroughtList:
    return BroughtList(source, name, group, "auto", "f" * 64, 3, 1, **more)


def wanted(*texts: str, comment: str = "") -> dict[tuple[str, str], str]:
    return {("everyone", text): comment for text in texts}


def test_rules_come_stay_and_go(store: Database) -> None:
    with store.writing() as session:
        own = rules.add_rule(session, "||a^", now=1)
        assert brought.bring_rules(session, ORIGIN, wanted("||a^", "||b^"), now=5) == Tally(2, 0, 0)
        numbers = {rule.text: rule.id for rule in rules.list_rules(session) if rule.origin}
        assert brought.bring_rules(session, ORIGIN, wanted("||b^", "||c^", comment="why"), now=6) == Tally(
            1, 1, 1
        )
        found = {rule.text: rule for rule in rules.list_rules(session) if rule.origin}
        assert found.keys() == {"||b^", "||c^"}
        assert (found["||b^"].id, found["||b^"].comment, found["||b^"].created) == (numbers["||b^"], "why", 5)
        assert brought.count_rules(session) == {ORIGIN: 2}
        assert brought.take_away(session, ORIGIN) == (Tally(0, 2, 0), Tally())
        assert rules.list_rules(session) == (own,)
        assert brought.count_rules(session) == {}


def test_an_unknown_group_is_refused(store: Database) -> None:
    with store.writing() as session:
        with pytest.raises(UsageError, match="no group kids"):
            brought.bring_rules(session, ORIGIN, {("kids", "||a^"): ""}, now=5)
        with pytest.raises(UsageError, match="no group kids"):
            brought.bring_lists(session, ORIGIN, [brought_list("https://a/", group="kids")], now=5)


def test_lists_come_stay_and_go(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "kids")
        own = lists.add_list(session, "https://a.example/x", name="Ads")
        both = [brought_list("https://a.example/x", "Ads"), brought_list("https://b.example/y")]
        assert brought.bring_lists(session, ORIGIN, both, now=5) == Tally(2, 0, 0)
        first, second = brought.lists_of(session, ORIGIN)
        assert (first.name, first.version, first.rules, first.fetched) == ("Ads of acme", "f" * 64, 3, 5)
        assert (second.name, second.groups) == ("y", ("everyone",))
        lists.update_list(session, second.id, enabled=False)
        moved = [brought_list("https://b.example/y", group="kids", error="404")]
        assert brought.bring_lists(session, ORIGIN, moved, now=6) == Tally(0, 1, 1)
        (stays,) = brought.lists_of(session, ORIGIN)
        assert (stays.id, stays.enabled, stays.groups, stays.error) == (second.id, False, ("kids",), "404")
        assert brought.take_away(session, ORIGIN) == (Tally(), Tally(0, 1, 0))
        assert lists.list_lists(session) == (own,)


def test_a_name_that_is_taken_twice_gets_a_number(store: Database) -> None:
    with store.writing() as session:
        for name in ("Ads", "Ads of acme"):
            lists.add_list(session, f"https://a.example/{len(name)}", name=name)
        brought.bring_lists(session, ORIGIN, [brought_list("https://b.example/y", "Ads")], now=5)
        assert [one.name for one in brought.lists_of(session, ORIGIN)] == ["Ads of acme 2"]
