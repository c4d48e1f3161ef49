"""A box between phones and the world: it passes their packets on, and no name is asked anywhere but here."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.network import (
    GATEWAY,
    PHONE,
    PHONE_6,
    RESOLVER,
    RESOLVER_6,
    WAN,
    WEB,
    WEB_6,
    Namespace,
    Topology,
)
from tests.fakes.upstream import running_upstream
from tests.live.house import BLOCKED, TELEMETRY, House, eventually, living

pytestmark = pytest.mark.skipif(
    not (shutil.which("dig") and shutil.which("nft")), reason="dig or nft is not installed"
)
NEWS = "news.example.org"
PORT = 8081
SWITCH = "/proc/sys/net/ipv4/ip_forward"


class Router(House):
    """The gateway's box."""

    def __init__(self, data: Path, upstream: str, topology: Topology) -> None:
        super().__init__(
            data,
            upstream,
            listen=("0.0.0.0:53", "[::]:53"),
            machine=topology.gateway,
            environment={
                "HUSHGATE_FIREWALL__MODE": "router",
                "HUSHGATE_FIREWALL__LAN": "lan0",
                "HUSHGATE_FIREWALL__WAN": "wan0",
            },
        )

    def guarded(self) -> bool:
        """Is the table in force?"""
        return self.status().get("firewall", {}).get("fault") == ""


@pytest.fixture
def router(data_dir: Path, topology: Topology) -> Iterator[Router]:
    topology.gateway.run("sysctl", "-qw", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0")
    # Nobody out there knows the way to the phones: what comes back, comes back to the box.
    topology.world.run("ip", "route", "del", "192.168.77.0/24")
    with (
        topology.gateway.entered(),
        running_upstream(f"{NEWS} 60 IN A {WEB}", f"{TELEMETRY} 60 IN A {WEB}") as fake,
    ):
        house = Router(data_dir / "box", fake.url, topology)
        with living(house):
            eventually(house.guarded)
            yield house


def _dig(topology: Topology, *words: str) -> list[str]:
    return topology.phone.run("dig", "+tries=1", "+time=3", "+short", *words).stdout.split()


def test_whomever_a_phone_asks_it_is_this_box_that_answers(router: Router, topology: Topology) -> None:
    for resolver in (RESOLVER, RESOLVER_6, "203.0.113.99", GATEWAY):
        for way in ("+notcp", "+tcp"):
            assert _dig(topology, way, f"@{resolver}", TELEMETRY) == [BLOCKED]
            assert _dig(topology, way, f"@{resolver}", NEWS) == [WEB]
    eventually(lambda: len(router.log("--name", TELEMETRY)) > 0)
    assert router.status()["firewall"]["counts"]["dns_brought_home"] >= 12


def test_encrypted_questions_are_refused_at_once(router: Router, topology: Topology) -> None:
    for resolver in (RESOLVER, RESOLVER_6):
        done = topology.phone.run("bash", "-c", f"exec 3<>/dev/tcp/{resolver}/853", check=False, timeout=5)
        assert "Connection refused" in done.stderr
    assert router.status()["firewall"]["counts"]["encrypted_dns_refused"] == 2


def _met(server: Namespace, address: str, client: Namespace, patience: float = 10) -> str:
    """Whom the server at `address` sees when the client connects and says something. Raises TimeoutError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with server.entered():
        listener = socket.create_server((address, PORT), family=family)
    with listener:
        listener.settimeout(10)
        with client.entered():
            caller = socket.create_connection((address, PORT), timeout=patience)
        with caller, listener.accept()[0] as taken:
            caller.sendall(b"hello")
            assert taken.recv(5) == b"hello"
            return str(taken.getpeername()[0])


def test_packets_go_out_and_their_answers_come_back(router: Router, topology: Topology) -> None:
    del router
    assert _met(topology.world, WEB, topology.phone) == WAN  # the phone's own address stays in the house
    assert _met(topology.world, WEB_6, topology.phone) == PHONE_6


def test_nobody_outside_begins_a_connection_to_a_phone(router: Router, topology: Topology) -> None:
    topology.world.run("ip", "route", "add", "192.168.77.0/24", "via", WAN)  # somebody who has found the way
    for address in (PHONE, PHONE_6):
        with pytest.raises(TimeoutError):
            _met(topology.phone, address, topology.world, patience=1)
    router.stop()
    topology.gateway.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
    assert _met(topology.phone, PHONE, topology.world)  # it was the table that kept them out


def test_what_the_box_has_turned_it_turns_back_when_it_stops(router: Router, topology: Topology) -> None:
    assert "table inet hushgate" in topology.gateway.run("nft", "list", "tables").stdout
    assert topology.gateway.run("cat", SWITCH).stdout == "1\n"
    router.stop()
    assert topology.gateway.run("nft", "list", "tables").stdout == ""
    assert topology.gateway.run("cat", SWITCH).stdout == "0\n"


def test_a_guard_that_was_killed_leaves_no_gap(router: Router, topology: Topology) -> None:
    old = router.pid_of("firewall")
    os.kill(old, signal.SIGKILL)
    assert _dig(topology, f"@{RESOLVER}", TELEMETRY) == [BLOCKED]  # the table needs nobody
    eventually(lambda: router.pid_of("firewall") != old and router.guarded())
    assert _dig(topology, f"@{RESOLVER}", TELEMETRY) == [BLOCKED]
    router.stop()
    assert topology.gateway.run("cat", SWITCH).stdout == "0\n"  # the next one knew how it had been


def test_a_table_that_somebody_has_flushed_comes_back(router: Router, topology: Topology) -> None:
    topology.gateway.run("nft", "flush", "ruleset")  # as a start of nftables.service does
    eventually(router.guarded)
    assert _dig(topology, f"@{RESOLVER}", TELEMETRY) == [BLOCKED]
