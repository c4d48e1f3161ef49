"""kill -9 of every role at any moment: DNS goes on, and nothing that was acknowledged is lost."""

import contextlib
import itertools
import os
import random
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.upstream import FakeUpstream
from tests.live.asking import asking
from tests.live.house import (
    BLOCKED,
    OUTSIDE,
    PATIENCE,
    ROOT,
    RULED,
    TELEMETRY,
    House,
    eventually,
    living,
    python,
)

NAMES = ("www.example.org", TELEMETRY)
RATE = 300
ROUNDS = 8

# Adds a rule for each name it is told, and says which ones it was told are in force.
ADDER = """
import contextlib, io, sys
from gateway.cli import main
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()):
        code = main(["rules", "add", f"||{line.strip()}^"])
    print(line.strip() if code == 0 else "refused", flush=True)
"""


class Adder:
    """`hushgate rules add` again and again, without the start of an interpreter each time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout
        self.process = process

    def add(self, name: str) -> str:
        """The name, once its rule is in force; "refused" or "" if it is not."""
        try:
            print(f"{name}", file=self._in, flush=True)
        except BrokenPipeError:
            return ""
        return self._out.readline().strip()

    def close(self) -> None:
        """No more."""
        self._in.close()


@contextlib.contextmanager
def _adder(house: House) -> Iterator[Adder]:
    pipe = subprocess.PIPE
    call = [python(), "-c", ADDER]
    with subprocess.Popen(
        call, cwd=ROOT, env=house.environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as process:
        adder = Adder(process)
        try:
            yield adder
        finally:
            process.kill()
            with contextlib.suppress(BrokenPipeError):
                adder.close()


def _kill(house: House, role: str) -> tuple[float, float]:
    """kill -9; returns when the role is back. When the old process began to die and was gone, sockets and all."""
    old = house.pid_of(role)
    watched = os.pidfd_open(old)
    try:
        begun = time.monotonic()
        os.kill(old, signal.SIGKILL)
        assert select.select([watched], [], [], PATIENCE)[0]
        gone = time.monotonic()
    finally:
        os.close(watched)
    eventually(lambda: house.pid_of(role) != old)
    return begun, gone


@pytest.mark.parametrize("role", ["dns-0", "dns-1", "keeper"])
def test_dns_goes_on_when_a_role_is_killed_and_the_role_comes_back(ruled: House, role: str) -> None:
    with asking(ruled.port, itertools.cycle((*NAMES, RULED)), rate=RATE, sends=4) as steady:
        begun, gone = _kill(ruled, role)
        steady.more(RATE)
    assert not steady.lost()
    assert steady.told(TELEMETRY) == steady.told(RULED) == {BLOCKED}
    assert steady.told("www.example.org") == {OUTSIDE}
    # What had reached the dead worker and was not yet answered; nothing at all where the keeper died.
    repeated = [round(fate.sent - begun, 3) for fate in steady.repeated()]
    if role == "keeper":
        assert not repeated
    else:
        assert all(-0.1 < sent <= gone - begun for sent in repeated), (gone - begun, repeated)
    assert ruled.addresses(RULED) == {BLOCKED}  # the new worker too


def test_both_workers_killed_at_once_are_back_within_a_retry(house: House) -> None:
    with asking(house.port, itertools.cycle(NAMES), rate=RATE, sends=4) as steady:
        old = {role: house.pid_of(role) for role in ("dns-0", "dns-1")}
        for pid in old.values():
            os.kill(pid, signal.SIGKILL)
        for role, pid in old.items():
            eventually(lambda role=role, pid=pid: house.pid_of(role) != pid)  # type: ignore[misc]  # bound now
    assert not steady.lost()
    assert steady.told(TELEMETRY) == {BLOCKED}


def _names(prefix: str) -> Iterator[str]:
    return (f"{prefix}{number}.example.org" for number in itertools.count())


def test_events_of_the_time_without_a_keeper_arrive_once_each_when_it_is_back(house: House) -> None:
    keeper = house.pid_of("keeper")
    os.kill(keeper, signal.SIGSTOP)  # takes events and does nothing with them
    with asking(house.port, _names("hung-")) as hung:
        hung.more(300)
    os.kill(keeper, signal.SIGKILL)  # and dies with them
    with asking(house.port, _names("dead-")) as dead:
        dead.more(300)
    assert not hung.lost()
    assert not dead.lost()
    asked = sorted(fate.name for fate in (*hung.fates, *dead.fates))
    eventually(lambda: len(house.log()) >= len(asked))
    rows = [row for row in house.log() if row["name"] != "hushgate.home.arpa"]
    assert sorted(row["name"] for row in rows) == asked
    assert {row["count"] for row in rows} == {1}
    assert all(row["events"]["dropped"] == 0 for row in house.status().values() if "events" in row)


def test_no_role_outlives_a_killed_supervisor_and_the_next_start_works(ruled: House) -> None:
    roles = set(ruled.pids()) - {ruled.process.pid}
    assert len(roles) == 4  # two workers, keeper, panel
    os.kill(ruled.process.pid, signal.SIGKILL)
    ruled.process.wait()
    eventually(lambda: not ruled.pids())
    ruled.start()
    assert ruled.address(RULED) == BLOCKED
    assert not roles & set(ruled.pids())


def test_a_box_can_be_started_at_once_after_its_supervisor_was_killed(ruled: House) -> None:
    for _ in range(3):
        os.kill(ruled.process.pid, signal.SIGKILL)
        ruled.process.wait()
        ruled.start()  # the old roles may still be on their way out
        eventually(lambda: all(row["state"] == "up" for row in ruled.status().values()))
        assert ruled.addresses(RULED) == {BLOCKED}


def test_sigterm_ends_everything_and_leaves_nothing(house: House) -> None:
    with asking(house.port, _names("last-")) as steady:
        pass
    asked = {fate.name for fate in steady.fates}
    assert house.stop() < 10
    assert house.process.returncode == 0
    assert house.pids() == []
    assert [path.name for path in (house.data / "run").iterdir() if path.is_socket()] == []
    house.start()
    assert {row["name"] for row in house.log()} >= asked  # the last events were stored on the way out


@pytest.mark.timeout(240)
def test_acknowledged_rules_survive_a_kill_of_everything_at_any_moment(
    data_dir: Path, world: FakeUpstream
) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    print(f"seed {seed}")  # shown when it fails
    acknowledged: list[str] = []
    with living(House(data_dir / "box", world.url)) as house:
        for turn in range(ROUNDS):
            told = _add_rules_until_all_are_killed(house, f"r{turn}", chance.uniform(0.0, 8.0))
            acknowledged += told
            house.start()
            stored = {rule["text"] for rule in house.rows("rules")}
            assert {f"||{name}^" for name in acknowledged} <= stored
            for name in (*told, *chance.sample(acknowledged, min(20, len(acknowledged)))):
                assert house.addresses(name, 4) == {BLOCKED}, f"{name} is not in force after its kill"
    assert len(acknowledged) > ROUNDS, "too few rules were acknowledged to tell anything"


def _add_rules_until_all_are_killed(house: House, prefix: str, adds: float) -> list[str]:
    """What the command said was in force. The kill comes after the time of so many additions."""
    told: list[str] = []
    with _adder(house) as adder:
        assert adder.add(f"{prefix}-first.example.org")  # from here on it is quick
        begun = time.monotonic()
        assert adder.add(f"{prefix}-second.example.org")
        took = time.monotonic() - begun

        def kill() -> None:
            house.kill()
            adder.process.kill()

        timer = threading.Timer(adds * took, kill)  # the moment is what is random here
        timer.start()
        for name in _names(f"{prefix}-"):
            said = adder.add(name)
            if not said:
                break
            told += [name] if said == name else []
        timer.join()
    return told


def test_a_rule_acknowledged_while_a_worker_starts_is_in_force_in_that_worker_too(
    data_dir: Path, world: FakeUpstream
) -> None:
    chance = random.Random(1)
    workers = 12  # one for each try: a role that dies again and again is started again later and later
    with (
        living(House(data_dir / "box", world.url, workers=workers)) as house,
        _adder(house) as adder,
    ):
        pids = {role: row["pid"] for role, row in house.status().items() if role.startswith("dns-")}
        assert adder.add("first.example.org")
        for role, old in pids.items():
            name = f"{role}.example.org"
            os.kill(old, signal.SIGKILL)
            time.sleep(chance.uniform(0, 0.08))  # somewhere between the worker's death and its first answer
            said = adder.add(name)
            eventually(lambda role=role, old=old: house.pid_of(role) != old)  # type: ignore[misc]  # bound now
            expected = {BLOCKED} if said == name else {"rcode 3"}
            assert house.addresses(name, 4 * workers) == expected, f"{role}, told {said!r}"


def test_logged_events_survive_a_kill_of_everything(house: House) -> None:
    with asking(house.port, _names("kept-")) as steady:
        steady.more(RATE)
        seen = eventually(lambda: house.log("--name", "kept-*"))
    house.kill()
    house.start()
    kept = {row["id"]: row for row in house.log("--name", "kept-*")}
    assert [kept.get(row["id"]) for row in seen] == seen
