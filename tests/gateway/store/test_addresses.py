"""Which device an address means."""

from gateway.store import addresses, devices
from gateway.store.addresses import KnownAddress
from gateway.store.engine import Database

NOW = 1_700_000_000
MAC, OTHER = "00:9e:c8:00:00:07", "00:9e:c8:00:00:08"
V4, V6 = "192.0.2.7", "2001:db8::7"


def test_an_address_means_its_mac_until_another_has_it(store: Database) -> None:
    with store.writing() as session:
        assert addresses.key_of(session, V4) == V4
        addresses.put_addresses(session, {V4: MAC}, now=NOW)
        addresses.put_addresses(session, {V6: MAC}, now=NOW + 5)
        assert addresses.key_of(session, V4) == MAC
        assert addresses.addresses_of(session) == {MAC: (V6, V4)}
        addresses.put_addresses(session, {V4: OTHER}, now=NOW + 9)
        session.commit()
    with store.reading() as session:
        assert addresses.list_addresses(session) == (
            KnownAddress(V4, OTHER, NOW + 9),
            KnownAddress(V6, MAC, NOW + 5),
        )


def test_an_address_that_is_nobodys_stands_for_itself(store: Database) -> None:
    with store.writing() as session:
        addresses.put_addresses(session, {V4: V4}, now=NOW)
        addresses.put_addresses(session, {V6: MAC}, now=NOW)
        addresses.put_addresses(session, {V6: V6}, now=NOW)
        assert addresses.list_addresses(session) == ()


def test_addresses_go_with_a_device(store: Database) -> None:
    with store.writing() as session:
        addresses.put_addresses(session, {V4: MAC}, now=NOW)
        addresses.put_addresses(session, {V6: OTHER}, now=NOW)
        addresses.hand_over(session, MAC, OTHER)
        assert addresses.addresses_of(session) == {OTHER: (V4, V6)}
        addresses.drop_device(session, OTHER)
        assert addresses.addresses_of(session) == {}


def test_what_was_not_seen_for_long_is_forgotten(store: Database) -> None:
    many = {f"2001:db8::{number:x}": NOW + 10 for number in range(addresses.AT_ONCE + 1)}
    with store.writing() as session:
        addresses.put_addresses(session, dict.fromkeys(many, MAC), now=NOW)
        addresses.put_addresses(session, {V4: OTHER}, now=NOW + 20)
        addresses.seen_again(session, {**many, V4: NOW + 1, "192.0.2.99": NOW})
        assert addresses.forget_addresses(session, NOW + 10, 1000) == ()
        assert set(addresses.forget_addresses(session, NOW + 11, 1000)) == set(many)
        assert addresses.list_addresses(session) == (KnownAddress(V4, OTHER, NOW + 20),)


def test_of_devices_that_nobody_has_set_the_last_ones_are_kept(store: Database) -> None:
    with store.writing() as session:
        devices.put_device(session, MAC, now=NOW)
        addresses.put_addresses(session, {V4: MAC, V6: MAC}, now=NOW)
        for number in range(6):
            addresses.put_addresses(session, {f"192.0.2.{number + 100}": OTHER}, now=NOW + number)
        assert set(addresses.forget_addresses(session, 0, 4)) == {"192.0.2.100", "192.0.2.101"}
        assert addresses.addresses_of(session, MAC) == {MAC: (V4, V6)}
        assert len(addresses.list_addresses(session, OTHER)) == 4
