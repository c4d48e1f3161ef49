"""Against the kernel's own table, with pyroute2 for a second opinion."""

import errno
import os
import socket
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroute2.netlink.rtnl.marshal import MarshalRtnl
from pyroute2.netlink.rtnl.ndmsg import ndmsg

from gateway.devices import neighbours
from gateway.devices.neighbours import Neighbour, NeighbourTable, decode
from tests.fakes.network import Topology

MAC = "00:9e:c8:00:00:07"


def entry(
    address: str = "192.0.2.7",
    mac: str | None = MAC,
    *,
    state: int = 2,
    flags: int = 0,
    kind: int = 1,
    event: int = 28,
    family: int | None = None,
    ages: tuple[int, int] | None = (300, 200),
) -> bytes:
    """As the kernel sends it, made by pyroute2."""
    made = ndmsg()
    version = ip_address(address).version
    made["family"] = family or (socket.AF_INET if version == 4 else socket.AF_INET6)
    made["state"], made["flags"], made["ndm_type"], made["ifindex"] = state, flags, kind, 2
    made["attrs"] = [("NDA_DST", address)]
    if mac is not None:
        made["attrs"].append(("NDA_LLADDR", mac))
    if ages is not None:
        confirmed, updated = ages
        seen = {"ndm_confirmed": confirmed, "ndm_used": 0, "ndm_updated": updated, "ndm_refcnt": 1}
        made["attrs"].append(("NDA_CACHEINFO", seen))
    made["header"]["type"] = event
    made.encode()
    return bytes(made.data)


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7", "fe80::29e:c8ff:fe00:7"])
def test_an_entry_names_address_mac_and_age(address: str) -> None:
    assert list(decode(entry(address))) == [Neighbour(address, MAC, 2.0)]
    assert list(decode(entry(address, ages=None))) == [Neighbour(address, MAC, 0.0)]


@pytest.mark.parametrize("state", [0x02, 0x04, 0x08, 0x10, 0x80])
def test_whoever_answers_or_did_is_a_neighbour(state: int) -> None:
    assert len(list(decode(entry(state=state)))) == 1


@pytest.mark.parametrize(
    "packet",
    [
        entry(state=0x01, mac=None),  # incomplete
        entry(state=0x20),  # failed
        entry(state=0x40),  # noarp
        entry(mac="00:00:00:00:00:00"),
        entry(mac="33:33:00:00:00:16"),
        entry(mac="ff:ff:ff:ff:ff:ff"),
        entry(flags=0x08),  # the box answers for it
        entry(kind=5),  # multicast
        entry(event=29),  # gone: its history stays
        entry(family=7),  # a bridge's table
        b"",
    ],
)
def test_what_is_no_device_is_passed_over(packet: bytes) -> None:
    assert list(decode(packet)) == []
    assert list(decode(packet + entry())) == [Neighbour("192.0.2.7", MAC, 2.0)]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_to_their_end(rubbish: bytes) -> None:
    list(decode(rubbish))
    assert next(decode(entry() + rubbish)) == Neighbour("192.0.2.7", MAC, 2.0)


@given(st.integers(0, 200), st.data())
def test_what_is_cut_off_ends_it(cut: int, data: st.DataObject) -> None:
    packet = entry() + entry("2001:db8::7")
    at = data.draw(st.integers(0, len(packet) - 1))
    changed = packet[:at] + bytes([data.draw(st.integers(0, 255))]) + packet[at + 1 :]
    for found in decode(changed[:cut]):
        assert ip_address(found.address)


def test_the_kernels_table_is_read_as_pyroute2_reads_it(topology: Topology) -> None:
    with topology.gateway.entered():
        table = NeighbourTable()
    try:
        batch = [f"neigh add 192.168.77.{n} lladdr 02:00:00:00:00:{n:02x} dev lan0" for n in range(100, 200)]
        batch += [f"neigh add fd77::{n:x} lladdr 02:00:00:00:00:{n:02x} dev lan0" for n in range(100, 200)]
        for line in batch[::20]:
            topology.gateway.run("ip", *line.split())
        told = _all(table)
        assert {(one.address, one.mac) for one in told} >= {
            (line.split()[2], line.split()[4]) for line in batch[::20]
        }  # each as it came, without being asked for
        table.ask()
        with topology.gateway.entered(), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW) as other:
            request = ndmsg()
            request["header"]["type"], request["header"]["flags"] = 30, 0x301
            request.encode()
            other.sendto(bytes(request.data), (0, 0))
            messages = list(MarshalRtnl().parse(other.recv(1 << 16)))
        theirs = {
            (message.get_attr("NDA_DST"), message.get_attr("NDA_LLADDR"))
            for message in messages
            if message.get("event") == "RTM_NEWNEIGH" and message["state"] == 0x80
        }
        ours = {(one.address, one.mac) for one in _all(table)}
        assert theirs <= ours
        assert len(theirs) == len(batch[::20])
        assert not table.lost
    finally:
        table.close()
        table.close()


def _all(table: NeighbourTable) -> list[Neighbour]:
    found: list[Neighbour] = []
    while part := table.read():
        found += part
    return found


def test_a_flood_is_read_in_parts_and_what_is_lost_is_noticed(
    topology: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "AT_ONCE", 8)
    with topology.gateway.entered():
        table = NeighbourTable()
    try:
        table._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # the kernel's least: 2 kB
        lines = "\n".join(
            f"neigh add 192.168.77.{n} lladdr 02:00:00:00:00:{n:02x} dev lan0" for n in range(100, 200)
        )
        topology.gateway.run("sh", "-c", f"echo '{lines}' | ip -batch -")
        assert len(table.read()) <= 8
        assert table.lost
        table.ask()
        assert not table.lost
    finally:
        table.close()


def test_without_netlink_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> socket.socket:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

    monkeypatch.setattr(socket, "socket", refused)
    with pytest.raises(OSError, match="family"):
        NeighbourTable()
