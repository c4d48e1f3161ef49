import time
from pathlib import Path

import pytest

from gateway.dns.links import pause
from gateway.model import Action, Layer
from gateway.names import from_text
from gateway.policy.decide import Policy
from gateway.policy.state import DeviceState, GroupState, PauseState
from tests.fakes.policies import PHONE, catalogue, policy_of, row, state_of

NAME = from_text("tracking.xiaomi.com")
CHILDREN = GroupState("children")


class Clocks:
    """As module `time`, set wrong."""

    CLOCK_BOOTTIME = time.CLOCK_BOOTTIME

    def __init__(self, *, wall: float = 0, boot: float = 0) -> None:
        self._wall, self._boot = wall, boot

    def time(self) -> float:
        return time.time() + self._wall

    def clock_gettime(self, clock: int) -> float:
        return time.clock_gettime(clock) + self._boot


def boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def pausing(seconds: float, scope: str = "all", target: str = "") -> PauseState:
    return PauseState(scope, target, int(time.time() + seconds), boot() + seconds, pause.boot_id())


def policy(folder: Path, *pauses: PauseState) -> Policy:
    state = state_of(
        folder,
        groups=(GroupState("everyone"), CHILDREN),
        devices=(DeviceState("192.0.2.8", group="children"),),
        pauses=pauses,
    )
    return policy_of(state, catalogue(row("tracking.xiaomi.com")), time.time())


def is_paused(policy: Policy, address: str = PHONE) -> bool:
    return pause.verdict(policy, policy.asker(address), NAME) is not None


def test_nothing_is_said_without_a_pause(tmp_path: Path) -> None:
    unpaused = policy(tmp_path)
    assert not is_paused(unpaused)
    assert pause.holding(unpaused) == ()


def test_while_a_pause_holds_all_is_allowed_and_what_is_known_of_the_name_is_still_said(
    tmp_path: Path,
) -> None:
    paused = policy(tmp_path, pausing(600))
    found = pause.verdict(paused, paused.asker(PHONE), NAME)
    assert found is not None
    assert (found.action, found.generation) == (Action.ALLOWED, paused.generation)
    assert found.rule is not None
    assert found.rule.layer is Layer.PAUSE
    assert found.facts is not None
    assert found.facts.company == "Xiaomi"


@pytest.mark.parametrize(
    ("scope", "target", "phone", "child"),
    [
        ("all", "", True, True),
        ("group", "children", False, True),
        ("group", "everyone", True, False),
        ("device", PHONE, True, False),
        ("device", "192.0.2.99", False, False),
    ],
)
def test_pause_is_for_those_it_was_made_for(
    tmp_path: Path, scope: str, target: str, phone: bool, child: bool
) -> None:
    paused = policy(tmp_path, pausing(600, scope, target))
    assert (is_paused(paused, PHONE), is_paused(paused, "192.0.2.8")) == (phone, child)
    assert pause.holding(paused) == (True,)


def test_pause_that_has_ended_does_not_hold(tmp_path: Path) -> None:
    ended = policy(tmp_path, pausing(-1), pausing(600, "device", "192.0.2.99"))
    assert not is_paused(ended)
    assert pause.holding(ended) == (False, True)


def test_end_of_a_pause_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paused = policy(tmp_path, pausing(600))
    assert pause.holding(paused) == (True,)
    monkeypatch.setattr(pause, "time", Clocks(boot=601))
    assert pause.holding(paused) == (False,)
    assert not is_paused(paused)


@pytest.mark.parametrize("wrong", [-86_400, 86_400])
def test_wild_wall_clock_neither_prolongs_nor_cuts_a_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    paused, ended = policy(tmp_path, pausing(600)), policy(tmp_path, pausing(-1))
    monkeypatch.setattr(pause, "time", Clocks(wall=wrong))
    assert is_paused(paused)
    assert not is_paused(ended)
    assert pause.holding(paused) == (True,)


def test_number_of_the_boot_is_that_of_the_kernel() -> None:
    assert pause.boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
