import re
from pathlib import Path

import pytest

from gateway.data import Data
from gateway.policy.fetching import known_sources
from gateway.policy.fetching.known_sources import KnownSource
from gateway.policy.syntax import SYNTAXES
from gateway.verbs import grammar
from tests.fakes.idle_box import says
from tests.fakes.list_server import Handler, serving
from tests.fakes.list_server import text as page
from tests.fakes.terminal import Terminal
from tests.goldens import Golden

TEXT = "! ads\n||ads.example^\n||odd.example^$nonsense\n0.0.0.0 hosts.example\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ads.txt"
    path.write_text(TEXT)
    return path


def test_a_list_from_a_file_is_in_force_when_the_command_returns(
    terminal: Terminal, data: Data, file: Path
) -> None:
    made = terminal.one("lists", "add", str(file), "--name", "my ads")
    assert (made["id"], made["name"], made["rules"], made["refused"]) == (1, "my ads", 2, 1)
    assert (made["source"], made["groups"], made["enabled"]) == (str(file), ["everyone"], True)
    assert made["generation"] == 2
    assert says(data, "ads.example") == "blocked: lists my ads 2 ||ads.example^"


def test_a_list_from_the_web_is_in_force(terminal: Terminal, data: Data) -> None:
    with serving({"/ads.txt": page(TEXT.encode())}) as server:
        terminal.good("lists", "add", f"http://me:secret@127.0.0.1:{server.port}/ads.txt")
        (row,) = terminal.rows("lists")
    assert "secret" not in row["source"]
    assert says(data, "hosts.example").startswith("blocked: lists ads.txt 4")


def test_a_list_is_meant_by_number_or_name(terminal: Terminal, data: Data, file: Path) -> None:
    terminal.good("lists", "add", str(file))
    assert terminal.one("lists", "disable", "ads.txt")["enabled"] is False
    assert says(data, "ads.example") == "allowed"
    assert terminal.one("lists", "enable", "1")["enabled"] is True
    assert says(data, "ads.example").startswith("blocked")
    assert terminal.one("lists", "remove", "ads.txt")["id"] == 1
    assert says(data, "ads.example") == "allowed"
    assert terminal.rows("lists") == []


def test_what_people_read(terminal: Terminal, file: Path, golden: Golden) -> None:
    told = [
        terminal.good("lists", "add", str(file)).steady(),
        terminal.good("lists").out,
        terminal.good("lists", "report", "1").out,
        terminal.good("lists", "refresh").steady(),
        terminal.good("lists", "disable", "1").steady(),
        terminal.good("lists", "remove", "1").steady(),
    ]
    steady = re.sub(r"\d s ago", "N s ago", "\n".join(told))
    golden.check("lists.txt", steady.replace(str(file.parent), "/srv"))


def test_refreshing_takes_up_what_has_changed(terminal: Terminal, data: Data, file: Path) -> None:
    terminal.good("lists", "add", str(file))
    assert terminal.one("lists", "refresh")["outcome"] == "unchanged"
    file.write_text("||new.example^\n||ads.example^\n")
    assert "ads.txt: 2 rules\nIn force" in terminal.good("lists", "refresh", "ads.txt").out.replace(
        "Stored as", "In force"
    )
    assert says(data, "new.example").startswith("blocked")
    assert terminal.rows("lists", "refresh", "--due") == []


def test_a_list_that_cannot_be_refreshed_stays_and_says_why(
    terminal: Terminal, data: Data, file: Path
) -> None:
    terminal.good("lists", "add", str(file))
    file.unlink()
    said = terminal.run("lists", "refresh")
    assert said.code == 1
    assert said.out.startswith("ads.txt: failed, the last copy stays: no such file")
    assert says(data, "ads.example").startswith("blocked")
    assert "ads.txt could not be fetched the last time: no such file" in terminal.good("lists").err
    (row,) = terminal.run("lists", "refresh", "--json").rows()
    assert (row["outcome"], "no such file" in row["reason"]) == ("kept", True)


