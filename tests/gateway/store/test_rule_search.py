"""Rules are found by what they say, page by page; what means something to SQL is only text."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.store import groups, rules
from gateway.store.engine import Database
from gateway.store.rule_search import SORTS, RuleFilters, place_of, search_rules
from gateway.store.rules import StoredRule

NOW = 1_700_000_000


@pytest.fixture
def filled(store: Database) -> Database:
    with store.writing() as session:
        groups.add_group(session, "kids")
        rules.add_rule(session, "||a.example^", now=NOW, comment="100 % sure", tags=("Ads", "x_y"))
        rules.add_rule(session, "||b_b.example^", now=NOW + 1, group="kids", enabled=False, tags=("ads2",))
        rules.add_rule(session, "||c!c.example^", now=NOW + 2, expires=NOW + 60)
        session.commit()
    return store


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (RuleFilters(), [1, 2, 3]),
        (RuleFilters(group="kids"), [2]),
        (RuleFilters(enabled=True), [1, 3]),
        (RuleFilters(tag="ads"), [1]),
        (RuleFilters(tag="xzy"), []),
        (RuleFilters(tag="x_y"), [1]),
        (RuleFilters(words="0 %"), [1]),
        (RuleFilters(words="B_B"), [2]),
        (RuleFilters(words="c!c"), [3]),
        (RuleFilters(words="_"), [2]),
        (RuleFilters(origin=""), [1, 2, 3]),
        (RuleFilters(origin="bundle:x"), []),
        (RuleFilters(expires_before=NOW + 61), [3]),
        (RuleFilters(expires_before=NOW), []),
        (RuleFilters(group="kids", enabled=True), []),
    ],
)
def test_rules_are_found(filled: Database, filters: RuleFilters, found: list[int]) -> None:
    with filled.reading() as session:
        assert [rule.id for rule in search_rules(session, filters)] == found


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [True, False])
def test_pages_have_each_rule_once(filled: Database, sort: str, descending: bool) -> None:
    with filled.reading() as session:
        whole = search_rules(session, RuleFilters(), sort=sort, descending=descending)
        assert len(whole) == 3
        pages: list[StoredRule] = []
        after = None
        while page := search_rules(
            session, RuleFilters(), sort=sort, descending=descending, after=after, limit=1
        ):
            pages += page
            after = place_of(page[-1], sort)
        assert tuple(pages) == whole


def test_an_order_that_is_none_is_refused(filled: Database) -> None:
    with filled.reading() as session:
        with pytest.raises(UsageError):
            search_rules(session, RuleFilters(), sort="id; DROP TABLE rule")
        with pytest.raises(UsageError):
            search_rules(session, RuleFilters(), sort="text", after=(1, 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=20).filter(lambda text: text.isprintable() or "\0" in text))
def test_no_words_do_anything_but_search(filled: Database, words: str) -> None:
    with filled.reading() as session:
        for filters in (RuleFilters(words=words), RuleFilters(tag=words), RuleFilters(group=words)):
            assert len(search_rules(session, filters)) <= 3
        assert len(rules.list_rules(session)) == 3
