import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.commands import output
from gateway.commands.output import cell, harmless
from gateway.data import usual_root
from gateway.store.rules import StoredRule

ROWS = [
    {"name": "tracking.miui.com", "count": 12, "last_seen": "5 s", "hidden": 1},
    {"name": "a", "count": 3, "last_seen": None},
]


def test_table_has_heads_and_columns_that_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    output.rows(ROWS, ["name", "count", "last_seen"], as_json=False, empty="nothing")
    assert capsys.readouterr().out == (
        "NAME               COUNT  LAST SEEN\n"
        "tracking.miui.com  12     5 s\n"
        "a                  3      -\n"
    )  # fmt: skip


def test_json_is_one_object_a_line_with_all_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    output.rows(ROWS, ["name"], as_json=True, empty="nothing")
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == ROWS


def test_empty_table_is_said_to_the_person_and_is_no_data(capsys: pytest.CaptureFixture[str]) -> None:
    output.rows([], ["name"], as_json=False, empty="no rules yet")
    assert capsys.readouterr() == ("", "no rules yet\n")
    output.rows([], ["name"], as_json=True, empty="no rules yet")
    assert capsys.readouterr() == ("", "")


def test_one_thing_is_shown_with_a_line_for_each_thing_known(capsys: pytest.CaptureFixture[str]) -> None:
    thing: dict[str, object] = {
        "name": "a.example",
        "rule_text": "||a^",
        "unknown": "",
        "none": None,
        "list": [],
        "n": 0,
        "off": False,
    }
    output.pairs(thing, as_json=False)
    assert capsys.readouterr().out == (
        "name       a.example\n"
        "rule text  ||a^\n"
        "n          0\n"
        "off        no\n"
    )  # fmt: skip
    output.pairs(thing, as_json=True)
    assert json.loads(capsys.readouterr().out) == thing
    output.pairs({}, as_json=False)
    assert capsys.readouterr().out == ""


def test_notes_are_not_data(capsys: pytest.CaptureFixture[str]) -> None:
    output.note("starting …")
    assert capsys.readouterr() == ("", "starting …\n")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("", "-"),
        (0, "0"),
        (True, "yes"),
        (False, "no"),
        ([], "-"),
        (("a", "", None, 3), "a, -, -, 3"),
        ("Redmi Note 9", "Redmi Note 9"),
        ("Gerät 手机", "Gerät 手机"),
    ],
)
def test_cells_are_short_and_never_empty(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J\x1b]0;owned\x07", r"\u001b[2J\u001b]0;owned\u0007"),
        ("a\r\nb\tc", r"a\u000d\u000ab\u0009c"),
        ("moc.\u202eexample", r"moc.\u202eexample"),  # right to left
        ("a\u200bb", r"a\u200bb"),  # no width
        ("a\u00a0b", r"a\u00a0b"),  # a blank that is none
        ("a\x9bb", r"a\u009bb"),  # CSI in one character
        ("\udc80", r"\udc80"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(hostile: str, shown: str) -> None:
    assert harmless(hostile) == shown


@given(st.text())
def test_any_text_is_harmless_afterwards(text: str) -> None:
    assert harmless(text).isprintable()


@given(st.recursive(st.text() | st.integers() | st.none() | st.booleans(), st.lists, max_leaves=5))
def test_any_value_is_one_line(value: object) -> None:
    assert len(cell(value).splitlines()) == 1


def test_a_value_becomes_a_row() -> None:
    rule = StoredRule(1, "||a^", "everyone", "", True, 5, 0)
    assert output.as_row(rule) == {
        "id": 1,
        "text": "||a^",
        "group": "everyone",
        "comment": "",
        "enabled": True,
        "created": 5,
        "expires": 0,
        "tags": (),
        "origin": "",
        "changed": 0,
    }


@pytest.mark.parametrize(("number", "text"), [(0, "0 rules"), (1, "1 rule"), (2, "2 rules")])
def test_one_is_counted_as_one(number: int, text: str) -> None:
    assert output.counted(number, "rule") == text


@pytest.mark.parametrize(
    ("columns", "terminal", "lines"),
    [
        ("30", True, ["evidence  a capture and a list", "          of hosts"]),
        ("30", False, ["evidence  a capture and a list of hosts"]),
        ("25", True, ["evidence  a capture and a list of hosts"]),  # too narrow to be made better
    ],
)
def test_long_text_hangs_below_its_beginning_on_a_terminal_only(
    columns: str,
    terminal: bool,
    lines: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    output.pairs({"evidence": "a capture and a list of hosts"}, as_json=False)
    assert capsys.readouterr().out.splitlines() == lines


@pytest.mark.parametrize("called", ["hushgate", "pytest"])
def test_commands_are_shown_as_this_person_can_call_them(
    called: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".venv/bin").mkdir(parents=True)
    place = tmp_path / ".venv/bin" / called
    place.touch()
    monkeypatch.setattr(sys, "argv", [str(place)])
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SUDO_USER", raising=False)
    name = ".venv/bin/hushgate" if called == "hushgate" else "hushgate"
    assert output.command("status", usual_root()) == f"{name} status"
    assert output.command("status", Path("/srv/box")) == f"{name} status --data /srv/box"
    monkeypatch.setenv("SUDO_USER", "somebody")
    assert output.command("status", usual_root()) == f"sudo {name} status"
