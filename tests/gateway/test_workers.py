from pathlib import Path
from typing import Any

import pytest

from gateway import workers
from gateway.errors import OwnFault
from gateway.policy.publish import WorkerAck
from tests.fakes.ears import lagging, listening


def takes(generation: int) -> Any:
    return lambda _: {"generation": generation}


def test_every_worker_that_lives_is_told_and_what_it_says_comes_back(data_dir: Path) -> None:
    with listening(data_dir, "dns-0", takes(7)) as first, listening(data_dir, "dns-1", takes(7)) as second:
        assert workers.tell(data_dir, 7) == [WorkerAck("dns-0", 7), WorkerAck("dns-1", 7)]
        assert first.asked == second.asked == [{"verb": "policy"}]


def test_other_roles_are_not_told(data_dir: Path) -> None:
    with listening(data_dir, "keeper", lagging) as keeper:
        assert workers.tell(data_dir, 7) == []
        assert keeper.asked == []


def test_a_worker_that_was_killed_holds_nobody_up(data_dir: Path) -> None:
    (data_dir / "dns-0.control").touch()  # nobody listens there any more
    with listening(data_dir, "dns-1", takes(7)):
        assert workers.tell(data_dir, 7) == [WorkerAck("dns-1", 7)]


def test_a_worker_that_fails_says_why(data_dir: Path) -> None:
    with listening(data_dir, "dns-0", lagging):
        assert workers.tell(data_dir, 7) == [WorkerAck("dns-0", 0, "dns-0: no memory")]


def test_a_worker_that_has_another_generation_is_told_apart(data_dir: Path) -> None:
    with listening(data_dir, "dns-0", takes(6)), listening(data_dir, "dns-1", lambda _: {}):
        assert workers.tell(data_dir, 7) == [
            WorkerAck("dns-0", 6, "it has another one"),
            WorkerAck("dns-1", 0, "it has another one"),
        ]


def test_all_are_asked_anything_and_each_answers_for_itself(data_dir: Path) -> None:
    with listening(data_dir, "dns-0", lagging), listening(data_dir, "dns-1", lambda _: {"ok": 1}) as second:
        said = workers.ask_all(data_dir, "settings-check", values={"a": 1})
        assert second.asked == [{"verb": "settings-check", "values": {"a": 1}}]
    assert isinstance(said["dns-0"], OwnFault)
    assert said["dns-1"] == {"ok": 1}


def test_one_is_asked_and_the_next_where_the_first_is_being_restarted(data_dir: Path) -> None:
    (data_dir / "dns-0.control").touch()
    with listening(data_dir, "dns-1", lambda _: {"ok": 1}), listening(data_dir, "dns-2", lagging) as third:
        assert workers.ask_one(data_dir, "upstream", upstream="x") == {"ok": 1}
        assert third.asked == []
    with pytest.raises(OwnFault, match="no DNS worker runs") as caught:
        workers.ask_one(data_dir, "upstream")
    assert caught.value.hint
