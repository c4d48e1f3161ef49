"""A phone comes to other addresses and stays the same device; another phone at its old address is another one."""

import contextlib
import re
import shutil
import socket
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.network import GATEWAY, GATEWAY_6, PHONE, PHONE_2, PHONE_6, RESOLVER, WEB, Topology
from tests.fakes.upstream import running_upstream
from tests.live.house import BLOCKED, House, eventually, living

ANNA, BEN = "00:9e:c8:00:00:0a", "02:9e:c8:00:00:0b"  # one of Xiaomi's, and one made up by a phone
FORGED = 250  # the kernel keeps at most 1024 of all machines together, and other tests have some
NEW, PRIVACY_6 = "192.168.77.50", "fd77::1c2d:3e4f:5a6b:7c8d"
GAME, NEWS = "game.example.org", "news.example.org"

pytestmark = pytest.mark.skipif(not shutil.which("dig"), reason="dig (bind9-dnsutils) is not installed")


@dataclass(frozen=True)
class Home:
    """A phone whose MAC and addresses may change, and a box."""

    topology: Topology
    house: House

    def phone_is(self, mac: str, *addresses: str) -> None:
        """Another phone, or the same one with other addresses, has joined the network."""
        run = self.topology.phone.run
        run("ip", "link", "set", "phone0", "down")
        run("ip", "address", "flush", "dev", "phone0")
        run("ip", "link", "set", "phone0", "address", mac, "up")
        for address in addresses:
            length = "64" if ":" in address else "24"
            run("ip", "address", "add", f"{address}/{length}", "dev", "phone0")
        run("ip", "neighbour", "flush", "dev", "phone0")

    def told(self, name: str, source: str) -> list[str]:
        """What the phone is told when it asks from this address of its own."""
        server = GATEWAY_6 if ":" in source else GATEWAY
        return self.topology.phone.run(
            "dig", "+tries=1", "+time=5", "+short", "-b", source, f"@{server}", name
        ).stdout.split()

    def devices(self) -> dict[str, dict[str, Any]]:
        """Key → row of all devices but the box itself, which was asked whether it answers."""
        return {row["key"]: row for row in self.house.rows("devices") if row["key"] != "127.0.0.1"}

    def names(self) -> dict[str, str]:
        """Key → name."""
        return {key: row["name"] for key, row in self.devices().items()}

    def who_asked(self, name: str) -> set[str]:
        """The devices of the log's rows of this name."""
        return {row["device"] for row in self.house.log("--name", name)}


