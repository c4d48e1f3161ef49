import pytest

from gateway.cli import parser


def test_a_rule_is_for_everyone_unless_it_is_said() -> None:
    options = parser().parse_args(["rules", "add", "||a.example^"])
    assert (options.call, options.text, options.group, options.duration) == (
        "rules:add",
        "||a.example^",
        "everyone",
        None,
    )
    assert (
        parser().parse_args(["rules", "add", "a.example", "--group", "kids", "--for", "1h"]).group == "kids"
    )


def test_a_list_may_be_refreshed_by_name_or_all_of_them() -> None:
    assert parser().parse_args(["lists", "refresh"]).list is None
    assert parser().parse_args(["lists", "refresh", "ads"]).list == "ads"


def test_what_is_not_given_of_a_group_is_left() -> None:
    options = parser().parse_args(["groups", "set", "kids", "--no-inherit"])
    assert (options.inherit, options.catalogue, options.profile) == (False, None, None)


@pytest.mark.parametrize("words", [["groups", "add", "x", "--profile", "mild"], ["rules", "remove", "x"]])
def test_what_is_no_choice_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(words)
