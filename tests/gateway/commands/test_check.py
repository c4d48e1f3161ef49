from pathlib import Path

import pytest

from gateway import chosen
from gateway.chosen import Chosen
from gateway.data import Data
from tests.fakes.terminal import Terminal
from tests.goldens import Golden

LIST = "! ads\n||ads.example^\n||odd.example^$nonsense\n0.0.0.0 a.example b.example\nexample..org\n"


def test_good_settings_are_shown_as_they_count(terminal: Terminal, tmp_path: Path, golden: Golden) -> None:
    file = tmp_path / "hushgate.toml"
    file.write_text('[dns]\nlisten = ["127.0.0.1:5353"]\nupstreams = ["tls://192.0.2.1#dns.example"]\n')
    said = terminal.good("check", "--config", str(file))
    steady = said.out.replace(str(file), "/etc/hushgate/hushgate.toml")
    shown = [line for line in steady.splitlines() if "catalogue" not in line and "ways" not in line]
    golden.check("check.txt", "\n".join(shown) + "\n")
    found = terminal.one("check", "--config", str(file))
    assert (found["settings"], found["file"], found["listen"]) == ("good", str(file), ["127.0.0.1:5353"])
    assert found["catalogue_hosts"] > 100


def test_the_environment_counts_as_it_does_for_the_box(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "other.toml"
    file.write_text("[dns]\nblocked_ttl = 5\n")
    monkeypatch.setenv("HUSHGATE_CONFIG", str(file))
    monkeypatch.setenv("HUSHGATE_DNS__LISTEN", "127.0.0.1:5300,[::1]:5300")
    found = terminal.one("check")
    assert (found["file"], found["listen"], found["upstreams"]) == (
        str(file), ["127.0.0.1:5300", "[::1]:5300"], [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("[dns]\nlissten = []\n", ":2: dns.lissten: unknown setting"),
        ('[dns]\n\nlisten = ["127.0.0.1"]\n', ":3: dns.listen: '127.0.0.1' is not an address and port"),
        ("", ": the file is empty"),
        ("[dns\n", ":1: not valid TOML"),
        ('[dns]\nupstreams = ["gopher://x"]\n', "gopher"),
    ],
)
def test_wrong_settings_are_one_line_with_file_and_line_and_exit_code_2(
    terminal: Terminal, tmp_path: Path, content: str, where: str
) -> None:
    file = tmp_path / "hushgate.toml"
    file.write_text(content)
    said = terminal.run("check", "--config", str(file))
    assert (said.code, said.out) == (2, "")
    first, *hints = said.err.splitlines()
    assert where in first
    assert all(hint.startswith("  → ") for hint in hints)


def test_a_missing_file_is_said_with_exit_code_2(terminal: Terminal) -> None:
    assert "/nowhere.toml" in terminal.refused("check", "--config", "/nowhere.toml", code=2)


def test_a_list_is_checked_before_it_is_used(terminal: Terminal, tmp_path: Path, golden: Golden) -> None:
    file = tmp_path / "ads.txt"
    file.write_text(LIST)
    said = terminal.run("check", "--rules", str(file), "--json")
    assert said.code == 1
    (found,) = said.rows()
    assert found["rules"] == 3
    assert [(line["line"], line["text"]) for line in found["refused"]] == [
        (3, "||odd.example^$nonsense"), (5, "example..org"),
    ]  # fmt: skip
    assert found["refused"][0]["reason"] == "unknown modifier $nonsense"
    golden.check("check_rules.txt", terminal.run("check", "--rules", str(file)).out)


def test_a_good_list_ends_with_exit_code_0(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "ads.txt"
    file.write_text("||ads.example^\n")
    assert terminal.good("check", "--rules", str(file)).out == "1 rule, 0 lines refused\n"
    assert terminal.one("check", "--rules", str(file)) == {"rules": 1, "refused": [], "refused_total": 0}


@pytest.mark.parametrize("path", ["/nowhere.txt", "/"])
def test_what_is_no_list_is_refused(terminal: Terminal, path: str) -> None:
    assert path in terminal.refused("check", "--rules", path)


def test_what_the_panel_has_set_counts_as_it_does_for_the_box(terminal: Terminal, data: Data) -> None:
    chosen.write(data.chosen, Chosen(1, values={"dns.upstreams": ["udp://192.0.2.1"]}))
    found = terminal.one("check")
    assert (found["upstreams"], found["set_by_the_panel"]) == (["udp://192.0.2.1"], ["dns.upstreams"])
    data.chosen.write_text("{")
    assert "panel-settings.json" in terminal.refused("check", code=2)
