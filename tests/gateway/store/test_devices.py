"""Devices by address."""

import pytest

from gateway.errors import Conflict, Missing, UsageError
from gateway.policy.state import PauseState
from gateway.store import addresses, devices, groups, pauses
from gateway.store.engine import Database

NOW = 1_700_000_000
MAC, V4, V6 = "00:9e:c8:00:00:07", "192.0.2.7", "2001:db8::7"


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


def test_a_device_is_found_by_its_name_its_mac_and_each_of_its_addresses(store: Database) -> None:
    with store.writing() as session:
        addresses.put_addresses(session, {V4: MAC}, now=NOW)
        addresses.put_addresses(session, {V6: MAC}, now=NOW + 1)
        made = devices.put_device(session, V4, now=NOW, name="Änne")
        assert (made.address, made.addresses) == (MAC, (V6, V4))
        for text in (MAC, MAC.upper().replace(":", "-"), V4, "2001:DB8::0:7", "änne"):
            assert devices.get_device(session, text) == made
            assert devices.key_meant(session, text) == MAC
        assert devices.key_meant(session, "192.0.2.99") == "192.0.2.99"
        for nobody in ("nobody", "192.0.2.99"):
            with pytest.raises(Missing, match="no device"):
                devices.get_device(session, nobody)


def test_a_device_known_by_its_address_becomes_its_mac_with_all_that_was_set(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "kids")
        devices.put_device(session, V4, now=NOW, name="Redmi", kind="phone", group="kids", tags=("a", "b"))
        pauses.put_pause(session, PauseState("device", V4, NOW, 1.0, "boot"))
        addresses.put_addresses(session, {V4: MAC}, now=NOW)
        device = devices.rekey_device(session, V4, MAC)
        assert device is not None
        assert (device.address, device.name, device.kind) == (MAC, "Redmi", "phone")
        assert (device.group, device.tags, device.addresses) == ("kids", ("a", "b"), (V4,))
        assert [pause.target for pause in pauses.list_pauses(session)] == [MAC]
        assert len(devices.list_devices(session)) == 1
        assert devices.rekey_device(session, "192.0.2.99", MAC) is None


@pytest.mark.parametrize(
    ("by_address", "by_mac", "kept"),
    [("Redmi", "", "Redmi"), ("", "Xiaomi", "Xiaomi"), ("Redmi", "Xiaomi", "Xiaomi"), ("", "", "")],
)
def test_two_that_are_one_keep_the_name_of_the_named_or_earlier_one(
    store: Database, by_address: str, by_mac: str, kept: str
) -> None:
    with store.writing() as session:
        groups.add_group(session, "kids")
        devices.put_device(session, MAC, now=NOW - 5, name=by_mac, tags=("a",))
        devices.put_device(session, V4, now=NOW, name=by_address, kind="phone", group="kids", tags=("a", "b"))
        pauses.put_pause(session, PauseState("device", V4, NOW + 60, 1.0, "boot"))
        pauses.put_pause(session, PauseState("device", MAC, NOW + 30, 1.0, "boot"))
        device = devices.rekey_device(session, V4, MAC)
        assert device is not None
        assert (device.address, device.name, device.kind, device.group) == (MAC, kept, "phone", "kids")
        assert (set(device.tags), device.first_seen) == ({"a", "b"}, NOW - 5)
        (pause,) = pauses.list_pauses(session)
        assert (pause.target, pause.until) == (MAC, NOW + 60)


def test_what_a_person_says_is_one_device_is_called_as_the_one_that_is_kept(store: Database) -> None:
    old = "02:00:00:00:00:01"  # a phone that has made up another MAC since
    with store.writing() as session:
        addresses.put_addresses(session, {V4: old}, now=NOW)
        devices.put_device(session, old, now=NOW, name="old", tags=("a",))
        devices.put_device(session, MAC, now=NOW, name="new")
        device = devices.merge_devices(session, old, MAC)
        assert device is not None
        assert (device.address, device.name, device.tags, device.addresses) == (MAC, "new", ("a",), (V4,))
        assert devices.merge_devices(session, "192.0.2.99", MAC) is None
        with pytest.raises(Conflict):
            devices.merge_devices(session, MAC, MAC)


def test_a_removed_device_leaves_no_address(store: Database) -> None:
    with store.writing() as session:
        addresses.put_addresses(session, {V4: MAC}, now=NOW)
        devices.put_device(session, MAC, now=NOW)
        devices.remove_device(session, V4)
        assert addresses.list_addresses(session) == ()


def test_a_name_that_two_devices_have_means_neither(store: Database) -> None:
    with store.writing() as session:
        devices.put_device(session, V4, now=NOW, name="Phone")
        devices.put_device(session, MAC, now=NOW, name="phone")
        for act in (devices.get_device, devices.key_meant, devices.remove_device):
            with pytest.raises(UsageError, match="2 devices are called Phone") as told:
                act(session, "Phone")
            assert told.value.hint == f"say which by its key: {V4}, {MAC}"
        assert devices.get_device(session, V4).name == "Phone"
