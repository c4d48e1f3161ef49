"""Devices as the API shows them."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api import shown_devices
from api.box import ApiBox
from gateway.errors import Missing
from gateway.journal.seen import Seen
from gateway.policy.state import PauseState
from gateway.store import devices, pauses
from tests.fakes import idle_box
from tests.fakes.events import event

NOW = int(time.time())  # as the file is read: the tests may come much later
LATER = NOW + 86_400
SEEN = (Seen("192.0.2.8", asked=1, blocked=0, last=NOW, first=NOW),)


@pytest.fixture
def box(data_dir: Path) -> Iterator[ApiBox]:
    with closing(ApiBox(data := idle_box.made(data_dir), data.read_settings())) as made:
        yield made


def test_those_of_the_log_stand_beside_those_that_were_set_each_with_its_pause(box: ApiBox) -> None:
    with box.works.change("test") as change:
        devices.put_device(change.session, "192.0.2.7", now=NOW, name="Anna")
        pauses.put_pause(change.session, PauseState("device", "anna", LATER, 0.0, "of another boot"))
        pauses.put_pause(change.session, PauseState("device", "192.0.2.9", NOW - 1, 0.0, "of another boot"))
    with box.works.reading() as session:
        found = {one.key: one for one in shown_devices.shown(session, SEEN)}
        assert shown_devices.one(session, SEEN, "ANNA") == found["192.0.2.7"]
        with pytest.raises(Missing):
            shown_devices.one(session, SEEN, "192.0.2.99")
    assert {key: one.paused_until for key, one in found.items()} == {
        "192.0.2.7": LATER,
        "192.0.2.9": 0,
        "192.0.2.8": 0,
    }


def test_who_is_in_the_log_is_told(box: ApiBox) -> None:
    assert shown_devices.seen_by(box) == ()
    idle_box.note(box.data, event())
    assert [one.address for one in shown_devices.seen_by(box)] == ["192.0.2.7"]
