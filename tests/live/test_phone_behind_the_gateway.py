"""A phone asks through the gateway: what it is told, what it can load, and what the log says of it."""

import contextlib
import json
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import network
from tests.fakes.network import GATEWAY, GATEWAY_6, PHONE, PHONE_2, PHONE_6, RESOLVER, WEB, WEB_6, Topology
from tests.fakes.upstream import FakeUpstream, running_upstream
from tests.live import chromium
from tests.live.house import BLOCKED, TELEMETRY, House, eventually, hushgate, living
from tests.live.pages import PICTURE, Web, serving

GATEWAY_TOO, GATEWAY_TOO_6 = "192.168.77.9", "fd77::9"
PAGE, IMAGES = "www.example.org", "images.example.org"
CONTENT = f"""<!doctype html><title>A page</title><h1>Loaded</h1>
<img src="http://{IMAGES}/seen.gif" onload="document.body.dataset.image='shown'">
<img src="http://{TELEMETRY}/beacon.gif" onload="document.body.dataset.beacon='sent'"
     onerror="document.body.dataset.beacon='stopped'">
""".encode()
PAGES = {
    (PAGE, "/"): ("text/html", CONTENT),
    (IMAGES, "/seen.gif"): ("image/gif", PICTURE),
    (TELEMETRY, "/beacon.gif"): ("image/gif", PICTURE),
}
# Each in the catalogue, and each asked by one test only.
TELEMETRY_HOSTS = ("data.mistat.xiaomi.com", "sdkconfig.ad.xiaomi.com", "ulogs.umeng.com")
SECONDS_TO_THE_LOG = 2.0

pytestmark = pytest.mark.skipif(not shutil.which("dig"), reason="dig (bind9-dnsutils) is not installed")


@dataclass(frozen=True)
class Home:
    """Phone, gateway and world, with a box on the gateway."""

    topology: Topology
    house: House
    upstream: FakeUpstream
    web: Web

    def dig(self, *words: str) -> str:
        """What dig says on the phone."""
        return self.topology.phone.run("dig", "+tries=1", "+time=5", *words).stdout

    def short(self, *words: str) -> list[str]:
        """The records' data alone."""
        return self.dig("+short", *words).split()

    def mac(self) -> str:
        """The phone's."""
        return self.topology.phone.run("cat", "/sys/class/net/phone0/address").stdout.strip()

    def logged(self, name: str, device: str) -> dict[str, Any]:
        """The newest row of this name and device, as soon as it is there."""
        return eventually(lambda: self.house.log("--name", name, "--device", device))[-1]


@pytest.fixture(scope="module")
def home(_namespaces_can_be_made: str) -> Iterator[Home]:
    """One for all: no test changes anything of it."""
    if _namespaces_can_be_made:
        pytest.skip(_namespaces_can_be_made)
    hosts = (PAGE, IMAGES, TELEMETRY, *TELEMETRY_HOSTS)
    records = [f"{name} 60 IN {kind} {at}" for name in hosts for kind, at in (("A", WEB), ("AAAA", WEB_6))]
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hg-"))
        topology = network.build()
        stack.callback(topology.close)
        for address in (f"{GATEWAY_TOO}/24", f"{GATEWAY_TOO_6}/64"):
            topology.gateway.run("ip", "address", "add", address, "dev", "lan0")
        with topology.world.entered():
            upstream = stack.enter_context(running_upstream(*records, host=RESOLVER, port=53))
            web = stack.enter_context(serving(PAGES, WEB, WEB_6))
        house = House(
            Path(folder) / "box", upstream.url, listen=("0.0.0.0:53", "[::]:53"), machine=topology.gateway
        )
        stack.enter_context(living(house))
        yield Home(topology, house, upstream, web)


@pytest.mark.parametrize(("server", "device"), [(GATEWAY, PHONE), (GATEWAY_6, PHONE_6)], ids=["v4", "v6"])
def test_telemetry_is_blocked_and_the_rest_is_answered(home: Home, server: str, device: str) -> None:
    assert home.short(f"@{server}", TELEMETRY, "A") == [BLOCKED]
    assert home.short(f"@{server}", TELEMETRY, "AAAA") == ["::"]
    assert home.short(f"@{server}", PAGE, "A") == [WEB]
    assert home.short(f"@{server}", PAGE, "AAAA") == [WEB_6]
    row = home.logged(TELEMETRY, device)
    assert (row["action"], row["company"], row["purpose"]) == ("blocked", "Xiaomi", "analytics")
    assert row["rule"]["layer"] == "catalogue"
    assert home.logged(PAGE, device)["action"] == "allowed"
    assert TELEMETRY not in home.upstream.names()


def test_a_blocked_answer_says_so_and_why(home: Home) -> None:
    said = home.dig(f"@{GATEWAY}", TELEMETRY)
    assert "EDE: 15 (Blocked)" in said
    assert "xiaomi" in said.lower().split("ede: 15")[1].splitlines()[0]


