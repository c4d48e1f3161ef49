"""Databases locked, damaged or out of room: DNS goes on, what is blocked stays so, and `status` says why."""

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.upstream import FakeUpstream
from tests.live.house import (
    OTHER,
    OUTSIDE,
    RUBBISH,
    RULED,
    TELEMETRY,
    House,
    eventually,
    goes_on,
    living,
    logged,
)


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


def test_locked_databases_make_events_and_changes_wait_and_nobody_else(ruled: House) -> None:
    with _locked(ruled.data / "journal.db"), _locked(ruled.data / "hushgate.db"):
        change = ruled.begin("rules", "add", f"||{OTHER}^")
        ruled.address("asked-while-locked.example.org")
        eventually(lambda: _journal(ruled).get("state") == "waiting")
        assert "locked" in str(_journal(ruled)["reason"])
        assert eventually(lambda: _journal(ruled)["waiting"])
        assert "locked" in ruled.run("status").stdout
        assert [rule["text"] for rule in ruled.rows("rules")] == [
            f"||{RULED}^"
        ]  # who only looks does not wait
        ruled.log()
        goes_on(ruled)
        said, complaint = change.communicate(timeout=60)
        assert (change.returncode, said) == (1, "")
        assert "locked" in complaint
        assert "Traceback" not in complaint
        assert ruled.addresses(OTHER) == {OUTSIDE}
    eventually(lambda: logged(ruled, "asked-while-locked.example.org"))
    (row,) = ruled.log("--name", "asked-while-locked.example.org")
    assert row["count"] == 1
    assert _journal(ruled)["state"] == "writing"
    ruled.one("rules", "add", f"||{OTHER}^")
    goes_on(ruled, RULED, OTHER, TELEMETRY)


def test_a_box_starts_while_its_databases_are_locked(ruled: House) -> None:
    ruled.stop()
    with _locked(ruled.data / "hushgate.db"), _locked(ruled.data / "journal.db"):
        ruled.start()
        goes_on(ruled)
    eventually(lambda: _journal(ruled).get("state") == "writing")


def test_a_keeper_that_is_slow_to_end_takes_nothing_from_its_successor(ruled: House) -> None:
    with _locked(ruled.data / "journal.db"):
        ruled.address("asked-before.example.org")
        eventually(lambda: _journal(ruled).get("waiting"))
        (old,) = ruled.role_pids("keeper")
        os.kill(ruled.process.pid, signal.SIGKILL)
        ruled.process.wait()
        ruled.start()
        eventually(lambda: set(ruled.role_pids("keeper")) - {old})
        eventually(lambda: ruled.status()["keeper"]["state"] == "up")
        assert old in ruled.role_pids("keeper"), "the test is not sharp: the old keeper is gone already"
    eventually(lambda: not Path(f"/proc/{old}").exists())
    os.kill(ruled.pid_of("dns-0"), signal.SIGKILL)
    os.kill(ruled.pid_of("dns-1"), signal.SIGKILL)  # the new ones have to find the new keeper
    eventually(lambda: ruled.address("asked-after.example.org") == "rcode 3")
    eventually(lambda: logged(ruled, "asked-after.example.org"))
    eventually(lambda: all(row["state"] == "up" for row in ruled.status().values()))


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
def test_a_damaged_log_is_set_aside_and_a_new_one_begun(ruled: House, running: bool) -> None:
    eventually(lambda: logged(ruled, "hushgate.home.arpa"))
    journal = ruled.data / "journal.db"
    keeper = ruled.pid_of("keeper")
    if running:
        os.kill(keeper, signal.SIGSTOP)  # else it may notice too early, or write into the rubbish
    else:
        ruled.stop()
    journal.write_bytes(RUBBISH)
    if running:
        _without_sides(journal)
        os.kill(keeper, signal.SIGKILL)  # which looks at it when it starts
    else:
        ruled.start()
    ruled.address("asked-after.example.org")
    goes_on(ruled)
    eventually(lambda: _aside(ruled, "journal.db"))
    eventually(lambda: logged(ruled, "asked-after.example.org"))
    (aside,) = _aside(ruled, "journal.db")
    assert RUBBISH[:100] in aside.read_bytes()
    assert _journal(ruled)["set_aside"] == str(aside)
    assert str(aside) in ruled.run("status").stdout


def _without_sides(database: Path) -> None:
    """What was written last lies beside the file and would heal it."""
    for side in ("-wal", "-shm"):
        database.with_name(database.name + side).unlink(missing_ok=True)


