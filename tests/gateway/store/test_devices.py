"""Devices by address."""

import pytest

from gateway.errors import UsageError
from gateway.policy.state import PauseState
from gateway.store import devices, groups, pauses
from gateway.store.engine import Database

NOW = 1_700_000_000


def test_new_device_lands_in_everyone(store: Database) -> None:
    with store.writing() as session:
        device = devices.put_device(session, "192.0.2.7", now=NOW)
    assert (device.group, device.first_seen, device.tags) == ("everyone", NOW, ())


def test_what_is_not_given_stays(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children")
        devices.put_device(
            session, "192.0.2.7", now=NOW, name="Redmi", kind="phone", tags=("device_phone", "OS_Android")
        )
        device = devices.put_device(session, "192.0.2.7", now=NOW + 9, group="children")
        session.commit()
    assert (device.name, device.kind, device.tags) == ("Redmi", "phone", ("device_phone", "os_android"))
    assert device.group == "children"
    with store.reading() as session:
        assert devices.list_devices(session, kind="phone") == (device,)
        assert devices.list_devices(session, kind="demo") == ()


def test_one_address_written_two_ways_is_one_device(store: Database) -> None:
    with store.writing() as session:
        first = devices.put_device(session, "2001:DB8:0:0::1", now=NOW)
        second = devices.put_device(session, "2001:db8::1", now=NOW)
        assert first.id == second.id
        assert devices.get_device(session, "2001:db8:0::1") == second


def test_device_is_found_by_its_name(store: Database) -> None:
    with store.writing() as session:
        device = devices.put_device(session, "192.0.2.7", now=NOW, name="Redmi")
        assert devices.get_device(session, "Redmi") == device
        with pytest.raises(UsageError, match="no device"):
            devices.get_device(session, "")


@pytest.mark.parametrize("address", ["", "phone", "192.0.2.300", "192.0.2.1/24", "\0"])
def test_what_is_no_address_is_refused(store: Database, address: str) -> None:
    with store.writing() as session, pytest.raises(UsageError, match="no IP address"):
        devices.put_device(session, address, now=NOW)


@pytest.mark.parametrize("tag", ["", "a,b", "a b", "ä"])
def test_what_is_no_tag_is_refused(store: Database, tag: str) -> None:
    with store.writing() as session, pytest.raises(UsageError, match="no tag"):
        devices.put_device(session, "192.0.2.7", now=NOW, tags=(tag,))


def test_removed_device_takes_its_pause_along(store: Database) -> None:
    with store.writing() as session:
        devices.put_device(session, "192.0.2.7", now=NOW)
        pauses.put_pause(session, PauseState("device", "192.0.2.7", NOW, 1.0, "b"))
        devices.remove_device(session, "192.0.2.7")
        assert devices.list_devices(session) == ()
        assert pauses.list_pauses(session) == ()
