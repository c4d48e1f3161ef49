from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import hosts
from api.hosts import Hosts, place_of, without_port
from gateway.settings import Panel

OWN = [ip_address("192.168.1.2"), ip_address("2001:db8::2")]


def made(panel: Panel | None = None) -> Hosts:
    chosen = panel or Panel(hosts=("Box.Example.org",), allow=("203.0.113.0/24",))
    return Hosts(chosen, hostname="Pantry.lan", addresses=lambda: OWN, clock=lambda: 0.0)


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost", True),
        ("localhost.:80", True),
        ("hushgate.home.arpa:8080", True),
        ("pantry.lan", True),
        ("PANTRY", True),
        ("pantry.local", True),
        ("box.example.org:443", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]:8080", True),
        ("192.168.1.2:8080", True),
        ("[2001:db8::2]", True),
        ("10.9.9.9", True),  # the connection came there
        ("[::ffff:192.168.1.2]", True),
        ("192.168.1.3", False),
        ("evil.example", False),
        ("evil.localhost", False),
        ("localhost@evil.example", False),
        ("pantry.lan.evil.example", False),
        ("", False),
        (":80", False),
        ("localhost:", True),
        ("localhost:80:80", False),
        ("localhost:x", False),
        ("[::1", False),
        ("[::1]x", False),
        ("0x7f.1", False),
        ("2130706433", False),
        ("x" * 300, False),
    ],
)
def test_only_the_boxs_own_names_are_ours(host: str, ours: bool) -> None:
    assert made().is_ours(host, "10.9.9.9") is ours


@pytest.mark.parametrize(
    ("peer", "may"),
    [
        ("192.168.1.9", True),
        ("10.0.0.1", True),
        ("100.64.3.4", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("::ffff:192.168.1.9", True),
        ("203.0.113.7", True),
        ("198.51.100.7", False),
        ("::ffff:198.51.100.7", False),
        ("2001:db8::2", True),  # the box itself
        ("2001:db8::3", False),
        ("", True),  # a Unix socket
    ],
)
def test_only_the_house_and_who_is_allowed_may_ask(peer: str, may: bool) -> None:
    assert made().may_ask(peer) is may


def test_addresses_are_looked_up_again_after_a_while() -> None:
    now, own = 0.0, [ip_address("192.168.1.2")]
    asked = Hosts(Panel(), hostname="x", addresses=lambda: list(own), clock=lambda: now)
    assert asked.is_ours("192.168.1.2", "")
    own[0] = ip_address("192.168.1.5")
    assert not asked.is_ours("192.168.1.5", "")
    now += hosts.LOOK_EVERY
    assert asked.is_ours("192.168.1.5", "")
    assert not asked.is_ours("192.168.1.2", "")


@given(st.text(max_size=60))
def test_any_text_is_taken_for_a_host_or_for_none(text: str) -> None:
    found = without_port(text)
    assert found is None or found in text
    assert made().is_ours(text, "") in (True, False)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::1"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_a_machine_with_many_addresses_is_one_place(address: str, place: str) -> None:
    assert place_of(address) == place
