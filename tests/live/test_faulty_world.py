"""A dead upstream, a wild clock: what is blocked stays blocked, and what can be answered is."""

import itertools
import os
import shutil
import time
from pathlib import Path

import pytest

from tests.fakes.ports import free_port
from tests.fakes.upstream import FakeUpstream, running_upstream
from tests.live.asking import asking
from tests.live.house import (
    BLOCKED,
    OTHER,
    OUTSIDE,
    RULED,
    TELEMETRY,
    House,
    eventually,
    goes_on,
    living,
    logged,
)


def test_while_the_upstream_is_dead_telemetry_is_blocked_as_ever(data_dir: Path) -> None:
    port = free_port()
    names = itertools.chain.from_iterable(
        (TELEMETRY, f"n{number}.example.org") for number in itertools.count()
    )
    with living(House(data_dir / "box", f"udp://127.0.0.1:{port}")) as house:
        with asking(house.port, names, rate=200) as steady:
            steady.more(200)
        assert TELEMETRY not in {fate.name for fate in steady.lost()}
        assert steady.told(TELEMETRY) == {BLOCKED}
        assert house.address("www.example.org", timeout=10) == "rcode 2"
        upstreams = [each for row in house.status().values() for each in row.get("upstreams", ())]
        assert {each["state"] for each in upstreams} == {"down"}
        assert sum(each["failed"] for each in upstreams) > 0
        with running_upstream(f"www.example.org 60 IN A {OUTSIDE}", port=port):
            eventually(lambda: house.addresses("www.example.org", 4) == {OUTSIDE})


# Loaded by every Python of the box before anything else: its wall clock goes by a file.
WRONG_CLOCK = """
import os, time
_time, _time_ns = time.time, time.time_ns
def _wrong():
    with open(os.environ["HG_TEST_CLOCK"]) as file:
        return int(file.read() or 0)
time.time = lambda: _time() + _wrong()
time.time_ns = lambda: _time_ns() + _wrong() * 10**9
"""
YEAR = 31_557_600


class Clock:
    """The box's wall clock. The kernel shifts only the monotonic ones (time_namespaces(7)): so it is Python's."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        (folder / "sitecustomize.py").write_text(WRONG_CLOCK)
        path = (str(folder), os.environ.get("PYTHONPATH", ""))
        self.environment = {
            "HG_TEST_CLOCK": str(self._file),
            "PYTHONPATH": os.pathsep.join(filter(None, path)),
        }

    def set(self, moment: float) -> None:
        """It is `moment` now (Unix seconds)."""
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{int(moment - time.time())}")
        beside.replace(self._file)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """It begins where a board without a battery begins."""
    made = Clock(tmp_path)
    made.set(3600)
    return made


def test_a_wild_clock_unblocks_nothing_and_stops_nothing(
    data_dir: Path, world: FakeUpstream, furnished: Path, clock: Clock
) -> None:
    shutil.copytree(furnished, data_dir / "box")
    with living(House(data_dir / "box", world.url, environment=clock.environment)) as house:
        goes_on(house)
        now = time.time()
        for moment in (now, now + 80 * YEAR, 3600):  # the network has told the time, right or wrong
            clock.set(moment)
            year = time.strftime("%Y", time.gmtime(moment))
            house.address(f"asked-in-{year}.example.org")
            goes_on(house)
            eventually(lambda year=year: logged(house, f"asked-in-{year}.example.org"))  # type: ignore[misc]  # now
            assert house.log("--name", f"asked-in-{year}.example.org")[0]["time"].startswith(year)
        house.one("rules", "add", f"||{OTHER}^")
        goes_on(house, RULED, OTHER, TELEMETRY)


def test_a_pause_lasts_as_long_as_was_said_whatever_the_clock_does(
    data_dir: Path, world: FakeUpstream, clock: Clock
) -> None:
    with living(House(data_dir / "box", world.url, environment=clock.environment)) as house:
        house.one("pause", "3s")
        clock.set(time.time())  # half a century later
        assert house.addresses(TELEMETRY) == {OUTSIDE}
        eventually(lambda: house.addresses(TELEMETRY) == {BLOCKED})
