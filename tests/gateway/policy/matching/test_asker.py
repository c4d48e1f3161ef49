"""Conditions of rules against who asks for what."""

from ipaddress import ip_address, ip_network

import pytest

from gateway.names import from_text
from gateway.policy.matching.asker import Asker, address_of, holds, key_of
from gateway.policy.rule import ClientIs, Conditions

PHONE = Asker("192.0.2.7", "Redmi Note", tags=("phone", "child"), ips=(ip_address("192.0.2.7"),))
NAME = from_text("x.a.test")


def network(text: str, negated: bool = False) -> ClientIs:
    return ClientIs(negated, ip_network(text))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (Conditions(), True),
        (Conditions(types=(1, 28)), True),
        (Conditions(types=(28,)), False),
        (Conditions(not_types=(1,)), False),
        (Conditions(not_types=(28,)), True),
        (Conditions(clients=(network("192.0.2.0/24"),)), True),
        (Conditions(clients=(network("198.51.100.0/24"), network("192.0.2.7"))), True),
        (Conditions(clients=(network("2001:db8::/32"),)), False),
        (Conditions(clients=(network("192.0.2.7", True),)), False),
        (Conditions(clients=(network("192.0.2.8", True),)), True),
        (Conditions(clients=(network("192.0.2.0/24"), network("192.0.2.7", True))), False),
        (Conditions(clients=(ClientIs(name="REDMI note"),)), True),
        (Conditions(clients=(ClientIs(negated=True, name="redmi note"),)), False),
        (Conditions(clients=(ClientIs(name="tablet"),)), False),
        (Conditions(tags=("phone",)), True),
        (Conditions(tags=("tv", "child")), True),
        (Conditions(tags=("tv",)), False),
        (Conditions(tags=("~child",)), False),
        (Conditions(tags=("~tv",)), True),
        (Conditions(deny_allow=(from_text("a.test"),)), False),
        (Conditions(deny_allow=(from_text("y.a.test"), from_text("x.a.test"))), False),
        (Conditions(deny_allow=(from_text("y.a.test"),)), True),
        (Conditions(types=(1,), tags=("tv",)), False),
    ],
)
def test_a_rule_counts_when_all_its_conditions_hold(conditions: Conditions, expected: bool) -> None:
    assert holds(conditions, PHONE, NAME, 1) is expected


def test_an_asker_known_by_name_alone_is_in_no_network() -> None:
    anyone = Conditions(clients=(network("0.0.0.0/0"), network("::/0")))
    assert not holds(anyone, Asker("", "tablet"), NAME, 1)


def test_a_mapped_address_is_the_ipv4_one_and_what_is_none_is_none() -> None:
    assert address_of("::ffff:192.0.2.7") == ip_address("192.0.2.7")
    assert address_of("2001:DB8::0:7") == ip_address("2001:db8::7")
    assert address_of("tablet") is None


MAC = "00:9e:c8:00:00:07"
TABLET = Asker(MAC, "Tablet", ips=(ip_address("192.0.2.8"), ip_address("2001:db8::8")))


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (network("192.0.2.8"), True),
        (network("2001:db8::/64"), True),
        (network("192.0.2.7"), False),
        (network("2001:db8::8", True), False),
        (ClientIs(name=MAC), True),
        (ClientIs(name="00:9e:c8:00:00:08"), False),
        (ClientIs(negated=True, name=MAC), False),
    ],
)
def test_a_device_is_meant_by_any_of_its_addresses_and_by_its_mac(client: ClientIs, expected: bool) -> None:
    assert holds(Conditions(clients=(client,)), TABLET, NAME, 1) is expected


def test_a_key_is_a_mac_or_an_address_written_in_one_way() -> None:
    assert key_of(" 00-9E-C8-00-00-07 ") == MAC
    assert key_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert key_of("2001:DB8::0:7") == "2001:db8::7"
    for text in ("tablet", "", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "192.0.2.0/24"):
        assert key_of(text) is None
