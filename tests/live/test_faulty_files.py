"""Files of the policy and settings that are damaged or cut off: nobody stops answering, nothing is unblocked."""

import os
import signal
from pathlib import Path

import pytest

from tests.fakes.upstream import FakeUpstream
from tests.live.house import BLOCKED, OTHER, RUBBISH, RULED, TELEMETRY, House, eventually, goes_on


def _spoil(path: Path) -> None:
    """Put rubbish in its place, as a new file: what is mapped or open stays as it is."""
    beside = path.with_name(path.name + ".spoilt")
    beside.write_bytes(RUBBISH)
    beside.replace(path)


def _file_of_policy(house: House, kind: str) -> Path:
    if kind == "manifest":
        return house.data / "policy" / "manifest"
    return max((house.data / "policy").glob(f"{kind}-*"), key=lambda path: int(path.name.split("-")[1]))


@pytest.mark.parametrize("kind", ["manifest", "overlay", "base"])
def test_a_damaged_policy_is_made_anew_at_the_start(ruled: House, kind: str) -> None:
    ruled.stop()
    _spoil(_file_of_policy(ruled, kind))
    ruled.start()
    goes_on(ruled)
    assert ruled.one("rules", "add", f"||{OTHER}^")["applied"]["workers"] == 2
    goes_on(ruled, RULED, OTHER, TELEMETRY)


@pytest.mark.parametrize("kind", ["manifest", "overlay", "base"])
def test_a_policy_damaged_while_the_box_runs_stops_nobody(ruled: House, kind: str) -> None:
    _spoil(_file_of_policy(ruled, kind))
    goes_on(ruled)
    for role in ("dns-0", "dns-1", "keeper"):
        os.kill(ruled.pid_of(role), signal.SIGKILL)
    # Who starts now finds it damaged: the newest generation that is whole answers until it is made anew.
    eventually(lambda: ruled.address(TELEMETRY) == BLOCKED)
    eventually(lambda: all(row["state"] == "up" for row in ruled.status().values()))
    eventually(lambda: ruled.addresses(RULED) == {BLOCKED})
    goes_on(ruled)


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
        (old,) = ruled.role_pids(role)
        os.kill(old, signal.SIGKILL)
        eventually(lambda role=role, old=old: set(ruled.role_pids(role)) - {old})  # type: ignore[misc]  # now
    goes_on(ruled)
    refused = ruled.run("status")
    assert refused.returncode == 2
    assert "start the box again" in refused.stderr
    ruled.stop()
    ruled.start()
    goes_on(ruled)
    eventually(lambda: all(row["state"] == "up" for row in ruled.status().values()))
