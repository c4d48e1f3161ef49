"""A phone asks the box how it is pointed at it, does as it is told, and is answered. Phone and box in namespaces."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.network import GATEWAY, GATEWAY_6, WAN, WAN_6, Topology
from tests.fakes.upstream import running_upstream
from tests.live.house import BLOCKED, TELEMETRY, House, living

LOOK = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())"

pytestmark = pytest.mark.skipif(not shutil.which("dig"), reason="dig (bind9-dnsutils) is not installed")


def told(topology: Topology, host: str) -> Any:
    url = f"http://{host}:8080/v1/pointing/public"
    return json.loads(topology.phone.run(sys.executable, "-c", LOOK, url).stdout)


def test_a_phone_is_told_the_address_by_which_it_has_found_the_box(
    data_dir: Path, topology: Topology
) -> None:
    with topology.gateway.entered(), running_upstream(f"{TELEMETRY} 60 IN A 203.0.113.9") as fake:
        house = House(
            data_dir / "box",
            fake.url,
            *("--panel", "0.0.0.0:8080"),
            listen=("0.0.0.0:53", "[::]:53"),
            machine=topology.gateway,
        )
        with living(house):
            asked = {host: told(topology, host) for host in (GATEWAY, f"[{GATEWAY_6}]", WAN)}
            first = asked[GATEWAY]["dns"][0]["address"]
            answer = topology.phone.run("dig", "+tries=1", "+short", f"@{first}", TELEMETRY)
            greeting = house.text()
    # Whichever family it came by, it is told the IPv4 address of the same interface.
    assert first == GATEWAY
    assert asked[f"[{GATEWAY_6}]"]["dns"][0] == {"address": GATEWAY, "port": 53, "family": 4}
    assert asked[WAN]["dns"][0]["address"] == WAN
    for found in asked.values():
        assert found["problems"] == []
        assert {one["address"] for one in found["dns"]} == {GATEWAY, GATEWAY_6, WAN, WAN_6}
    assert answer.stdout.split() == [BLOCKED]
    assert f"make {GATEWAY} its DNS server" in greeting
