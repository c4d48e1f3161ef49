"""The policy as each group meets it."""

from gateway.model import BlockedAnswer, Mode, Profile
from gateway.policy.generation.stored import pack
from gateway.policy.matching.view import views
from gateway.policy.overlay import Disabled, Overlay, StoredUserRule
from gateway.policy.snapshot import ListEntry
from gateway.policy.state import EVERYONE, GroupState
from gateway.policy.syntax import parse_rule

LISTS = tuple(ListEntry(number, f"list {number}", "", "", 1, number, 0, 0, 0) for number in (10, 20, 30))


def overlay(
    *groups: GroupState, rules: tuple[tuple[str, str], ...] = (), disabled: tuple[Disabled, ...] = ()
) -> Overlay:
    stored = tuple(
        StoredUserRule(group, text, pack(parse_rule(text), number))
        for number, (group, text) in enumerate(rules, 1)
    )
    return Overlay(0, 0, stored, groups, (), (), disabled)


def test_a_group_has_its_own_lists_and_those_it_inherits() -> None:
    made = views(
        overlay(
            GroupState(EVERYONE, lists=(10,)),
            GroupState("kids", lists=(30, 99)),
            GroupState("alone", lists=(20,), inherit=False),
        ),
        LISTS,
    )
    assert {name: list(view.lists) for name, view in made.items()} == {
        EVERYONE: [1, 0, 0],
        "kids": [1, 0, 1],
        "alone": [0, 1, 0],
    }
    assert made["kids"].any_list
    assert not views(overlay(GroupState(EVERYONE)), LISTS)[EVERYONE].any_list


def test_profile_mode_and_answer_are_each_groups_own() -> None:
    kids = GroupState("kids", Profile.STRICT, Mode.OBSERVE, BlockedAnswer.NULL, catalogue=False)
    made = views(overlay(GroupState(EVERYONE), kids), LISTS)
    view = made["kids"]
    assert (view.profile, view.observes, view.answer, view.catalogue) == (
        Profile.STRICT, True, BlockedAnswer.NULL, False,
    )  # fmt: skip
    assert not made[EVERYONE].observes


def test_books_are_the_groups_own_first_and_shared_where_they_are_the_same() -> None:
    rules = ((EVERYONE, "||a.test^"), ("kids", "||b.test^"))
    made = views(overlay(GroupState(EVERYONE), GroupState("kids"), GroupState("guests"), rules=rules), LISTS)
    assert [len(book) for book in made["kids"].books] == [1, 1]
    assert made["kids"].books[1] is made["guests"].books[0] is made[EVERYONE].books[0]


def test_a_badfilter_of_a_group_takes_a_rule_of_everyone_away_from_that_group_alone() -> None:
    made = views(
        overlay(
            GroupState(EVERYONE),
            GroupState("kids"),
            rules=((EVERYONE, "||a.test^"), (EVERYONE, "||b.test^")),
            disabled=(Disabled(EVERYONE, (), (7,), ()), Disabled("kids", (1,), (8,), (2,))),
        ),
        LISTS,
    )
    assert [len(book) for book in made["kids"].books] == [1]
    assert [len(book) for book in made[EVERYONE].books] == [2]
    assert made["kids"].disabled == {7, 8}
    assert made["kids"].disabled_patterns == {2}
    assert made[EVERYONE].disabled == {7}
