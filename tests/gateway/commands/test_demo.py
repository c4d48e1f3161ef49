import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.data import Data
from gateway.demo.phone import BOX_NAME, LOOPBACK
from gateway.demo.scenes import SCENES
from gateway.settings import Dns, Settings
from tests.fakes import box
from tests.fakes.events import event
from tests.fakes.idle_box import note
from tests.fakes.ports import free_port
from tests.fakes.terminal import Terminal
from tests.fakes.upstream import running_upstream


def settings(*listen: str) -> Settings:
    return Settings(dns=Dns(listen=listen))


@pytest.fixture
def running(data_dir: Path) -> Iterator[Data]:
    """A running box whose upstream knows one of the names."""
    with ExitStack() as stack:
        upstream = stack.enter_context(running_upstream("www.wikipedia.org 300 IN A 203.0.113.9"))
        folder = data_dir / "box"
        call = [sys.executable, "-m", "gateway.cli", "up"]
        stack.enter_context(box.running(call, folder, upstream=upstream.url))
        yield Data(folder)


def test_the_phone_plays_is_logged_and_is_wiped(running: Data, capfd: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(running, capfd)
    played = terminal.good("demo", "--seconds", "0")
    assert played.out.startswith("The screen is switched on: 7 names asked, ")
    assert "    tracking.intl.miui.com\n" in played.out
    assert f"Redmi Note (demo) asked as device {LOOPBACK}: " in played.err
    assert " 1 answered, " in played.err
    # What it says next can be done at once: the log has all of it.
    rows = terminal.rows("log", "--device", "Redmi Note (demo)")
    asked = {name for _, names in SCENES for name in names}
    assert {row["name"] for row in rows} == asked | {BOX_NAME}
    devices = {row["key"]: row for row in terminal.rows("devices")}
    assert (devices[LOOPBACK]["kind"], devices[LOOPBACK]["blocked"] > 0) == ("demo", True)
    scenes = terminal.rows("demo", "--seconds", "0")
    assert [scene["scene"] for scene in scenes] == [scene for scene, _ in SCENES]
    assert "tracking.intl.miui.com" in scenes[0]["blocked"]
    assert terminal.good("demo", "--remove").out.startswith("The demo phone is gone, and ")
    assert terminal.rows("log", "--device", LOOPBACK) == []
    assert LOOPBACK not in {row["key"] for row in terminal.rows("devices")}
    # However the box answers a block, it is seen to be one.
    terminal.good("groups", "set", "everyone", "--answer", "nxdomain")
    assert "tracking.intl.miui.com" in terminal.rows("demo", "--seconds", "0")[0]["blocked"]


def test_without_a_running_box_it_says_so_and_names_no_device(terminal: Terminal, data: Data) -> None:
    data.write_settings(settings(f"127.0.0.1:{free_port()}"))
    assert "hushgate status" in terminal.refused("demo", "--seconds", "0")
    assert terminal.rows("devices") == []


def test_removing_it_touches_no_other_device(terminal: Terminal, data: Data) -> None:
    note(data, event())
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna")
    terminal.good("devices", "set", LOOPBACK, "--name", "mine")
    assert terminal.good("demo", "--remove").out == "There is no demo phone\n"
    assert terminal.one("demo", "--remove") == {"devices": [], "wiped_rows": 0}
    assert len(terminal.rows("devices")) == 2


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "1e9"])
def test_it_cannot_last_for_ever(terminal: Terminal, seconds: str) -> None:
    assert "cannot last" in terminal.refused("demo", f"--seconds={seconds}")
