import time

import pytest

from tests.fakes.terminal import Terminal


def action(terminal: Terminal, *words: str) -> str:
    """What would become of a name that the catalogue blocks."""
    return str(terminal.one("why", "tracking.miui.com", *words)["action"])


def test_while_a_pause_lasts_nothing_is_blocked(terminal: Terminal) -> None:
    assert action(terminal) == "blocked"
    made = terminal.one("pause", "10m")
    assert (made["paused"], made["scope"], made["target"], made["seconds"]) == (True, "all", "", 600)
    assert made["generation"] == 2
    assert action(terminal) == "allowed"
    (shown,) = terminal.rows("pause")
    assert (shown["scope"], shown["target"]) == ("all", "")
    assert 590 <= shown["seconds_left"] <= 600
    ended = terminal.one("pause", "--off")
    assert (ended["paused"], ended["was_paused"], ended["generation"]) == (False, True, 3)
    assert action(terminal) == "blocked"
    assert terminal.rows("pause") == []


def test_a_pause_for_one_device_is_for_no_other_and_ends_by_its_name(terminal: Terminal) -> None:
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna")
    assert terminal.one("pause", "10m", "--device", "anna")["target"] == "192.0.2.7"
    assert (action(terminal, "--device", "Anna"), action(terminal, "--device", "192.0.2.8")) == (
        "allowed",
        "blocked",
    )
    assert terminal.one("pause", "--off", "--device", "Anna")["was_paused"] is True
    assert action(terminal, "--device", "Anna") == "blocked"


def test_a_pause_for_a_group(terminal: Terminal) -> None:
    terminal.good("groups", "add", "kids")
    terminal.good("devices", "set", "192.0.2.7", "--group", "kids")
    terminal.good("pause", "1h", "--group", "kids")
    assert (action(terminal, "--device", "192.0.2.7"), action(terminal)) == ("allowed", "blocked")
    terminal.good("pause", "--off", "--group", "kids")
    assert action(terminal, "--device", "192.0.2.7") == "blocked"


def test_what_people_read(terminal: Terminal) -> None:
    soon = [time.strftime("%H:%M", time.localtime(time.time() + seconds)) for seconds in (600, 601, 602)]
    first = terminal.good("pause", "10m").out.splitlines()[0]
    assert first in [f"Nothing is blocked for everybody until {moment}" for moment in soon] or "-" in first
    assert terminal.good("pause").out.splitlines()[0].split() == ["PAUSED", "LEFT"]
    assert terminal.good("pause", "--off").out.startswith("The pause for everybody is over\n")
    assert terminal.good("pause", "--off").out == "There was no pause for everybody\n"
    assert "nothing is paused" in terminal.good("pause").err


def test_ending_a_pause_that_is_none_publishes_nothing(terminal: Terminal) -> None:
    assert "generation" not in terminal.one("pause", "--off")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("10x",), "no length of time"),
        (("10m", "--off"), "--off ends"),
        (("10m", "--device", "192.0.2.7", "--group", "everyone"), "not both"),
        (("10m", "--device", "nobody"), "no device 'nobody'"),
        (("--off", "--device", "nobody"), "no device 'nobody'"),
        (("10m", "--group", "nobody"), "no group nobody"),
        (("--off", "--group", "nobody"), "no group nobody"),
    ],
)
def test_nonsense_is_refused_with_a_hint(terminal: Terminal, words: tuple[str, ...], reason: str) -> None:
    assert reason in terminal.refused("pause", *words)
    assert terminal.rows("pause") == []
