"""The demo phone played over the API of a real box: seen while it plays, ended at once, and gone without a trace."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.data import Data
from gateway.demo.phone import BOX_NAME, LOOPBACK
from tests.fakes.live_box import LiveBox, started
from tests.fakes.upstream import FakeUpstream, running_upstream
from tests.live.house import TELEMETRY, eventually
from tests.live.panel import Answered, Panel, panel_of


@pytest.fixture(scope="module")
def world() -> Iterator[FakeUpstream]:
    """It knows two of the names."""
    with running_upstream(
        "www.wikipedia.org 300 IN A 203.0.113.9", "time.android.com 300 IN A 203.0.113.9"
    ) as made:
        yield made


@pytest.fixture(scope="module")
def live(world: FakeUpstream) -> Iterator[LiveBox]:
    with started(world.url, panel=True) as made:
        yield made


class Asking:
    """The panel, asked by somebody who may set devices and read."""

    def __init__(self, live: LiveBox) -> None:
        self._panel: Panel = panel_of(live)
        words = ("token", "create", "--scope", "read", "--scope", "devices", "--name", f"demo {time.time()}")
        self._token = live.command(*words).stdout.strip()

    def call(self, method: str, path: str, body: Any = None) -> Answered:
        return self._panel.call(method, path, body, token=self._token, timeout=30)

    def demo(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", "/v1/demo").json()
        return found

    def rows(self) -> list[dict[str, Any]]:
        """What the log has of the demo phone."""
        found: list[dict[str, Any]] = self.call("GET", f"/v1/log?device={LOOPBACK}&limit=1000").json()[
            "items"
        ]
        return found

    def is_named(self) -> bool:
        return any(one["key"] == LOOPBACK for one in self.call("GET", "/v1/devices").json()["items"])


@pytest.fixture
def asking(live: LiveBox) -> Asking:
    return Asking(live)


def test_it_plays_is_seen_while_it_plays_and_is_wiped(live: LiveBox, asking: Asking) -> None:
    live.box.address(TELEMETRY)  # by somebody else, whose row stays
    assert asking.demo() == {
        "running": False, "device": "", "device_name": "", "scene": "", "asked": 0, "blocked": 0,
        "started": 0, "until": 0, "error": "",
    }  # fmt: skip
    begun = asking.call("POST", "/v1/demo", {"seconds": 1})
    assert begun.status == 202
    assert (begun.json()["running"], begun.json()["device"]) == (True, LOOPBACK)
    assert asking.call("POST", "/v1/demo", {"seconds": 1}).status == 409
    seen = eventually(lambda: [now for now in [asking.demo()] if now["asked"] > 10])[0]
    assert seen["blocked"] > 0
    assert seen["device_name"] == "Redmi Note (demo)"
    played = eventually(lambda: [now for now in [asking.demo()] if not now["running"]])[0]
    assert (played["error"], played["scene"], played["asked"]) == ("", "", 36)
    # As soon as it says that it has played, the log holds all of it.
    rows = {row["name"]: row for row in asking.rows() if row["type"] == "A"}
    assert rows["tracking.intl.miui.com"]["action"] == "blocked"
    assert rows["tracking.intl.miui.com"]["company"]
    assert rows["www.wikipedia.org"]["action"] == "allowed"
    assert "find.api.micloud.xiaomi.net" in rows
    assert BOX_NAME in rows
    (device,) = [one for one in asking.call("GET", "/v1/devices").json()["items"] if one["key"] == LOOPBACK]
    assert (device["kind"], device["name"]) == ("demo", "Redmi Note (demo)")

    gone = asking.call("DELETE", "/v1/demo")
    assert gone.status == 200, gone.body
    assert gone.json()["devices"] == 1
    assert gone.json()["wiped_rows"] >= len(rows)
    assert gone.json()["warnings"] == []
    assert not asking.rows()
    assert not asking.is_named()
    assert asking.demo()["device"] == ""
    assert live.json("log", "--name", TELEMETRY)
    audited = {entry["action"]: entry for entry in live.json("audit")}
    assert {"the demo phone was started", "the demo phone came", "the demo phone was wiped"} <= set(audited)
    assert audited["the demo phone came"]["who"].startswith("token demo")


def test_it_is_ended_and_wiped_while_it_plays_and_nothing_comes_after(live: LiveBox, asking: Asking) -> None:
    assert asking.call("POST", "/v1/demo", {"seconds": 600}).status == 202
    eventually(lambda: asking.demo()["asked"] > 0)
    asking.call("PUT", f"/v1/pauses/device/{LOOPBACK}", {"for": 600})
    begin = time.monotonic()
    gone = asking.call("DELETE", "/v1/demo")
    assert gone.status == 200, gone.body
    assert gone.json()["warnings"] == []
    assert time.monotonic() - begin < 10
    assert not asking.demo()["running"]
    # Whatever the workers had still to tell has been told: one more row of somebody else comes behind it.
    live.box.address("after.example")
    eventually(lambda: live.json("log", "--name", "after.example"))
    assert not asking.rows()
    assert not asking.is_named()
    assert asking.call("GET", "/v1/pauses").json()["items"] == []
    # And again, for nothing.
    assert asking.call("DELETE", "/v1/demo").json()["wiped_rows"] == 0


def test_the_panel_ends_though_the_phone_plays(world: FakeUpstream) -> None:
    with started(world.url, panel=True) as live:
        asking = Asking(live)
        assert asking.call("POST", "/v1/demo", {"seconds": 3600}).status == 202
        eventually(lambda: asking.demo()["asked"] > 0)
        begin = time.monotonic()
        live.box.process.terminate()
        assert live.box.process.wait(20) == 0
        assert time.monotonic() - begin < 10
        assert not live.faults()
        assert Data(live.data).root.exists()


def test_it_is_pointed_at_by_nobody_else(live: LiveBox, asking: Asking) -> None:
    """The box of this test listens on loopback alone, and says so to whoever asks."""
    told = asking.call("GET", "/v1/pointing").json()
    assert (told["dns"], told["panel"], told["page"], told["qr"]) == ([], [], "", "")
    assert len(told["problems"]) == 2
    assert all("127.0.0.1 alone" in problem for problem in told["problems"])
    everybody = panel_of(live).call("GET", "/v1/pointing/public")
    assert everybody.status == 200
    assert everybody.json() == {"dns": [], "problems": told["problems"][:1]}
