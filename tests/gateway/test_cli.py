"""The command line: what is asked for reaches the command, and every end has its exit code."""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path

import pytest

from gateway.cli import main, parser
from gateway.commands import status
from gateway.errors import OwnFault, SettingsError, UsageError


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def verbs(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Every verb, and every act of a noun as "rules add"."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, made in action.choices.items():
                found[name] = made
                found |= {f"{name} {act}": inner for act, inner in verbs(made).items()}
    return found


ALL = verbs(parser())


def test_the_verbs_are_those_that_were_promised() -> None:
    assert set(ALL) >= {
        *(
            "up",
            "run",
            "status",
            "check",
            "why",
            "log",
            "pause",
            "demo",
            "rules",
            "lists",
            "groups",
            "devices",
        ),
        *("rules add", "rules remove", "rules enable", "rules disable", "rules list"),
        *("lists add", "lists remove", "lists refresh", "lists report", "lists known", "lists list"),
        *("token create", "token revoke", "token list", "account setup-link", "account reset"),
        *("groups add", "groups set", "groups remove", "devices set", "devices remove"),
    }


@pytest.mark.parametrize("verb", ALL)
def test_every_verb_leads_to_a_command_and_takes_a_folder(verb: str) -> None:
    made = ALL[verb]
    module, function = made.get_default("call").split(":")
    assert callable(getattr(import_module(f"gateway.commands.{module}"), function))
    assert "--data" in made._option_string_actions
    assert ("--json" in made._option_string_actions) == (verb not in ("up", "run", "rules export"))
    assert made.description
    assert all(action.help for action in made._actions if action.option_strings)


def test_without_a_verb_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "rules" in capsys.readouterr().out


def test_the_version_is_that_of_the_package(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    for version, said in ((lambda _: "1.2.3", "hushgate 1.2.3\n"), (missing, "not installed\n")):
        monkeypatch.setattr(metadata, "version", version)
        with pytest.raises(SystemExit) as ended:
            main(["--version"])
        assert ended.value.code == 0
        assert capsys.readouterr().out.endswith(said)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["why"], "required: NAME"),
        (["rules", "add"], "required: RULE"),
        (["rules", "nonsense"], "invalid choice: 'nonsense'"),
        (["log", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["status", "--data"], "expected one argument"),
    ],
)
def test_a_line_that_cannot_be_understood_is_two_lines_and_exit_code_2(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    out, err = capsys.readouterr()
    first, hint = err.splitlines()
    assert (ended.value.code, out) == (2, "")
    assert reason in first
    assert re.fullmatch(r"  → hushgate.* --help", hint)


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (UsageError("cannot be", hint="do that"), 1, ["hushgate: cannot be", "  → do that"]),
        (OwnFault("broken"), 1, ["hushgate: broken"]),
        (SettingsError("f.toml:3: wrong"), 2, ["hushgate: f.toml:3: wrong"]),
        (FileNotFoundError(2, "No such file", "/x"), 1, ["hushgate: /x: No such file"]),
        (OSError(28, "No space left on device"), 1, ["hushgate: No space left on device"]),
        (
            PermissionError(13, "Permission denied", "/x"),
            1,
            ["hushgate: /x: Permission denied", "  → is it yours?"],
        ),
        (KeyboardInterrupt(), 130, []),
    ],
)
def test_every_end_has_its_exit_code_and_one_line(
    error: BaseException,
    code: int,
    lines: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr(status, "status", fail)
    assert main(["status"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert [said[: len(line)] for said, line in zip(err.splitlines(), lines, strict=True)] == lines


def test_the_folder_may_stand_before_or_after_the_act(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUSHGATE_DATA", raising=False)
    for words in (["rules", "--data", "/a", "list"], ["rules", "list", "--data", "/a"]):
        options = parser().parse_args(words)
        assert (options.data, options.json) == (Path("/a"), False)
    assert parser().parse_args(["rules", "--json", "list"]).json is True
    monkeypatch.setenv("HUSHGATE_DATA", "/b")
    assert parser().parse_args(["rules", "list"]).data == Path("/b")


def test_what_is_written_is_for_its_owner_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def write(_: argparse.Namespace) -> int:
        (tmp_path / "log").touch()
        return 0

    monkeypatch.setattr(status, "status", write)
    main(["status"])
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_is_said_and_not_mistaken_for_success(tmp_path: Path) -> None:
    rules = tmp_path / "rules.txt"
    rules.write_text("||a.example^\n")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli", "check", "--rules", rules],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode != 0
    assert "No space left on device" in done.stderr


# Loading the store costs 0.4 s, and several times that on a small board.
LIGHT = ["--help", "status", "why example.org", "check", "why example.org --rules /dev/null"]


@pytest.mark.parametrize("line", LIGHT)
def test_light_verbs_load_neither_the_store_nor_an_http_client(line: str, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from gateway.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'sqlmodel', 'pydantic', 'alembic', 'httpx'} & sys.modules.keys()\n"
        "sys.exit(f'loads {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *line.split()],
        env={**os.environ, "HUSHGATE_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
