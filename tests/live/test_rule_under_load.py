"""Changes by the command line while somebody asks: no query is lost, and what was acknowledged is in force."""

import itertools
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.fakes.upstream import FakeUpstream
from tests.live.asking import Steady, asking
from tests.live.house import BLOCKED, OUTSIDE, TELEMETRY, House, eventually, living

CHANGING, STAYING = "shop.example.org", "www.example.org"
BOTH = (CHANGING, STAYING)
KID, PARENT = "127.0.0.5", "127.0.0.6"
WORKERS = ("dns-0", "dns-1")
LISTED = 50_000


class Change(NamedTuple):
    """A command that has worked, and when (monotonic seconds)."""

    began: float
    done: float
    printed: dict[str, Any]


@pytest.fixture(scope="module")
def house(world: FakeUpstream) -> Iterator[House]:
    """One box for all: each test takes back what it did."""
    with (
        tempfile.TemporaryDirectory(prefix="hg-") as folder,
        living(House(Path(folder) / "box", world.url)) as running,
    ):
        yield running


def _change(house: House, steady: Steady, *words: str) -> Change:
    """Run the command, and ask on for a while."""
    began = time.monotonic()
    printed = house.one(*words)
    done = time.monotonic()
    assert printed["applied"]["workers"] == printed["applied"]["of"] == len(WORKERS)
    steady.more(60)
    return Change(began, done, printed)


def _packets(house: House) -> dict[str, int]:
    status = house.status()
    return {role: status[role]["counts"]["packets"] for role in WORKERS}


def test_a_rule_is_in_force_when_the_command_returns_and_gone_when_it_is_removed(house: House) -> None:
    before = _packets(house)
    with asking(house.port, itertools.cycle(BOTH)) as steady:
        added = _change(house, steady, "rules", "add", f"||{CHANGING}^")
        removed = _change(house, steady, "rules", "remove", str(added.printed["id"]))
    assert not steady.lost()
    assert steady.told(STAYING) == {OUTSIDE}
    assert steady.told(CHANGING, until=added.began) == {OUTSIDE}
    assert steady.told(CHANGING, since=added.done, until=removed.began) == {BLOCKED}
    assert steady.told(CHANGING, since=removed.done) == {OUTSIDE}
    after = _packets(house)
    assert all(after[role] - before[role] > 20 for role in WORKERS), "not every worker was asked"


def test_ten_changes_in_a_row_lose_no_query(house: House) -> None:
    phases: list[tuple[float, float, str]] = []
    with asking(house.port, itertools.cycle(BOTH), rate=600) as steady:
        for _ in range(5):
            added = _change(house, steady, "rules", "add", f"||{CHANGING}^")
            removed = _change(house, steady, "rules", "remove", str(added.printed["id"]))
            phases.append((added.done, removed.began, BLOCKED))
            phases.append((removed.done, time.monotonic(), OUTSIDE))
    assert not steady.lost()
    assert steady.told(STAYING) == {OUTSIDE}
    assert [steady.told(CHANGING, since=since, until=until) for since, until, _ in phases] == [
        {expected} for _, _, expected in phases
    ]


def test_a_list_of_fifty_thousand_names_comes_and_goes_without_a_lost_query(
    house: House, tmp_path: Path
) -> None:
    listed = tmp_path / "names.txt"
    listed.write_text("".join(f"n{number}.example.net\n" for number in range(LISTED)) + f"{CHANGING}\n")
    with asking(house.port, itertools.cycle(BOTH)) as steady:
        added = _change(house, steady, "lists", "add", str(listed))
        removed = _change(house, steady, "lists", "remove", str(added.printed["id"]))
    assert added.printed["rules"] == LISTED + 1
    assert not steady.lost()
    assert steady.told(STAYING) == {OUTSIDE}
    assert steady.told(CHANGING, until=added.began) == {OUTSIDE}
    assert steady.told(CHANGING, since=added.done, until=removed.began) == {BLOCKED}
    assert steady.told(CHANGING, since=removed.done) == {OUTSIDE}


def test_a_pause_begins_and_ends_at_the_word_of_the_command(house: House) -> None:
    with asking(house.port, itertools.cycle((TELEMETRY, STAYING))) as steady:
        begun = _change(house, steady, "pause", "10m")
        ended = _change(house, steady, "pause", "--off")
    assert not steady.lost()
    assert steady.told(STAYING) == {OUTSIDE}
    assert steady.told(TELEMETRY, until=begun.began) == {BLOCKED}
    assert steady.told(TELEMETRY, since=begun.done, until=ended.began) == {OUTSIDE}
    assert steady.told(TELEMETRY, since=ended.done) == {BLOCKED}


def test_a_pause_ends_by_itself_in_every_worker(house: House) -> None:
    with asking(house.port, itertools.cycle((TELEMETRY, STAYING))) as steady:
        begun = _change(house, steady, "pause", "2s")
        eventually(lambda: steady.told(TELEMETRY, since=begun.done + 2) >= {BLOCKED})
        # Each worker looks once a second whether it still holds.
        eventually(lambda: time.monotonic() > begun.done + 3.5)
        over = time.monotonic()
        steady.more(60)
    assert not steady.lost()
    assert steady.told(TELEMETRY, since=begun.done, until=begun.began + 2) == {OUTSIDE}
    assert steady.told(TELEMETRY, since=over) == {BLOCKED}
    assert house.rows("pause") == []


def test_a_rule_for_two_seconds_ends_by_itself(house: House) -> None:
    with asking(house.port, itertools.cycle(BOTH)) as steady:
        added = _change(house, steady, "rules", "add", f"||{CHANGING}^", "--for", "2s")
        eventually(lambda: house.rows("rules") == [])
        gone = time.monotonic()
        steady.more(60)
    assert not steady.lost()
    assert steady.told(STAYING) == {OUTSIDE}
    assert BLOCKED in steady.told(CHANGING, since=added.done)
    assert steady.told(CHANGING, since=added.done, until=added.began + 1) <= {BLOCKED}
    assert steady.told(CHANGING, since=gone) == {OUTSIDE}


def test_a_device_that_changes_its_group_meets_the_rules_of_the_new_one_at_once(house: House) -> None:
    house.one("groups", "add", "kids")
    house.one("rules", "add", f"||{CHANGING}^", "--group", "kids")
    with (
        asking(house.port, itertools.cycle(BOTH), source=KID) as kid,
        asking(house.port, itertools.cycle(BOTH), source=PARENT) as parent,
    ):
        moved = _change(house, kid, "devices", "set", KID, "--group", "kids")
        back = _change(house, kid, "devices", "set", KID, "--group", "everyone")
    assert not kid.lost()
    assert not parent.lost()
    assert parent.told(CHANGING) == {OUTSIDE}
    assert kid.told(CHANGING, until=moved.began) == {OUTSIDE}
    assert kid.told(CHANGING, since=moved.done, until=back.began) == {BLOCKED}
    assert kid.told(CHANGING, since=back.done) == {OUTSIDE}
