"""Rules come from files and go into files."""

import io
import sys
from pathlib import Path

import pytest

from gateway.data import Data
from gateway.exchange import reading, writing
from gateway.verbs import policy
from tests.fakes.idle_box import says
from tests.fakes.list_server import serving, text
from tests.fakes.pihole import domains, gravity, v6
from tests.fakes.terminal import Terminal


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.txt"
    path.write_text("||a.example^\n0.0.0.0 b.example\nno rule at all\n")
    return path


def test_a_list_of_rules_is_in_force_when_the_command_returns(
    terminal: Terminal, data: Data, file: Path
) -> None:
    said = terminal.good("rules", "import", str(file))
    assert said.out.startswith("Taken: 2 rules\n")
    assert "Not taken: line 3: no rule at all: white space in the name" in said.err
    assert says(data, "a.example") == "blocked: rules everyone 1 ||a.example^"
    assert says(data, "b.example").startswith("blocked")
    again = terminal.one("rules", "import", str(file))
    assert (again["rules"], again["rules_kept"], again["format"]) == (0, 2, "auto")
    assert again["refused"] == [{"line": 3, "text": "no rule at all", "reason": "white space in the name"}]


def test_a_dry_run_changes_nothing(terminal: Terminal, data: Data, file: Path) -> None:
    assert terminal.good("rules", "import", str(file), "--dry-run").out == "Would take: 2 rules\n"
    assert terminal.rows("rules") == []
    assert says(data, "a.example") == "allowed"


def test_a_pi_hole_moves_in_with_its_lists(terminal: Terminal, data: Data, tmp_path: Path) -> None:
    with serving({"/list": text(b"ads.example\n")}) as server:
        url = f"http://127.0.0.1:{server.port}/list"
        database = gravity(
            "INSERT INTO \"group\" (id, name) VALUES (1, 'kids')",
            *domains((1, 1, "games.example", 1, "", (1,))),
            f"INSERT INTO adlist (id, address) VALUES (1, '{url}'), (2, 'http://127.0.0.1:9/')",
            "INSERT INTO adlist_by_group VALUES (1, 0), (2, 0)",
            "INSERT INTO client (id, ip) VALUES (1, '192.0.2.7')",
            "INSERT INTO client_by_group VALUES (1, 0), (1, 1)",
        )
        backup = tmp_path / "teleporter.zip"
        backup.write_bytes(v6(database, ""))
        said = terminal.good("rules", "import", str(backup))
    assert said.out.startswith("Taken: 1 rule, 2 lists, 1 group, 1 device\n")
    assert "list: 1 rules" in said.err
    assert "failed: " in said.err
    assert says(data, "ads.example").startswith("blocked: lists list 1 ads.example")
    assert says(data, "games.example", "192.0.2.7").startswith("blocked: rules kids")
    assert says(data, "games.example", "192.0.2.8") == "allowed"


@pytest.mark.parametrize("form", writing.FORMATS)
def test_what_is_exported_can_be_imported(terminal: Terminal, file: Path, form: str) -> None:
    terminal.good("groups", "add", "kids")
    terminal.good("rules", "import", str(file), "--group", "kids")
    said = terminal.good("rules", "export", "--format", form, "--group", "kids").out
    file.write_text(said)
    for number in ("1", "2"):
        terminal.good("rules", "remove", number)
    terminal.good("rules", "import", str(file), "--format", form, "--group", "kids")
    assert {row["text"] for row in terminal.rows("rules")} >= {"b.example"}
    assert {row["group"] for row in terminal.rows("rules")} == {"kids"}


def test_standard_input_is_read(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"||a.example^\n")))
    assert terminal.one("rules", "import", "-")["rules"] == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("import", "/nowhere"), "there is no file"),
        (("import", "/"), "there is no file"),
        (("import", "{file}", "--group", "nobody"), "no group nobody"),
        (("import", "{file}", "--format", "pihole"), "neither zip nor tar"),
        (("export", "--group", "nobody"), "no group nobody"),
    ],
)
def test_nonsense_is_refused_with_a_hint(
    terminal: Terminal, file: Path, words: tuple[str, ...], reason: str
) -> None:
    assert reason in terminal.refused("rules", *(word.format(file=file) for word in words))
    assert terminal.rows("rules") == []


def test_formats_are_those_that_are_known() -> None:
    assert policy.IMPORTS == reading.FORMATS
    assert policy.EXPORTS == writing.FORMATS


def test_more_refused_lines_than_a_person_reads_are_counted(terminal: Terminal, file: Path) -> None:
    file.write_text("a b\n" * 50 + "ads.example\n")  # of nothing usable, all is refused
    assert terminal.good("rules", "import", str(file)).err.endswith("… and 30 more\n")
