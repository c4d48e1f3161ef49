import time

import pytest

from gateway.data import Data
from tests.fakes.ears import lagging, listening, obedient
from tests.fakes.idle_box import says
from tests.fakes.terminal import Terminal
from tests.goldens import Golden


def test_a_rule_is_in_force_when_the_command_returns(terminal: Terminal, data: Data) -> None:
    with listening(data.run, "dns-0", obedient(data.policy)):
        made = terminal.one("rules", "add", "||shop.example^", "--comment", "too dear")
    assert {
        key: made[key] for key in ("id", "text", "group", "comment", "enabled", "expires", "generation")
    } == {
        "id": 1,
        "text": "||shop.example^",
        "group": "everyone",
        "comment": "too dear",
        "enabled": True,
        "expires": 0,
        "generation": 2,
    }
    assert (made["applied"]["workers"], made["applied"]["of"]) == (1, 1)
    assert made["applied"]["ms"] > 0
    assert says(data, "shop.example") == "blocked: rules everyone 1 ||shop.example^"


def test_rules_are_laid_aside_taken_up_and_removed(terminal: Terminal, data: Data) -> None:
    terminal.good("rules", "add", "||shop.example^")
    assert terminal.one("rules", "disable", "1")["enabled"] is False
    assert says(data, "shop.example") == "allowed"
    assert terminal.one("rules", "enable", "1")["enabled"] is True
    assert says(data, "shop.example").startswith("blocked")
    assert terminal.one("rules", "remove", "1")["text"] == "||shop.example^"
    assert says(data, "shop.example") == "allowed"
    assert terminal.rows("rules") == []


def test_what_people_read(terminal: Terminal, data: Data, golden: Golden) -> None:
    with listening(data.run, "dns-0", obedient(data.policy)):
        told = [
            terminal.good("rules", "add", "||shop.example^", "--comment", "too dear").steady(),
            terminal.good("rules", "add", "@@||news.example^").steady(),
            terminal.good("rules", "disable", "2").steady(),
            terminal.good("rules").out,
            terminal.good("rules", "remove", "1").steady(),
        ]
    golden.check("rules.txt", "\n".join(told))


def test_a_rule_for_a_while_says_until_when(terminal: Terminal) -> None:
    before = int(time.time())
    assert (
        before + 3600
        <= terminal.one("rules", "add", "||shop.example^", "--for", "1h")["expires"]
        < before + 3700
    )
    assert " until " in terminal.good("rules", "add", "||news.example^", "--for", "10m").out
    table = terminal.good("rules", "list").out
    assert "in 59 min" in table or "in 60 min" in table
    assert "in 9 min" in table or "in 10 min" in table


def test_no_rule_yet_is_said_to_the_person_and_is_no_data(terminal: Terminal) -> None:
    said = terminal.good("rules")
    assert said.out == ""
    assert "hushgate rules add" in said.err
    assert terminal.good("rules", "--json").err == ""


def test_a_rule_that_blocks_what_phones_need_is_warned_of(terminal: Terminal) -> None:
    said = terminal.good("rules", "add", "||update.miui.com^")
    assert said.err.startswith("Beware: ||update.miui.com^ blocks update.miui.com in everyone: ")
    assert terminal.good("rules", "add", "||shop.example^").err == ""  # that of another rule
    many = terminal.good("rules", "add", "||xiaomi.com^").err.splitlines()
    assert len(many) == 6
    assert many[-1].startswith("… and ")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("add", "two words"), "white space"),
        (("add", "||x.example^$nonsense"), "unknown modifier $nonsense"),
        (("add", "! a comment"), "comment"),
        (("add", ""), "empty"),
        (("add", "/(/"), "/(/: "),
        (("add", "||x.example^", "--group", "nobody"), "no group nobody"),
        (("add", "||x.example^", "--for", "ever"), "no length of time"),
        (("add", "||x.example^", "--for", "0h"), "no length of time"),
        (("remove", "7"), "no rule 7"),
        (("enable", "7"), "no rule 7"),
    ],
)
def test_nonsense_is_refused_with_a_hint(terminal: Terminal, words: tuple[str, ...], reason: str) -> None:
    assert reason in terminal.refused("rules", *words)
    assert terminal.rows("rules") == []


@pytest.mark.parametrize("number", ["0", "x", "1.5", "99999999999999999999", "²"])
def test_what_is_no_number_is_refused_before_anything_is_done(terminal: Terminal, number: str) -> None:
    assert "is no number from 1" in terminal.refused("rules", "remove", number, code=2)


def test_a_worker_that_does_not_take_it_up_leaves_no_rule(terminal: Terminal, data: Data) -> None:
    with listening(data.run, "dns-0", lagging):
        assert "no memory" in terminal.refused("rules", "add", "||shop.example^")
    assert terminal.rows("rules") == []
    assert says(data, "shop.example") == "allowed"


def test_where_no_worker_runs_this_is_said(terminal: Terminal) -> None:
    assert "hushgate up" in terminal.good("rules", "add", "||shop.example^").out


def test_a_rule_is_changed_and_keeps_its_number(terminal: Terminal, data: Data) -> None:
    terminal.good("rules", "add", "||shop.example^", "--for", "1h", "--tag", "work", "--tag", "ads")
    changed = terminal.one(
        "rules", "set", "1", "--text", "||news.example^", "--comment", "why", "--for", "ever", "--tags", "x,y"
    )
    assert (changed["id"], changed["text"], changed["comment"]) == (1, "||news.example^", "why")
    assert (changed["expires"], changed["tags"]) == (0, ["x", "y"])
    assert says(data, "shop.example") == "allowed"
    assert says(data, "news.example") == "blocked: rules everyone 1 ||news.example^"
    assert terminal.one("rules", "set", "1", "--tags", "")["tags"] == []
    assert "no rule 7" in terminal.refused("rules", "set", "7", "--comment", "x")


def test_rules_are_found_by_their_tag(terminal: Terminal) -> None:
    terminal.good("rules", "add", "||a.example^", "--tag", "work")
    terminal.good("rules", "add", "||b.example^")
    assert [rule["text"] for rule in terminal.rows("rules", "list", "--tag", "work")] == ["||a.example^"]
    assert "TAGS" in terminal.good("rules").out
    terminal.good("rules", "remove", "1")
    assert "TAGS" not in terminal.good("rules").out
