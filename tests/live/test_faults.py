"""Locked, full, damaged, truncated: DNS goes on, what is blocked stays blocked, and `status` says what is wrong."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.upstream import FakeUpstream
from tests.live.house import BLOCKED, OUTSIDE, TELEMETRY, House, eventually, living

RULED, OTHER = "shop.example.org", "news.example.org"
RUBBISH = b"\xde\xad rubbish \xbe\xef" * 4096


@pytest.fixture
def ruled(house: House) -> House:
    """A box with a rule of the user's own."""
    house.one("rules", "add", f"||{RULED}^")
    return house


def _goes_on(house: House, *blocked: str) -> None:
    """Every worker answers as it should."""
    for name in blocked or (RULED, TELEMETRY):
        assert house.addresses(name) == {BLOCKED}, name
    assert house.addresses("www.example.org", 4) == {OUTSIDE}


@contextlib.contextmanager
def _locked(database: Path) -> Iterator[None]:
    """Somebody else, a backup perhaps, holds the database for itself."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


def _journal(house: House) -> dict[str, object]:
    journal = house.status()["keeper"].get("journal", {})
    assert isinstance(journal, dict)
    return journal


def _spoil(path: Path) -> None:
    """Put rubbish in its place, as a new file: what is mapped or open stays as it is."""
    beside = path.with_name(path.name + ".spoilt")
    beside.write_bytes(RUBBISH)
    beside.replace(path)


def _logged(house: House, name: str) -> bool:
    return any(row["name"] == name for row in house.log("--name", name))


# Databases ---------------------------------------------------------------------------------------------------


def test_a_locked_log_makes_events_wait_and_status_says_why(ruled: House) -> None:
    with _locked(ruled.data / "journal.db"):
        ruled.address("asked-while-locked.example.org")
        eventually(lambda: _journal(ruled).get("state") == "waiting")
        assert "locked" in str(_journal(ruled)["reason"])
        assert eventually(lambda: _journal(ruled)["waiting"])
        assert "locked" in ruled.run("status").stdout
        _goes_on(ruled)
    eventually(lambda: _logged(ruled, "asked-while-locked.example.org"))
    assert _journal(ruled).get("state") == "writing"
    (row,) = ruled.log("--name", "asked-while-locked.example.org")
    assert row["count"] == 1


def test_a_locked_rule_database_refuses_changes_and_nothing_else(ruled: House) -> None:
    with _locked(ruled.data / "hushgate.db"):
        refused = ruled.run("rules", "add", f"||{OTHER}^")
        _goes_on(ruled)
        assert ruled.address(OTHER) == OUTSIDE
    assert refused.returncode == 1
    assert "locked" in refused.stderr
    assert "Traceback" not in refused.stderr
    ruled.one("rules", "add", f"||{OTHER}^")
    assert ruled.addresses(OTHER) == {BLOCKED}


def test_a_box_starts_while_its_databases_are_locked(ruled: House) -> None:
    ruled.stop()
    with _locked(ruled.data / "hushgate.db"), _locked(ruled.data / "journal.db"):
        ruled.start()
        _goes_on(ruled)
    eventually(lambda: _journal(ruled).get("state") == "writing")


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
def test_a_damaged_log_is_set_aside_and_a_new_one_begun(ruled: House, running: bool) -> None:
    eventually(lambda: _logged(ruled, "hushgate.home.arpa"))
    journal = ruled.data / "journal.db"
    if not running:
        ruled.stop()
    journal.write_bytes(RUBBISH)
    if running:
        os.kill(ruled.pid_of("keeper"), signal.SIGKILL)  # which looks at it when it starts
    else:
        ruled.start()
    ruled.address("asked-after.example.org")
    _goes_on(ruled)
    eventually(lambda: _aside(ruled, "journal.db"))
    eventually(lambda: _logged(ruled, "asked-after.example.org"))
    (aside,) = _aside(ruled, "journal.db")
    assert RUBBISH[:100] in aside.read_bytes()
    assert _journal(ruled)["set_aside"] == str(aside)
    assert str(aside) in ruled.run("status").stdout


def _aside(house: House, database: str) -> list[Path]:
    """The damaged files that were moved away, without what belongs to them."""
    found = sorted(house.data.glob(f"{database}.corrupt-*"))
    return [path for path in found if not path.name.endswith(("-wal", "-shm"))]


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
def test_a_damaged_rule_database_is_set_aside_and_what_is_blocked_stays_blocked(
    ruled: House, running: bool
) -> None:
    database = ruled.data / "hushgate.db"
    if not running:
        ruled.stop()
    for side in ("-wal", "-shm"):
        database.with_name(database.name + side).unlink(missing_ok=True)
    database.write_bytes(RUBBISH)
    if not running:
        ruled.start()
        _goes_on(ruled)
    else:
        os.kill(ruled.pid_of("keeper"), signal.SIGKILL)  # which looks at it when it starts
    eventually(lambda: _aside(ruled, "hushgate.db"))
    (aside,) = _aside(ruled, "hushgate.db")
    assert aside.read_bytes() == RUBBISH
    eventually(lambda: ruled.rows("rules"))
    _goes_on(ruled)
    assert [rule["text"] for rule in ruled.rows("rules")] == [f"||{RULED}^"]
    assert str(aside) in ruled.run("status").stdout
    ruled.one("rules", "add", f"||{OTHER}^")
    _goes_on(ruled, RULED, OTHER, TELEMETRY)


# The disk ----------------------------------------------------------------------------------------------------


@pytest.fixture
def small(data_dir: Path, world: FakeUpstream) -> Iterator[House]:
    """A box whose data folder is a file system of its own, soon full."""
    if os.geteuid():
        pytest.skip("a file system can be mounted by root only")
    folder = data_dir / "box"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "hushgate-test", folder],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    if mount.returncode:
        pytest.skip(f"no file system can be mounted here: {mount.stderr.strip()}")
    try:
        with living(House(folder, world.url)) as house:
            house.one("rules", "add", f"||{RULED}^")
            yield house
    finally:
        subprocess.run(["umount", folder], check=True, timeout=10)


def _fill(house: House) -> Path:
    """Take the last byte."""
    ballast = house.data / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    assert shutil.disk_usage(house.data).free == 0
    return ballast


def test_a_full_disk_makes_events_wait_and_refuses_changes(small: House) -> None:
    eventually(lambda: _logged(small, "hushgate.home.arpa"))
    ballast = _fill(small)
    small.address("asked-while-full.example.org")
    _goes_on(small)
    eventually(lambda: _journal(small).get("state") == "waiting")
    assert "full" in str(_journal(small)["reason"])
    refused = small.run("rules", "add", f"||{OTHER}^")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert small.address(OTHER) == OUTSIDE
    _goes_on(small)
    ballast.unlink()
    eventually(lambda: _logged(small, "asked-while-full.example.org"))
    small.one("rules", "add", f"||{OTHER}^")
    _goes_on(small, RULED, OTHER, TELEMETRY)


def test_a_box_starts_on_a_full_disk(small: House) -> None:
    small.stop()
    ballast = _fill(small)
    small.start()
    _goes_on(small)
    os.kill(small.pid_of("dns-0"), signal.SIGKILL)
    _goes_on(small)
    ballast.unlink()
    eventually(lambda: _journal(small).get("state") == "writing")
    small.one("rules", "add", f"||{OTHER}^")
    _goes_on(small, RULED, OTHER, TELEMETRY)


# The policy's files ------------------------------------------------------------------------------------------


def _file_of_policy(house: House, kind: str) -> Path:
    if kind == "manifest":
        return house.data / "policy" / "manifest"
    return max((house.data / "policy").glob(f"{kind}-*"), key=lambda path: int(path.name.split("-")[1]))


@pytest.mark.parametrize("kind", ["manifest", "overlay", "base"])
def test_a_damaged_policy_is_made_anew_at_the_start(ruled: House, kind: str) -> None:
    ruled.stop()
    _spoil(_file_of_policy(ruled, kind))
    ruled.start()
    _goes_on(ruled)
    assert ruled.one("rules", "add", f"||{OTHER}^")["applied"]["workers"] == 2
    _goes_on(ruled, RULED, OTHER, TELEMETRY)


@pytest.mark.parametrize("kind", ["manifest", "overlay", "base"])
def test_a_policy_damaged_while_the_box_runs_stops_nobody(ruled: House, kind: str) -> None:
    _spoil(_file_of_policy(ruled, kind))
    _goes_on(ruled)
    for role in ("dns-0", "dns-1", "keeper"):
        os.kill(ruled.pid_of(role), signal.SIGKILL)
    # Who starts now finds it damaged: the newest generation that is whole answers until it is made anew.
    eventually(lambda: ruled.address(TELEMETRY) == BLOCKED)
    eventually(lambda: all(row["state"] == "up" for row in ruled.status().values()))
    eventually(lambda: ruled.addresses(RULED) == {BLOCKED})
    _goes_on(ruled)


# Settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["", '[dns]\nlisten = ["127.0.0.1:53', "[dns]\nlissten = []\n"])
def test_unusable_settings_are_one_line_with_the_file_and_exit_code_2(
    data_dir: Path, world: FakeUpstream, tmp_path: Path, content: str
) -> None:
    settings = tmp_path / "hushgate.toml"
    settings.write_text(content)
    house = House(data_dir / "box", world.url, "--config", str(settings))
    try:
        house.spawn()
        assert house.process.wait(30) == 2
        said = house.text().splitlines()
        assert said[0].startswith(f"hushgate: {settings}:")
        assert [line for line in said[1:] if not line.startswith("  → ")] == []
    finally:
        house.clear()


def test_settings_in_force_that_were_truncated_stop_nobody(ruled: House) -> None:
    noted = ruled.data / "run" / "settings.json"
    noted.write_bytes(noted.read_bytes()[:20])
    for role in ("dns-0", "keeper"):
        old = ruled.role_pid(role)
        os.kill(old, signal.SIGKILL)
        eventually(lambda role=role, old=old: ruled.role_pid(role) not in (0, old))  # type: ignore[misc]  # now
    _goes_on(ruled)
    refused = ruled.run("status")
    assert refused.returncode == 2
    assert "start the box again" in refused.stderr
    ruled.stop()
    ruled.start()
    _goes_on(ruled)
    assert all(row["state"] == "up" for row in ruled.status().values())
