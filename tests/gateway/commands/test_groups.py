import pytest

from gateway.data import Data
from tests.fakes.idle_box import says
from tests.fakes.terminal import Terminal
from tests.goldens import Golden


def test_a_group_is_made_changed_and_removed(terminal: Terminal) -> None:
    made = terminal.one(
        "groups", "add", "kids", "--profile", "strict", "--no-inherit", "--comment", "Anna, Ben"
    )
    assert made["generation"] == 2
    assert {
        key: made[key] for key in ("name", "profile", "mode", "answer", "inherit", "catalogue", "comment")
    } == {
        "name": "kids",
        "profile": "strict",
        "mode": "enforce",
        "answer": "auto",
        "inherit": False,
        "catalogue": True,
        "comment": "Anna, Ben",
    }
    changed = terminal.one("groups", "set", "kids", "--answer", "nxdomain", "--inherit", "--no-catalogue")
    assert (changed["answer"], changed["inherit"], changed["catalogue"]) == ("nxdomain", True, False)
    assert changed["profile"] == "strict"
    assert terminal.one("groups", "remove", "kids")["name"] == "kids"
    assert [group["name"] for group in terminal.rows("groups")] == ["everyone"]


def test_observing_blocks_nothing(terminal: Terminal, data: Data) -> None:
    assert says(data, "tracking.miui.com").startswith("blocked")
    terminal.good("groups", "set", "everyone", "--mode", "observe")
    assert says(data, "tracking.miui.com").startswith("observed")
    terminal.good("groups", "set", "everyone", "--mode", "enforce")
    assert says(data, "tracking.miui.com").startswith("blocked")


def test_what_people_read(terminal: Terminal, golden: Golden) -> None:
    told = [
        terminal.good("groups", "add", "kids", "--profile", "strict", "--no-inherit").steady(),
        terminal.good("groups", "set", "everyone", "--mode", "observe", "--no-catalogue").steady(),
        terminal.good("devices", "set", "192.0.2.7", "--group", "kids").steady(),
        terminal.good("groups").out,
        terminal.good("groups", "remove", "kids").steady(),
    ]
    golden.check("groups.txt", "\n".join(told))


def test_the_devices_of_a_removed_group_are_everyones(terminal: Terminal) -> None:
    terminal.good("groups", "add", "kids")
    terminal.good("devices", "set", "192.0.2.7", "--group", "kids")
    terminal.good("groups", "remove", "kids")
    assert [device["group"] for device in terminal.rows("devices")] == ["everyone"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("set", "everyone"), "nothing to change"),
        (("set", "nobody", "--mode", "observe"), "no group nobody"),
        (("remove", "nobody"), "no group nobody"),
        (("remove", "everyone"), "always exists"),
    ],
)
def test_nonsense_is_refused_with_a_hint(terminal: Terminal, words: tuple[str, ...], reason: str) -> None:
    assert reason in terminal.refused("groups", *words)


def test_a_name_that_is_taken_or_none_is_refused(terminal: Terminal) -> None:
    for name in ("everyone", "", "a\nb", "x" * 65):
        said = terminal.run("groups", "add", name)
        assert (said.code, said.out) == (1, "")
        assert [line for line in said.err.splitlines() if not line.startswith("  → ")] == [
            said.err.splitlines()[0]
        ]


def test_choices_are_those_of_the_model(terminal: Terminal) -> None:
    assert "invalid choice" in terminal.refused("groups", "set", "everyone", "--profile", "loose", code=2)


def test_a_schedule_is_set_shown_and_ended(terminal: Terminal, data: Data) -> None:
    terminal.good("groups", "add", "kids")
    said = terminal.one(
        *("groups", "schedule", "kids", "fri,sat 23:00-7:00 block", "daily 21:30-06:30 block"),
        *("--zone", "Europe/Berlin"),
    )
    assert said["schedule"]["zone"] == "Europe/Berlin"
    weekend, daily = said["schedule"]["windows"]
    assert weekend == {"start": "23:00", "end": "07:00", "days": ["fri", "sat"], "block": "everything"}
    assert (daily["start"], len(daily["days"])) == ("21:30", 7)
    shown = terminal.rows("groups", "schedule", "kids")
    assert [(row["days"], row["start"], row["does"], row["zone"]) for row in shown] == [
        ("fri,sat", "23:00", "block", "Europe/Berlin"),
        ("daily", "21:30", "block", "Europe/Berlin"),
    ]
    assert terminal.good("groups", "schedule", "kids").err.startswith("Now: ")
    assert "fri,sat 23:00-07:00 block; daily" in terminal.good("groups", "set", "kids", "--comment", "x").out
    moved = terminal.one("groups", "schedule", "kids", "--zone", "UTC")
    assert (moved["schedule"]["zone"], len(moved["schedule"]["windows"])) == ("UTC", 2)
    assert terminal.one("groups", "schedule", "kids", "--off")["schedule"] is None
    assert "no schedule" in terminal.good("groups", "schedule", "kids").err
    terminal.good("groups", "schedule", "everyone", "00:00-24:00 block")
    assert says(data, "any.example").startswith("blocked: schedule everyone")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("everyone", "someday 10:00-11:00 block"), "no day of the week"),
        (("everyone", "block"), "no window of time"),
        (("everyone", "10:00-11:00 nonsense"), "nothing that a window can do"),
        (("everyone", "25:00-11:00 block"), "no time of day"),
        (("everyone", "10:00-11:00 block", "--zone", "Mars"), "no time zone"),
        (("everyone", "10:00-11:00"), "changes nothing"),
        (("everyone", "--zone", "UTC"), "has no schedule"),
        (("everyone", "10:00-11:00 block", "--off"), "--off"),
        (("nobody", "10:00-11:00 block"), "no group nobody"),
    ],
)
def test_a_schedule_that_is_none_is_refused(terminal: Terminal, words: tuple[str, ...], reason: str) -> None:
    said = terminal.run("groups", "schedule", *words)
    assert (said.code, said.out) == (1, "")
    assert reason in said.err
