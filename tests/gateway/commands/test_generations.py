import pytest

from gateway.data import Data
from tests.fakes.idle_box import says
from tests.fakes.terminal import Terminal


@pytest.fixture
def changed(terminal: Terminal) -> Terminal:
    """Generation 2 blocks a.example, 3 allows it again for its rule's switch, 4 has a rule with an odd comment."""
    terminal.good("rules", "add", "||a.example^")
    terminal.good("rules", "disable", "1")
    terminal.good("rules", "add", "||b.example^", "--comment", "‮odd")
    return terminal


def test_generations_are_listed_newest_first_with_who_made_them(changed: Terminal) -> None:
    rows = changed.rows("generations")
    assert [row["number"] for row in rows] == [4, 3, 2, 1]
    assert rows[0]["author"].startswith("command line (")
    assert [row["in_force"] for row in rows] == [True, False, False, False]
    assert "rule added: ||b.example^" in changed.good("generations").out


def test_what_one_has_changed_and_what_tells_two_apart(changed: Terminal) -> None:
    assert "~ rule 1 ||a.example^: enabled: yes → no" in changed.good("generations", "show", "3").out
    assert (
        "+ rule 2 ||b.example^ group=everyone comment=\\u202eodd"
        in changed.good("generations", "show", "4").out
    )
    (told,) = changed.rows("generations", "diff", "4", "2")
    assert [rule["id"] for rule in told["rules"]["removed"]] == [2]
    assert "no difference" in changed.good("generations", "diff", "2", "2").err
    assert changed.good("generations", "show", "1").out.startswith("Generation 1 by ")


def test_going_back_puts_it_in_force(changed: Terminal, data: Data) -> None:
    told = changed.one("generations", "restore", "2")
    assert (told["restored"], told["generation"]) == (2, 5)
    assert says(data, "a.example") == "blocked: rules everyone 1 ||a.example^"
    assert says(data, "b.example") == "allowed"


def test_what_going_back_would_change_can_be_seen_before(changed: Terminal, data: Data) -> None:
    said = changed.good("generations", "restore", "2", "--dry-run").out
    assert "- rule 2 ||b.example^" in said
    assert "~ rule 1 ||a.example^: enabled: no → yes" in said
    assert says(data, "a.example") == "allowed"


def test_a_generation_that_nobody_knows_is_named(changed: Terminal) -> None:
    for act in (("show", "99"), ("restore", "99"), ("diff", "1", "99")):
        assert "no generation 99" in changed.refused("generations", *act)