def _aside(house: House, database: str) -> list[Path]:
    """The damaged files that were moved away, without what belongs to them."""
    found = sorted(house.data.glob(f"{database}.corrupt-*"))
    return [path for path in found if not path.name.endswith(("-wal", "-shm"))]


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
def test_a_damaged_rule_database_is_set_aside_and_what_is_blocked_stays_blocked(
    ruled: House, running: bool
) -> None:
    database = ruled.data / "hushgate.db"
    copy = ruled.data / "hushgate.db.last-good"
    eventually(lambda: copy.exists() and RULED.encode() in copy.read_bytes())
    if not running:
        ruled.stop()
    _without_sides(database)
    database.write_bytes(RUBBISH)
    if running:
        os.kill(ruled.pid_of("keeper"), signal.SIGKILL)  # which looks at it when it starts
    else:
        ruled.start()
        goes_on(ruled)
    eventually(lambda: _aside(ruled, "hushgate.db"))
    (aside,) = _aside(ruled, "hushgate.db")
    assert aside.read_bytes() == RUBBISH
    goes_on(ruled)
    assert [rule["text"] for rule in ruled.rows("rules")] == [f"||{RULED}^"]
    assert str(aside) in ruled.run("status").stdout
    ruled.one("rules", "add", f"||{OTHER}^")
    goes_on(ruled, RULED, OTHER, TELEMETRY)


@pytest.mark.parametrize("content", [b"", None], ids=["cut off", "removed"])
def test_a_lost_rule_database_takes_no_rule_along(ruled: House, content: bytes | None) -> None:
    database = ruled.data / "hushgate.db"
    copy = ruled.data / "hushgate.db.last-good"
    eventually(lambda: copy.exists() and RULED.encode() in copy.read_bytes())
    ruled.stop()
    database.unlink()
    if content is not None:
        database.write_bytes(content)
    assert ruled.rows("rules") == []  # somebody looks, and a new one is begun
    ruled.start()
    eventually(lambda: [rule["text"] for rule in ruled.rows("rules")] == [f"||{RULED}^"])
    ruled.one("rules", "add", f"||{OTHER}^")
    goes_on(ruled, RULED, OTHER, TELEMETRY)


def test_without_a_copy_what_is_blocked_stays_blocked_until_the_next_change(ruled: House) -> None:
    database = ruled.data / "hushgate.db"
    ruled.stop()
    _without_sides(database)
    database.write_bytes(RUBBISH)
    database.with_name("hushgate.db.last-good").unlink(missing_ok=True)
    ruled.start()
    eventually(lambda: _aside(ruled, "hushgate.db"))
    eventually(lambda: ruled.run("rules").returncode == 0)
    goes_on(ruled)
    assert "hushgate.db.corrupt-" in ruled.run("status").stdout


@pytest.fixture
def small(data_dir: Path, world: FakeUpstream, furnished: Path) -> Iterator[House]:
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
        shutil.copytree(furnished, folder, dirs_exist_ok=True)
        with living(House(folder, world.url)) as house:
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
    eventually(lambda: logged(small, "hushgate.home.arpa"))
    ballast = _fill(small)
    small.address("asked-while-full.example.org")
    goes_on(small)
    eventually(lambda: _journal(small).get("state") == "waiting")
    # An I/O error is the word of SQLite where it was the index beside the log that had no room.
    assert re.search("full|I/O error", str(_journal(small)["reason"]))
    refused = small.run("rules", "add", f"||{OTHER}^")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert small.address(OTHER) == OUTSIDE
    goes_on(small)
    ballast.unlink()
    eventually(lambda: logged(small, "asked-while-full.example.org"))
    small.one("rules", "add", f"||{OTHER}^")
    goes_on(small, RULED, OTHER, TELEMETRY)


def test_a_box_starts_on_a_full_disk(small: House) -> None:
    small.stop()
    ballast = _fill(small)
    small.start()
    goes_on(small)
    old = small.pid_of("dns-0")
    os.kill(old, signal.SIGKILL)
    eventually(lambda: small.pid_of("dns-0") != old)
    goes_on(small)
    ballast.unlink()
    eventually(lambda: _journal(small).get("state") == "writing")
    small.one("rules", "add", f"||{OTHER}^")
    goes_on(small, RULED, OTHER, TELEMETRY)
