"""A backup is a file of its owner's; a restore says what it changed."""

import contextlib
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.archives.reading import read
from gateway.data import Data
from gateway.store import dump
from tests.fakes import backups, idle_box
from tests.fakes.events import event
from tests.fakes.idle_box import says
from tests.fakes.terminal import Terminal


@pytest.fixture
def file(terminal: Terminal, data: Data, tmp_path: Path) -> Path:
    backups.fill(data)
    path = tmp_path / "backup.tar.gz"
    assert terminal.good("backup", str(path)).out.startswith(f"Backup: {path} (0.0 MB)\n")
    return path


def test_a_backup_is_its_owners_alone_and_whole(file: Path, terminal: Terminal) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert "manifest.json" in read(file.read_bytes())
    told = terminal.one("backup", str(file), "--with-secrets")
    assert told["bytes"] == file.stat().st_size
    assert "tables/account.jsonl" in read(file.read_bytes())


def test_without_a_name_it_gets_one_with_the_date(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    terminal.good("backup", "--with-secrets")
    (made,) = tmp_path.iterdir()
    assert made.match("hushgate-20[0-9][0-9][0-9][0-9][0-9][0-9]-*.tar.gz")


def test_on_standard_output_it_is_the_archive_and_nothing_else(data: Data) -> None:
    call = [sys.executable, "-m", "gateway.cli", "backup", "-", "--data", str(data.root)]
    done = subprocess.run(call, capture_output=True, timeout=60, check=True)
    assert "manifest.json" in read(done.stdout)
    assert done.stderr == b""


def test_what_was_set_is_in_force_again(terminal: Terminal, data: Data, file: Path) -> None:
    terminal.good("rules", "remove", "1")
    terminal.good("rules", "add", "||new.example^")
    tried = terminal.good("restore", str(file), "--dry-run").out
    assert tried.startswith("Would restore the backup of 20")
    assert "rules 1 added, 1 removed" in tried
    assert says(data, "a.example") == "allowed"
    done = terminal.good("restore", str(file))
    assert done.out.startswith("Restored the backup of 20")
    assert "later could not be fetched" in done.err
    assert says(data, "a.example").startswith("blocked")
    assert says(data, "new.example") == "allowed"
    again = terminal.one("restore", str(file))
    assert again["changes"].get("rule") is None
    assert again["to_fetch"] == [2]


def test_a_webhook_without_its_secret_is_left_out_and_that_is_told(
    terminal: Terminal, data: Data, file: Path
) -> None:
    with contextlib.closing(sqlite3.connect(data.root / "hushgate.db", isolation_level=None)) as store:
        store.execute("DELETE FROM webhook")
    assert "The webhook https://hooks.example/x is left out" in terminal.good("restore", str(file)).err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("restore", "/nowhere"), "there is no file"),
        (("restore", "/"), "there is no file"),
        (("restore", __file__), "neither zip nor tar"),
        (("backup", "/"), "is a folder"),
        (("backup", "/nowhere/x"), "No such file"),
    ],
)
def test_nonsense_is_refused(terminal: Terminal, words: tuple[str, ...], reason: str) -> None:
    said = terminal.run(*words)
    assert (said.code, said.out) == (1, "")
    assert reason in said.err


def test_a_backup_that_fails_leaves_the_one_before(
    terminal: Terminal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dump, "read_table", fail)
    assert "No space left" in terminal.run("backup", str(file)).err
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_the_log_goes_along_where_it_is_asked_for(terminal: Terminal, data: Data, file: Path) -> None:
    idle_box.note(data, event("seen.example"))
    terminal.good("backup", str(file), "--with-log")
    assert b"seen.example" in read(file.read_bytes())["log/000001.jsonl"]
    said = terminal.good("restore", str(file)).err
    assert "0 events of before this box began to log are in its log now." in said
