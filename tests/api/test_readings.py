"""What `/metrics` tells: counters that never fall, and no more looks than are needed."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import readings
from api.readings import Counted, Rules
from gateway.dns.links.pause import boot_id
from gateway.policy.state import PauseState
from gateway.store import pauses, rules
from tests.fakes import api, idle_box
from tests.fakes.api import Api

HOUR = 3600


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


def test_a_box_whose_roles_are_down_is_read_all_the_same(served: Api) -> None:
    found = readings.gather(served.box)
    assert {one["state"] for one in found.roles} == {"down"}
    assert found.memory == {}
    assert (found.generation, found.rules, found.rows) == (1, 0, 0)
    assert found.journal_bytes > 0


def test_pauses_in_force_are_counted_and_those_that_are_over_are_not(served: Api) -> None:
    now, boot = int(time.time()), time.clock_gettime(time.CLOCK_BOOTTIME)
    with served.box.works.change("pauses") as change:
        for scope, target, left in (("all", "", 60), ("group", "everyone", -60)):
            made = PauseState(scope, target, now + left, boot + left, boot_id())
            pauses.put_pause(change.session, made)
    assert readings.gather(served.box).pauses == {"all": 1, "group": 0, "device": 0}


def test_rules_are_counted_once_for_each_generation(served: Api) -> None:
    counted = Rules()
    with served.box.works.noting() as session:
        rules.add_rule(session, "||a.example^", now=1)
        assert counted.count(session, 1) == 1
        rules.add_rule(session, "||b.example^", now=1)
        assert counted.count(session, 1) == 1
        assert counted.count(session, 2) == 2


def test_the_counter_never_falls_when_hours_are_forgotten() -> None:
    counted = Counted()
    begin = counted.since
    assert counted.take({begin: Counter(blocked=5)}) == Counter(blocked=5)
    hours = {begin + number * HOUR: Counter(blocked=1) for number in range(1, 5)}
    assert counted.take({begin: Counter(blocked=7), **hours}) == Counter(blocked=11)
    assert counted.since > begin
    assert counted.take({begin + 4 * HOUR: Counter()}) == Counter(blocked=11)


def test_hours_before_the_panel_started_are_not_counted() -> None:
    counted = Counted()
    assert counted.take({counted.since - HOUR: Counter(blocked=5)}) == Counter()
