"""The last day, as dashboards show it."""

import time

from api.adapters import recent
from gateway.store import devices
from tests.fakes import idle_box
from tests.fakes.api import Api
from tests.fakes.events import event


def test_the_last_day_in_numbers(served: Api) -> None:
    now = int(time.time())
    idle_box.note(served.data, event(time=now, count=3), event("b.example", time=now, verdict=1, count=2))
    idle_box.note(served.data, event("old.example", time=now - 3 * 86_400, count=100))
    found = recent.recent(served.box)
    assert (found.summary.asked, found.summary.blocked) == (5, 2)
    assert len(found.hours) == len(found.blocked) == recent.HOURS
    assert sum(found.hours) == 5
    assert sum(found.blocked) == 2
    assert [(one.value, one.count) for one in found.blocked_names] == [("b.example", 2)]
    assert [one.value for one in found.devices] == ["192.0.2.7"]


def test_an_empty_log_has_a_day_of_nothing(served: Api) -> None:
    found = recent.recent(served.box)
    assert (found.summary.asked, sum(found.hours), found.names) == (0, 0, ())


def test_devices_are_called_by_their_names(served: Api) -> None:
    with served.box.works.noting() as session:
        devices.put_device(session, "192.0.2.7", now=1, name="Anna's phone")
        devices.put_device(session, "192.0.2.8", now=1)
    assert recent.device_names(served.box) == {"192.0.2.7": "Anna's phone"}


def test_the_day_begins_with_a_whole_hour() -> None:
    assert recent.begin(100 * 3600 + 5.5) == 77 * 3600
