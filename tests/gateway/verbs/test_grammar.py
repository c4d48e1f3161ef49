"""Verbs and nouns are taken up with their options; a number is what it says."""

import argparse
from pathlib import Path

import pytest

from gateway.model import Action, BlockedAnswer, Mode, Profile
from gateway.verbs import grammar
from gateway.verbs.grammar import Grammar, Parser, number, row_id


def parsed(*words: str) -> argparse.Namespace:
    top = Parser(prog="box")
    made = Grammar(top)
    made.verb("sing", "song:sing", "sing a song").add_argument("--loud", action="store_true")
    made.verb("hum", "song:hum", "hum it", prints=False)
    act = made.noun("birds", "those that sing")
    act("feed", "give them something").add_argument("what")
    act("draw", "paint them", prints=False)
    return top.parse_args(words)


def test_a_verb_names_its_command() -> None:
    options = parsed("sing", "--loud", "--json", "--data", "/x")
    assert (options.call, options.loud, options.json, options.data) == ("song:sing", True, True, Path("/x"))
    assert parsed("hum").call == "song:hum"
    with pytest.raises(SystemExit):
        parsed("hum", "--json")


def test_a_noun_alone_shows_and_an_act_acts() -> None:
    assert parsed("birds").call == parsed("birds", "list").call == "birds:show"
    assert (parsed("birds", "feed", "corn").call, parsed("birds", "feed", "corn").what) == (
        "birds:feed",
        "corn",
    )
    with pytest.raises(SystemExit):
        parsed("birds", "draw", "--json")


def test_an_option_before_the_act_counts_and_one_after_it_wins() -> None:
    options = parsed("birds", "--json", "--data", "/x", "feed", "corn")
    assert (options.json, options.data) == (True, Path("/x"))
    assert parsed("birds", "--data", "/x", "feed", "corn", "--data", "/y").data == Path("/y")


@pytest.mark.parametrize("text", ["0", "11", "x", "1.5", "²", "-1", "", "9" * 5000])
def test_what_is_no_number_between_the_two_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no number from 1 to 10"):
        number(1, 10)(text)


def test_a_number_between_the_two_is_taken() -> None:
    assert [number(1, 10)(text) for text in ("1", "7", "10")] == [1, 7, 10]
    assert row_id("2147483647") == 2**31 - 1


def test_choices_are_those_of_the_model() -> None:
    assert tuple(Profile) == grammar.PROFILES
    assert tuple(Mode) == grammar.MODES
    assert set(grammar.ANSWERS) == set(BlockedAnswer)
    assert tuple(Action) == grammar.ACTIONS