def test_lines_that_are_no_rules_are_told_with_their_number(terminal: Terminal, file: Path) -> None:
    said = terminal.good("lists", "add", str(file))
    assert "1 line of it" in said.err
    assert terminal.rows("lists", "report", "1") == [
        {"line": 3, "text": "||odd.example^$nonsense", "reason": "unknown modifier $nonsense"}
    ]
    file.write_text("||ads.example^\n||more.example^\n")
    terminal.good("lists", "refresh")
    assert "none of its lines was refused" in terminal.good("lists", "report", "1").err


def test_what_is_told_is_what_is_in_force_and_not_what_the_list_holds(terminal: Terminal, file: Path) -> None:
    file.write_text("".join(f"/x{number}[0-9]+/\n" for number in range(2100)))
    said = terminal.good("lists", "add", str(file))
    assert ": 2000 rules" in said.out
    assert "100 lines of it" in said.err
    assert len(terminal.rows("lists", "report", "1")) == 100


def test_a_known_list_is_added_by_its_name(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({"/light.txt": page(TEXT.encode())}) as server:
        url = f"http://127.0.0.1:{server.port}/light.txt"
        known = (KnownSource("Light", url, "adblock", "MIT", "ads", "https://light.example/", 3),)
        monkeypatch.setattr(known_sources, "load", lambda: known)
        made = terminal.one("lists", "add", "light")
        assert (made["name"], made["source"], made["syntax"]) == ("Light", url, "adblock")
        assert terminal.rows("lists", "known") == [
            {
                "name": "Light",
                "url": url,
                "syntax": "adblock",
                "licence": "MIT",
                "about": "ads",
                "homepage": "https://light.example/",
                "rules": 3,
            }
        ]


def test_known_lists_are_shown(terminal: Terminal) -> None:
    said = terminal.good("lists", "known")
    assert "HaGeZi" in said.out
    assert "lists add" in said.err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("add", "/"), "is a folder"),
        (("add", "nowhere.txt"), "no file"),
        (("add", ""), "control character|empty"),
        (("add", "ftp://lists.example/x"), "only http"),
        (("add", "http://"), "no usable URL"),
        (("remove", "7"), "no list 7"),
        (("enable", "nothing"), "no list nothing"),
        (("report", "7"), "no list 7"),
        (("refresh", "7"), "no list 7"),
    ],
)
def test_nonsense_is_refused_with_a_hint(
    terminal: Terminal, words: tuple[str, ...], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = terminal.refused("lists", *words)
    assert any(part in said for part in reason.split("|")), said


def refused_after_reading(terminal: Terminal, *words: str) -> str:
    said = terminal.run("lists", *words)
    assert (said.code, said.out) == (1, ""), said
    reading, reason, hint = said.err.splitlines()
    assert reading.startswith("Reading ")
    assert hint.startswith("  → ")
    assert terminal.rows("lists") == []
    return reason


def test_a_page_that_is_no_list_is_not_subscribed_to(terminal: Terminal) -> None:
    with serving({"/": page(b"<html>"), "/empty": page(b"! nothing\n")}) as server:
        where = f"http://127.0.0.1:{server.port}"
        assert "a web page" in refused_after_reading(terminal, "add", f"{where}/")
        assert "no rule in it" in refused_after_reading(terminal, "add", f"{where}/empty")
        assert "404" in refused_after_reading(terminal, "add", f"{where}/gone")


def test_a_group_that_is_not_there_is_said_before_the_download(terminal: Terminal) -> None:
    def never(_: Handler) -> None:
        raise AssertionError("was asked")

    with serving({"/": never}) as server:
        reason = refused_after_reading(
            terminal, "add", f"http://127.0.0.1:{server.port}/", "--group", "nobody"
        )
        assert "no group nobody" in reason
        assert server.asked == []


def test_syntaxes_are_those_that_can_be_read() -> None:
    assert set(grammar.SYNTAXES) == set(SYNTAXES)
