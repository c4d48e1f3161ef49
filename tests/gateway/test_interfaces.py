import ipaddress
import json
import shutil
import socket
import subprocess
import sys
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from gateway import interfaces
from gateway.interfaces import own_addresses, reachable
from tests.fakes import network

LO = socket.if_nametoindex("lo")
V4, V6 = IPv4Address("127.0.0.1"), IPv6Address("::1")

IF_INET6 = """\
00000000000000000000000000000001 01 80 10 80 lo
fe800000000000000011223344556677 02 40 20 80 eth0
fd770000000000000000000000000001 02 40 00 80 eth0
20010db8000000000000000000000001 02 40 00 80 eth0
20010db8000000000000000000000002 0a 40 00 80 eth8
20010db80000000000000000000000aa 02 40 00 01 eth0
20010db80000000000000000000000ab 02 40 00 20 eth0
20010db80000000000000000000000ac 02 40 00 40 eth0
20010db80000000000000000000000ad 02 40 00 88 eth0
"""


@pytest.fixture
def three_interfaces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """lo, eth0 and, without IPv4, eth8; whatever this machine has."""
    (tmp_path / "if_inet6").write_text(IF_INET6)
    monkeypatch.setattr(interfaces, "_IF_INET6", tmp_path / "if_inet6")
    names = {1: "lo", 2: "eth0", 10: "eth8"}
    monkeypatch.setattr(socket, "if_nameindex", lambda: list(names.items()))

    def name_of(index: int) -> str:
        if index not in names:
            raise OSError("no such interface")
        return names[index]

    monkeypatch.setattr(socket, "if_indextoname", name_of)
    v4 = {"lo": V4, "eth0": IPv4Address("192.168.77.1")}
    monkeypatch.setattr(interfaces, "_ipv4_of", v4.get)


@pytest.mark.parametrize(
    ("asked", "interface", "found"),
    [
        ("192.168.77.1", 2, ("192.168.77.1", "fd77::1")),
        ("192.168.77.9", 2, ("192.168.77.9", "fd77::1")),  # a second address of the interface
        ("192.168.77.1", 0, ("192.168.77.1", "fd77::1")),  # the interface is the one that has it
        ("198.51.100.1", 0, ("198.51.100.1", None)),
        ("198.51.100.1", 99, ("198.51.100.1", None)),
        ("fd77::1", 2, ("192.168.77.1", "fd77::1")),
        ("2001:db8::1", 2, ("192.168.77.1", "2001:db8::1")),
        ("2001:db8::1", 0, ("192.168.77.1", "2001:db8::1")),
        ("2001:db8::2", 10, (None, "2001:db8::2")),
        ("2001:db8::3", 0, (None, "2001:db8::3")),
        ("2001:db8::3", 99, (None, "2001:db8::3")),
        ("127.0.0.1", 1, ("127.0.0.1", "::1")),
    ],
)
@pytest.mark.usefixtures("three_interfaces")
def test_box_has_the_address_that_was_asked_and_one_of_the_other_family(
    asked: str, interface: int, found: tuple[str | None, str | None]
) -> None:
    v4, v6 = own_addresses(ipaddress.ip_address(asked).packed, interface)
    assert (v4 and str(v4), v6 and str(v6)) == found


@pytest.mark.usefixtures("three_interfaces")
def test_link_local_address_is_never_told() -> None:
    asked = IPv6Address("fe80::11:2233:4455:6677").packed
    assert own_addresses(asked, 2) == (IPv4Address("192.168.77.1"), IPv6Address("fd77::1"))
    assert own_addresses(asked, 99) == (None, None)
    assert own_addresses(asked) == (None, None)


@pytest.mark.usefixtures("three_interfaces")
def test_reachable_addresses_are_those_that_others_can_use_ipv4_first() -> None:
    passing = [
        "2001:db8::aa",
        "2001:db8::ab",
        "2001:db8::ac",
        "2001:db8::ad",
    ]  # private, old, too new, doubled
    assert list(map(str, reachable())) == [
        *("192.168.77.1", "fd77::1", "2001:db8::1"), *passing, "2001:db8::2",
    ]  # fmt: skip
    lasting = reachable(lasting=True)
    assert list(map(str, lasting)) == ["192.168.77.1", "fd77::1", "2001:db8::1", "2001:db8::2"]


def test_kernel_without_ipv6_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(interfaces, "_IF_INET6", tmp_path / "gone")
    assert own_addresses(V4.packed, LO) == (V4, None)


def test_loopback_of_this_machine_is_found() -> None:
    assert own_addresses(V4.packed, LO)[0] == V4
    assert own_addresses(V6.packed, LO) == (V4, V6)
    assert not any(address.is_loopback or address.is_link_local for address in reachable())


def test_addresses_of_a_gateway_are_what_its_kernel_has(topology: network.Topology) -> None:
    if not shutil.which("ip"):
        pytest.skip("needs iproute2")
    script = "from gateway.interfaces import reachable; print(*reachable())"
    done = subprocess.run(
        topology.gateway.command(sys.executable, "-c", script),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert set(done.stdout.split()) == {network.GATEWAY, network.GATEWAY_6, network.WAN, network.WAN_6}
    shown = json.loads(topology.gateway.run("ip", "-json", "address").stdout)
    known = {each["local"] for link in shown for each in link["addr_info"]}
    assert set(done.stdout.split()) <= known