@pytest.fixture
def home(topology: Topology) -> Iterator[Home]:
    """With a rule for the group kids."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hg-"))
        with topology.world.entered():
            records = [f"{name} 60 IN A {WEB}" for name in (GAME, NEWS)]
            upstream = stack.enter_context(running_upstream(*records, host=RESOLVER, port=53))
        house = House(
            Path(folder) / "box", upstream.url, listen=("0.0.0.0:53", "[::]:53"), machine=topology.gateway
        )
        stack.enter_context(living(house))
        house.one("groups", "add", "kids")
        house.one("rules", "add", f"||{GAME}^", "--group", "kids")
        yield Home(topology, house)


def test_a_phone_is_the_same_at_each_of_its_addresses_and_another_at_its_old_one_is_not(home: Home) -> None:
    home.phone_is(ANNA, PHONE, PHONE_6)
    assert home.told(GAME, PHONE) == [WEB]
    eventually(lambda: home.who_asked(GAME) == {ANNA})
    # Named by its address, known by its MAC: what counts for one address counts for the other at once.
    home.house.one("devices", "set", PHONE, "--name", "Anna", "--group", "kids")
    eventually(lambda: home.names() == {ANNA: "Anna"})
    eventually(lambda: home.told(GAME, PHONE) == [BLOCKED])
    eventually(lambda: home.told(GAME, PHONE_6) == [BLOCKED])

    # Another lease, and an IPv6 address that its system made up today.
    home.phone_is(ANNA, NEW, PRIVACY_6)
    for source in (NEW, PRIVACY_6):
        eventually(lambda source=source: home.told(GAME, source) == [BLOCKED])  # type: ignore[misc] # bound at once
        home.told(f"from-{source.replace(':', '-')}.{GAME}", source)
    for source in (NEW, PRIVACY_6):
        eventually(lambda source=source: home.who_asked(f"from-{source.replace(':', '-')}*") == {ANNA})  # type: ignore[misc] # as above
    (anna,) = home.devices().values()
    assert (anna["key"], anna["name"], anna["group"]) == (ANNA, "Anna", "kids")
    assert {PHONE, PHONE_6, NEW, PRIVACY_6} <= set(anna["addresses"])
    assert anna["maker"] == "Xiaomi Communications Co Ltd"
    assert home.who_asked(GAME) == {ANNA}
    asked = {row["name"] for row in home.house.log("--device", PRIVACY_6)}
    assert {GAME, *(row["name"] for row in home.house.log("--device", "Anna"))} == asked

    # The first address is somebody else's now.
    home.phone_is(BEN, PHONE)
    eventually(lambda: home.told(GAME, PHONE) == [WEB])
    assert home.told(NEWS, PHONE) == [WEB]
    eventually(lambda: home.who_asked(NEWS) == {BEN})
    devices = home.devices()
    assert devices.keys() == {ANNA, BEN}
    assert (devices[BEN]["name"], devices[BEN]["randomised"]) == ("", True)
    assert PHONE not in devices[ANNA]["addresses"]
    # And Anna's phone has come back with the address that it has by now.
    home.phone_is(ANNA, NEW)
    eventually(lambda: home.told(GAME, NEW) == [BLOCKED])


def test_what_is_known_outlasts_the_keeper(home: Home) -> None:
    home.phone_is(ANNA, PHONE, PHONE_6)
    home.told(NEWS, PHONE)
    home.told(NEWS, PHONE_6)
    eventually(lambda: home.who_asked(NEWS) == {ANNA})
    home.house.one("devices", "set", PHONE, "--name", "Anna", "--group", "kids")
    eventually(lambda: home.told(GAME, PHONE_6) == [BLOCKED])
    home.house.stop()
    home.phone_is(ANNA, PHONE_2)
    home.topology.gateway.run("ip", "neighbour", "flush", "dev", "lan0")
    home.house.start()
    home.house.pid_of("keeper")  # waits until it is up
    generation = home.house.status()["keeper"]["generation"]
    eventually(lambda: home.told(GAME, PHONE_2) == [BLOCKED])
    assert home.house.status()["keeper"]["generation"] == generation + 1
    (anna,) = home.devices().values()
    assert {PHONE, PHONE_2, PHONE_6} <= set(anna["addresses"])


def test_those_whom_a_repeater_hides_are_devices_of_their_own(home: Home) -> None:
    guests = [f"192.168.77.{number}" for number in range(60, 66)]
    home.phone_is(ANNA, *guests)
    for guest in guests:
        home.told(f"of-{guest.replace('.', '-')}.example.org", guest)
    eventually(lambda: set(home.names()) >= set(guests[-1:]))
    for guest in guests:
        home.told(NEWS, guest)
    eventually(lambda: home.who_asked(NEWS) == set(guests))


def test_forged_neighbours_change_nothing_for_those_that_are_known(home: Home) -> None:
    home.phone_is(ANNA, PHONE)
    home.told(NEWS, PHONE)
    eventually(lambda: home.who_asked(NEWS) == {ANNA})
    home.house.one("devices", "set", PHONE, "--name", "Anna", "--group", "kids")
    # Known by its MAC, though it was named by its address: nothing is left that the keeper would publish.
    eventually(lambda: home.names() == {ANNA: "Anna"})
    assert home.told(GAME, PHONE) == [BLOCKED]
    generation = home.house.status()["keeper"]["generation"]
    with home.topology.phone.entered(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind(("phone0", 0))
        for number in range(FORGED):
            wire.send(_who_has(GATEWAY, f"192.168.77.{number % 150 + 100}", number))
    eventually(lambda: FORGED - 1 in _forged(home))  # the kernel believes the last of them …
    assert home.told(GAME, PHONE) == [BLOCKED]
    assert home.told(NEWS, PHONE) == [WEB]
    assert home.names() == {ANNA: "Anna"}  # … and whoever has asked for nothing is no device here
    assert home.house.status()["keeper"]["generation"] == generation


def _forged(home: Home) -> set[int]:
    """The numbers of the forged MACs in the gateway's table."""
    table = home.topology.gateway.run("ip", "neighbour", "show", "dev", "lan0").stdout
    return {int(found, 16) for found in re.findall(r"lladdr 02:00:00:00:00:(\w\w)", table)} - {0}


def _who_has(asked: str, sender: str, number: int) -> bytes:
    """An ARP request (RFC 826) of a machine that does not exist."""
    mac = bytes.fromhex("0200000000") + bytes([number])
    head = b"\xff" * 6 + mac + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1)
    return head + mac + socket.inet_aton(sender) + bytes(6) + socket.inet_aton(asked)
