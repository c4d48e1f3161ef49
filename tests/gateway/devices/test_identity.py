"""Who is behind an address, as the neighbour table tells it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.devices import identity
from gateway.devices.identity import AT_ONCE, MAX_ADDRESSES, MAX_IPV4, Identities, Learned

ANNA, BEN = "00:9e:c8:00:00:0a", "00:9e:c8:00:00:0b"
V4, V6 = "192.0.2.7", "2001:db8::7"


def test_an_address_is_its_own_key_until_a_mac_is_seen() -> None:
    known = Identities()
    assert known.key(V4) == V4
    assert known.learn(V4, ANNA, 1.0) == (Learned(V4, V4, ANNA),)
    assert known.learn(V6, ANNA, 2.0) == (Learned(V6, V6, ANNA),)
    assert (known.key(V4), known.key(V6), known.addresses(ANNA)) == (ANNA, ANNA, (V4, V6))
    assert known.learn(V4, ANNA, 3.0) == ()


def test_an_address_that_another_takes_goes_over_to_it() -> None:
    known = Identities()
    known.learn(V4, ANNA, 1.0)
    known.learn(V6, ANNA, 1.0)
    assert known.learn(V4, BEN, 2.0) == (Learned(V4, ANNA, BEN),)
    assert (known.addresses(ANNA), known.addresses(BEN)) == ((V6,), (V4,))
    # An older entry of another interface takes nothing back.
    assert known.learn(V4, ANNA, 1.5) == ()
    assert known.key(V4) == BEN


def test_what_was_known_before_a_restart_counts_until_something_else_is_seen() -> None:
    known = Identities()
    known.learn(V6, BEN, 5.0)
    known.remember([(V4, ANNA), (V6, ANNA)])
    assert (known.key(V4), known.key(V6)) == (ANNA, BEN)
    assert known.seen() == {V6: (BEN, 5.0)}
    assert known.learn(V4, BEN, -1000.0) == (Learned(V4, ANNA, BEN),)


def test_what_nobody_has_seen_for_long_is_forgotten_and_what_was_seen_stays() -> None:
    known = Identities()
    known.remember([(V4, ANNA), (V6, ANNA)])
    known.learn(V6, ANNA, 1.0)
    known.forget([V4, V6, "192.0.2.99"])
    assert (known.key(V4), known.key(V6), known.addresses(ANNA)) == (V4, ANNA, (V6,))


def test_a_repeater_is_not_taken_for_a_phone() -> None:
    known = Identities()
    addresses = [f"192.0.2.{n}" for n in range(MAX_IPV4 + 1)]
    for at, address in enumerate(addresses[:-1]):
        known.learn(address, ANNA, at)
    assert known.addresses(ANNA) == tuple(addresses[:-1])
    changes = known.learn(addresses[-1], ANNA, 10.0)
    assert {change for change in changes if change.after == change.address} == {
        Learned(address, ANNA, address) for address in addresses
    }
    assert known.is_shared(ANNA)
    assert known.addresses(ANNA) == ()
    assert known.learn(V4, ANNA, 11.0) == ()
    assert known.key(V4) == V4
    known.learn(V4, BEN, 12.0)
    assert known.learn(V4, ANNA, 13.0) == (Learned(V4, BEN, V4),)  # and what it takes is nobody's


def test_leases_of_a_month_make_no_repeater() -> None:
    known = Identities()
    for number in range(3 * MAX_ADDRESSES):
        known.learn(f"192.0.2.{number}", ANNA, number * AT_ONCE)
    assert not known.is_shared(ANNA)
    assert known.addresses(ANNA) == tuple(f"192.0.2.{n}" for n in range(2 * MAX_ADDRESSES, 3 * MAX_ADDRESSES))


def test_privacy_addresses_make_no_repeater_but_a_router_that_answers_for_all_is_one() -> None:
    known = Identities()
    for number in range(MAX_ADDRESSES):
        known.learn(f"2001:db8::{number:x}", ANNA, number)
    assert not known.is_shared(ANNA)
    known.learn("2001:db8::ffff", ANNA, MAX_ADDRESSES)
    assert known.is_shared(ANNA)


def test_a_flood_of_forged_neighbours_is_bounded_and_spares_who_has_been_seen_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity, "MAX_KNOWN", 64)
    known = Identities()
    known.learn(V4, ANNA, 1.0)
    known.learn(V4, ANNA, 2.0)
    dropped: list[Learned] = []
    for number in range(1000):
        mac = f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"
        dropped += [one for one in known.learn(f"198.51.{number >> 8}.{number & 255}", mac, 3.0 + number)
                    if one.after == one.address]  # fmt: skip
    assert len(known.seen()) <= 64
    assert known.key(V4) == ANNA
    assert len(dropped) >= 1000 - 64


def test_repeaters_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "MAX_SHARED", 2)
    known = Identities()
    for number in range(4):
        for host in range(MAX_IPV4 + 1):
            known.learn(f"192.0.{number}.{host}", f"00:9e:c8:00:00:{number:02x}", 1.0)
    assert [known.is_shared(f"00:9e:c8:00:00:{number:02x}") for number in range(4)] == [
        False, False, True, True,
    ]  # fmt: skip


_HOSTS = st.sampled_from([*(f"192.0.2.{n}" for n in range(8)), *(f"2001:db8::{n}" for n in range(40))])
_MACS = st.sampled_from([f"00:9e:c8:00:00:{n:02x}" for n in range(3)])


@given(st.lists(st.tuples(_HOSTS, _MACS, st.floats(0, 5000)), max_size=200))
def test_what_it_says_has_changed_is_what_has_changed(signs: list[tuple[str, str, float]]) -> None:
    known = Identities()
    told: dict[str, str] = {}
    for address, mac, seen in signs:
        for change in known.learn(address, mac, seen):
            assert told.get(change.address, change.address) == change.before
            told[change.address] = change.after
    for address, key in told.items():
        assert known.key(address) == key
        assert (address in known.addresses(key)) is (key != address)
        assert not known.is_shared(key)
