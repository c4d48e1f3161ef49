from pathlib import Path

import pytest

from gateway import changes
from gateway.author import Author
from gateway.data import Data
from gateway.demo import device
from gateway.demo.phone import LOOPBACK
from gateway.errors import Conflict
from gateway.policy.state import PauseState
from gateway.store import audit, devices, pauses
from tests.fakes import idle_box

SOMEBODY = Author("token demo")
MAC = "a8:bb:cc:dd:ee:ff"


@pytest.fixture
def data(data_dir: Path) -> Data:
    return idle_box.made(data_dir)


def came(data: Data, source: str = LOOPBACK) -> None:
    with changes.works(data) as works:
        device.come(works, source, SOMEBODY)


def known(data: Data) -> dict[str, str]:
    with changes.reading(data) as session:
        return {one.address: one.kind for one in devices.list_devices(session)}


def test_it_comes_once_and_it_is_known_who_had_it_come(data: Data) -> None:
    for _ in range(2):
        came(data)
    assert known(data) == {LOOPBACK: "demo"}
    with changes.reading(data) as session:
        told = [entry for entry in audit.list_entries(session, limit=100) if entry.action == device.CAME]
    assert [entry.who for entry in told] == ["token demo"]


def test_a_name_that_somebody_gave_it_stays(data: Data) -> None:
    came(data)
    with changes.change(data, "test") as change:
        devices.put_device(change.session, LOOPBACK, now=1, name="my play")
    came(data)
    with changes.reading(data) as session:
        assert devices.get_device(session, LOOPBACK).name == "my play"


def test_a_device_of_somebody_is_never_taken_for_it(data: Data) -> None:
    with changes.change(data, "test") as change:
        devices.put_device(change.session, LOOPBACK, now=1, name="mine")
    with pytest.raises(Conflict, match="which is your device 'mine'"):
        came(data)
    with changes.change(data, "test") as change:
        assert device.keys(change.session, LOOPBACK) == ()
        assert device.forget(change.session, LOOPBACK) == 0
    assert known(data) == {LOOPBACK: ""}


def test_it_goes_with_all_that_was_set_for_it_and_alone(data: Data) -> None:
    """A phone stays its owner's, though they call it a demo: else who may name devices could have logs wiped."""
    came(data)
    with changes.change(data, "test") as change:
        for key in (MAC, "192.0.2.7", "127.0.0.1", "::1"):
            devices.put_device(change.session, key, now=1, name="Anna's", kind="demo")
        pauses.put_pause(change.session, PauseState("device", LOOPBACK, 1 << 33, 1e9, "boot"))
    with changes.change(data, "test") as change:
        assert [one.address for one in device.here(change.session, LOOPBACK)] == [LOOPBACK]
        assert device.keys(change.session, LOOPBACK) == (LOOPBACK,)
        assert device.forget(change.session, LOOPBACK) == 1
    assert known(data) == {MAC: "demo", "192.0.2.7": "demo", "127.0.0.1": "demo", "::1": "demo"}
    with changes.reading(data) as session:
        assert not pauses.list_pauses(session)
        # The log of the demo's own address is the demo's, though somebody has removed the device by hand.
        assert device.keys(session, LOOPBACK) == (LOOPBACK,)


def test_a_box_that_is_asked_by_ipv6_alone_has_it_there(data: Data) -> None:
    came(data, "2001:db8::1")
    with changes.reading(data) as session:
        assert device.is_here(session, "2001:db8::1")
        assert set(device.keys(session, "2001:db8::1")) == {"2001:db8::1", LOOPBACK}
        assert device.here(session, LOOPBACK) == ()
