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
        assert len(said.err.splitlines()) == 1


def test_choices_are_those_of_the_model(terminal: Terminal) -> None:
    assert "invalid choice" in terminal.refused("groups", "set", "everyone", "--profile", "loose", code=2)