@pytest.mark.skipif(not shutil.which("kdig"), reason="kdig (knot-dnsutils) is not installed")
@pytest.mark.parametrize("server", [GATEWAY, GATEWAY_6], ids=["v4", "v6"])
def test_the_same_is_told_over_tcp(home: Home, server: str) -> None:
    kdig = ("kdig", "+tcp", "+short", f"@{server}")
    assert home.topology.phone.run(*kdig, TELEMETRY).stdout.split() == [BLOCKED]
    assert home.topology.phone.run(*kdig, PAGE).stdout.split() == [WEB]
    # Two queries on one connection (RFC 7766 §6.2.1).
    kept = home.topology.phone.run(*kdig, "+keepopen", TELEMETRY, PAGE).stdout.split()
    assert kept == [BLOCKED, WEB]


def test_a_phone_is_one_device_at_all_of_its_addresses(home: Home) -> None:
    name = TELEMETRY_HOSTS[0]
    for server, address in ((GATEWAY, PHONE), (GATEWAY, PHONE_2), (GATEWAY_6, PHONE_6)):
        home.dig("-b", address, f"@{server}", name)
        assert home.logged(name, address)["device"] == home.mac()
    eventually(lambda: sum(row["count"] for row in home.house.log("--name", name)) == 3)
    assert {row["device"] for row in home.house.log("--name", name)} == {home.mac()}


@pytest.mark.parametrize("server", [GATEWAY, GATEWAY_TOO, GATEWAY_6, GATEWAY_TOO_6])
def test_an_answer_leaves_from_the_address_that_was_asked(home: Home, server: str) -> None:
    # dig takes answers from nobody else, and says "reply from unexpected source" instead.
    assert home.short(f"@{server}", TELEMETRY) == [BLOCKED]  # said at once
    never_seen = f"from-{server.replace(':', '-')}.example.org"
    assert "status: NXDOMAIN" in home.dig(f"@{server}", never_seen)  # said when the upstream has spoken
    assert never_seen in home.upstream.names()


@pytest.mark.parametrize("server", [GATEWAY, GATEWAY_TOO, GATEWAY_6, GATEWAY_TOO_6])
def test_the_box_tells_its_own_addresses(home: Home, server: str) -> None:
    v4 = home.short(f"@{server}", "hushgate.home.arpa", "A")
    v6 = home.short(f"@{server}", "hushgate.home.arpa", "AAAA")
    # Of the family that was asked the very address, of the other one any that the phone can reach.
    assert [server] in (v4, v6)
    assert v4[0] in (GATEWAY, GATEWAY_TOO)
    assert v6[0] in (GATEWAY_6, GATEWAY_TOO_6)


def test_an_attempt_is_in_the_log_within_two_seconds(home: Home) -> None:
    call = [*hushgate(), "log", "--follow", "--json", "--device", home.mac()]
    seen: dict[str, float] = {}
    asked: dict[str, float] = {}

    def read(lines: Iterable[str]) -> None:
        for line in lines:
            seen.setdefault(json.loads(line)["name"], time.monotonic())

    with subprocess.Popen(call, env=home.house.environment, stdout=subprocess.PIPE, text=True) as follow:
        assert follow.stdout is not None
        reader = threading.Thread(target=read, args=(follow.stdout,), name="reader of the log", daemon=True)
        reader.start()
        try:
            home.dig("-b", PHONE_2, f"@{GATEWAY}", "first.example.org")
            eventually(lambda: "first.example.org" in seen)  # from now on it follows
            for number in range(5):
                name = f"{number}.{TELEMETRY_HOSTS[1]}"
                asked[name] = time.monotonic()
                home.dig("-b", PHONE_2, f"@{GATEWAY}", name)
            eventually(lambda: asked.keys() <= seen.keys())
        finally:
            follow.terminate()
            reader.join(10)
    # The median: a busy machine may hold up one or the other.
    assert statistics.median(seen[name] - asked[name] for name in asked) <= SECONDS_TO_THE_LOG


@pytest.mark.skipif(bool(chromium.why_not()), reason=chromium.why_not())
def test_a_page_loads_in_a_real_browser_and_its_beacon_does_not(home: Home, tmp_path: Path) -> None:
    loaded = chromium.document(home.topology.phone, f"http://{PAGE}/", tmp_path / "profile")
    assert "<h1>Loaded</h1>" in loaded
    assert 'data-image="shown"' in loaded
    assert 'data-beacon="stopped"' in loaded
    assert home.web.hosts() == {PAGE, IMAGES}
    assert home.logged(TELEMETRY, PHONE)["action"] == "blocked"
    assert home.logged(IMAGES, PHONE)["action"] == "allowed"
