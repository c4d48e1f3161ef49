"""A new generation is in force in every worker, or nothing has happened."""

import os
import threading
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path

import msgspec
import pytest

from gateway.errors import OwnFault, UsageError
from gateway.model import Action
from gateway.policy import manifest as manifests
from gateway.policy import publish as room
from gateway.policy.decide import Policy
from gateway.policy.publish import Applied, Publisher, WorkerAck
from gateway.policy.state import PolicyState
from tests.fakes.policies import catalogue, decided, row, said, state_of
from tests.fakes.publishing import Workers, publisher, rules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "policy"


@pytest.fixture
def workers(folder: Path) -> Workers:
    return Workers(folder)


def test_a_generation_is_in_force_in_every_worker_when_the_caller_hears_so(
    folder: Path, workers: Workers
) -> None:
    applied = publisher(folder, workers).publish(rules("||a.test^"))
    assert (applied.generation, applied.workers, applied.of) == (1, 2, 2)
    assert applied.ms > 0
    for policy in workers.policies:
        assert policy is not None
        assert decided(policy, "a.test").action is Action.BLOCKED
        assert decided(policy, "a.test").generation == 1


def test_a_rule_is_laid_on_the_base_in_force_without_compiling(
    folder: Path, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_of = publisher(folder, workers)
    room_of.publish(rules("||a.test^"))
    mapped = workers.policies[0]
    monkeypatch.setattr(Publisher, "_compile", None)
    assert room_of.publish_rules(rules("||b.test^")).generation == 2
    policy = workers.policies[0]
    assert policy is not None
    assert mapped is not None
    assert policy.shared is mapped.shared
    assert said(policy, "b.test") == "blocked: rules everyone 1 ||b.test^"
    assert said(policy, "a.test") == "allowed"


def test_a_rule_is_laid_on_the_old_lists_while_new_ones_wait_to_be_compiled(
    folder: Path, workers: Workers, tmp_path: Path
) -> None:
    room_of = publisher(folder, workers)
    room_of.publish(lambda: state_of(tmp_path, lists={"ads": "||ad.test^\n"}))
    both = state_of(tmp_path, rules=["||own.test^"], lists={"ads": "||ad.test^\n", "more": "||more.test^\n"})
    room_of.publish_rules(lambda: both)
    policy = workers.policies[0]
    assert policy is not None
    assert [decided(policy, f"{name}.test").action.value for name in ("own", "ad", "more")] == [
        "blocked", "blocked", "allowed",
    ]  # fmt: skip
    applied = room_of.publish(lambda: both)
    assert [report.name for report in applied.reports] == ["ads", "more"]
    assert decided(Policy.open(folder), "more.test").action is Action.BLOCKED


def test_lists_that_have_not_changed_are_not_compiled_again(
    folder: Path, workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = state_of(tmp_path, lists={"ads": "||ad.test^\n"})
    publisher(folder, workers).publish(lambda: state)
    monkeypatch.setattr(Publisher, "_compile", None)
    applied = publisher(folder, workers).publish(lambda: state)  # as after a restart
    assert (applied.generation, applied.reports) == (2, ())


def test_large_lists_are_compiled_in_a_process_of_their_own(
    folder: Path, workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SMALL", 5)
    monkeypatch.setattr(room, "compile_base", None)
    applied = publisher(folder, workers).publish(lambda: state_of(tmp_path, lists={"ads": "||ad.test^\n"}))
    assert applied.reports[0].rules == 1
    assert decided(Policy.open(folder), "ad.test").action is Action.BLOCKED


def test_a_rule_that_does_not_parse_changes_nothing(folder: Path, workers: Workers) -> None:
    room_of = publisher(folder, workers)
    room_of.publish(rules("||a.test^"))
    with pytest.raises(UsageError, match="rule 1"):
        room_of.publish_rules(rules("||a.test^$nonsense"))
    with pytest.raises(UsageError, match="rule 1"):
        room_of.publish(rules("||a.test^$nonsense"))
    assert workers.told == [1]
    assert Policy.open(folder).generation == 1


def test_a_missing_list_changes_nothing(folder: Path, workers: Workers, tmp_path: Path) -> None:
    state = state_of(tmp_path, lists={"ads": "||ad.test^\n"})
    Path(state.lists[0].path).unlink()
    room_of = publisher(folder, workers)
    room_of.publish(rules("||a.test^"))
    with pytest.raises(OwnFault, match="list ads"):
        room_of.publish(lambda: state)
    assert Policy.open(folder).generation == 1


def test_a_worker_that_does_not_take_it_up_brings_the_old_generation_back(
    folder: Path, workers: Workers
) -> None:
    room_of = publisher(folder, workers)
    room_of.publish(rules("||a.test^"))
    workers.refusing = "no memory"
    with pytest.raises(OwnFault, match=r"generation 2 .* 1 of 2 workers \(dns-1: no memory\)") as caught:
        room_of.publish_rules(rules("||b.test^"))
    assert caught.value.hint
    assert workers.told == [1, 2, 1]
    assert [policy.generation for policy in workers.policies if policy] == [1, 1]
    assert Policy.open(folder).generation == 1
    # The number is not used again: a worker that had taken it up must see a change.
    assert room_of.publish_rules(rules("||b.test^")).generation == 3


def test_the_first_generation_that_fails_leaves_none(folder: Path, workers: Workers) -> None:
    workers.refusing = "no memory"
    with pytest.raises(OwnFault):
        publisher(folder, workers).publish(rules("||a.test^"))
    with pytest.raises(OwnFault, match="no policy has been published"):
        Policy.open(folder)


def test_a_teller_that_breaks_brings_the_old_generation_back(folder: Path, workers: Workers) -> None:
    publisher(folder, workers).publish(rules("||a.test^"))
    calls: list[int] = []

    def broken(generation: int) -> Sequence[WorkerAck]:
        calls.append(generation)
        if len(calls) == 1:
            raise OSError("the socket is gone")
        return ()

    breaking = Workers(folder)
    breaking.tell = broken  # type: ignore[method-assign] # the fault to be played
    with pytest.raises(OwnFault, match="socket is gone"):
        publisher(folder, breaking).publish_rules(rules("||b.test^"))
    assert calls == [2, 1]
    assert Policy.open(folder).generation == 1


SYSTEM_CALLS = ((os, "fsync"), (Path, "replace"), (os, "link"))


def _counted(monkeypatch: pytest.MonkeyPatch, at: int, act: Callable[[], None]) -> None:
    """Do `act` at the `at`-th of the calls that change what is on disk."""
    calls = count(1)
    for owner, name in SYSTEM_CALLS:
        real = getattr(owner, name)

        def counted(*arguments: object, real: Callable[..., object] = real) -> object:
            if next(calls) == at:
                act()
            return real(*arguments)

        monkeypatch.setattr(owner, name, counted)


@pytest.mark.parametrize("compiling", [False, True])
@pytest.mark.parametrize("step", range(1, 9))
def test_a_full_disk_at_any_step_leaves_the_old_generation(
    step: int,
    compiling: bool,
    folder: Path,
    workers: Workers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room_of = publisher(folder, workers)
    room_of.publish(rules("||a.test^"))
    state = state_of(tmp_path, rules=["||b.test^"], lists={"ads": "||ad.test^\n"})

    def full() -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        _counted(patch, step, full)
        try:
            (room_of.publish if compiling else room_of.publish_rules)(lambda: state)
            succeeded = True  # a step that there is another way for, or fewer steps than that
        except OwnFault as fault:
            succeeded = False
            assert "No space" in str(fault)  # noqa: PT017 - a success is as good
    policy = Policy.open(folder)
    assert decided(policy, "b.test" if succeeded else "a.test").action is Action.BLOCKED
    assert {held.generation for held in workers.policies if held} == {policy.generation}
    assert room_of.publish(lambda: state).generation > policy.generation


@pytest.mark.parametrize("compiling", [False, True])
@pytest.mark.parametrize("step", range(1, 9))
def test_a_publisher_killed_at_any_step_leaves_a_whole_generation(
    step: int,
    compiling: bool,
    folder: Path,
    workers: Workers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publisher(folder, workers).publish(rules("||a.test^"))
    state = state_of(tmp_path, rules=["||b.test^"], lists={"ads": "||ad.test^\n"})
    if (pid := os.fork()) == 0:
        try:
            _counted(monkeypatch, step, lambda: os._exit(9))
            room_of = publisher(folder, workers)
            (room_of.publish if compiling else room_of.publish_rules)(lambda: state)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    policy = Policy.open(folder)
    assert decided(policy, {1: "a.test", 2: "b.test"}[policy.generation]).action is Action.BLOCKED
    # The dead one's locks are gone with it, and what it left does not stand in the way.
    applied = publisher(folder, workers).publish(lambda: state)
    assert decided(Policy.open(folder), "ad.test").generation == applied.generation
    assert not list(folder.glob("base*.new"))


def test_a_damaged_generation_is_replaced_by_the_next(folder: Path, workers: Workers) -> None:
    publisher(folder, workers).publish(rules("||a.test^"))
    publisher(folder, workers).publish_rules(rules("||b.test^"))
    (folder / "overlay-2").write_bytes(b"")
    policy, reason = Policy.open_latest(folder)
    assert (policy.generation, "overlay-2" in reason) == (1, True)
    (folder / manifests.current(folder).base).write_bytes(b"")
    with pytest.raises(OwnFault):
        Policy.open_latest(folder)
    workers.policies = [None, None]
    assert publisher(folder, workers).publish_rules(rules("||c.test^")).generation == 3
    assert decided(Policy.open(folder), "c.test").action is Action.BLOCKED


def test_publishers_take_turns_and_the_last_word_is_the_newest(folder: Path, workers: Workers) -> None:
    publisher(folder, workers).publish(rules())
    stored: list[str] = []
    applied: list[Applied] = []
    lock = threading.Lock()

    def add(number: int) -> None:
        with lock:
            stored.append(f"||n{number}.test^")
        applied.append(publisher(folder, workers).publish_rules(lambda: rules(*stored)()))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(one.generation for one in applied) == [2, 3, 4, 5, 6, 7]
    policy = Policy.open(folder)
    assert all(decided(policy, f"n{number}.test").action is Action.BLOCKED for number in range(6))


def test_a_publisher_that_never_gets_its_turn_says_so(
    folder: Path, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MAX_WAIT", 0.01)
    first = publisher(folder, workers)
    first.publish(rules())
    with first._turn("lock", 1), pytest.raises(OwnFault, match="another change"):
        publisher(folder, workers).publish_rules(rules())


def test_a_rule_against_what_the_phone_needs_is_warned_of(folder: Path, workers: Workers) -> None:
    known = catalogue(row("needed.xiaomi.com", "keep"), row("usual.xiaomi.com"))
    room_of = publisher(folder, workers, known)
    assert room_of.publish(rules("||usual.xiaomi.com^")).warnings == ()
    (warning,) = room_of.publish_rules(rules("||xiaomi.com^")).warnings
    assert warning == "||xiaomi.com^ blocks needed.xiaomi.com in everyone: none reported"


def test_a_change_of_the_catalogue_compiles_a_new_base(folder: Path, workers: Workers) -> None:
    publisher(folder, workers, catalogue(row("one.xiaomi.com"))).publish(rules())
    base = manifests.current(folder).base
    publisher(folder, workers, catalogue(row("two.xiaomi.com"))).publish(rules())
    assert manifests.current(folder).base != base
    assert decided(Policy.open(folder), "two.xiaomi.com").action is Action.BLOCKED


def test_a_worker_lets_go_of_the_old_base_with_the_last_reference(
    folder: Path, workers: Workers, tmp_path: Path
) -> None:
    room_of = publisher(folder, workers)
    for number in range(3):
        lists = {"ads": f"||ad{number}.test^\n"}
        room_of.publish(partial(_same, state_of(tmp_path, lists=lists)))
    mapped = [line for line in Path("/proc/self/maps").read_text().splitlines() if str(folder) in line]
    assert len(mapped) == 3  # two workers and the publisher, one base each


def _same(state: PolicyState) -> PolicyState:
    return state


def test_old_generations_are_cleared_away(folder: Path, workers: Workers, tmp_path: Path) -> None:
    room_of = publisher(folder, workers)
    state = state_of(tmp_path, lists={"ads": "||ad.test^\n"})
    for number in range(8):
        renamed = PolicyState(lists=(msgspec.structs.replace(state.lists[0], name=f"ads {number}"),))
        room_of.publish(partial(_same, renamed))
    files = sorted(path.name for path in folder.iterdir())
    assert [name for name in files if name.startswith("base")] == [f"base-{n}" for n in range(4, 9)]
    assert [name for name in files if name.startswith("overlay")] == [f"overlay-{n}" for n in range(4, 9)]
