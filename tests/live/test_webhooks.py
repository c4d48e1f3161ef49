"""From a phone's question to a receiver of webhooks, through a box that is killed on the way."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.data import Data
from tests.fakes.receiver import receiving
from tests.fakes.upstream import FakeUpstream
from tests.live.house import BLOCKED, TELEMETRY, House, eventually, living


@pytest.fixture
def house(data_dir: Path, world: FakeUpstream) -> Iterator[House]:
    environment = {"HUSHGATE_PANEL__PRIVATE_WEBHOOKS": "true"}
    with living(House(data_dir / "box", world.url, environment=environment)) as running:
        yield running


def answered(house: House, method: str, path: str, **more: Any) -> dict[str, Any]:
    """What the API says; asked again while the panel is not there yet."""
    url = f"http://{Data(house.data).read_settings().panel.listen}{path}"

    def ask() -> dict[str, Any]:
        try:
            answer = httpx.request(method, url, timeout=10, **more)
        except httpx.TransportError:
            return {}
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return eventually(ask)


def test_a_first_contact_is_told_even_if_the_panel_is_killed_on_the_way(house: House) -> None:
    token = house.one("token", "create", "--name", "home", "--scope", "admin")["token"]
    headers = {"Authorization": f"Bearer {token}"}
    with receiving(503, 204) as receiver:
        made = answered(
            house,
            "POST",
            "/v1/webhooks",
            headers=headers,
            json={"url": receiver.url, "events": ["first-contact"]},
        )
        assert house.address(TELEMETRY) == BLOCKED
        receiver.wait_for(1, 30)  # refused: it is busy
        path = f"/v1/webhooks/{made['id']}"
        eventually(lambda: answered(house, "GET", path, headers=headers)["failures"])
        for pid in house.role_pids("panel"):
            os.kill(pid, signal.SIGKILL)
        got = receiver.wait_for(2, 60)
    events = [one.json() for one in got]
    assert all(one.is_signed_with(made["secret"]) for one in got)
    assert [event["kind"] for event in events] == ["first-contact", "first-contact"]
    assert events[0]["id"] == events[1]["id"]  # so that who has taken it may pass over it
    assert events[1]["company"] == "Xiaomi"
    assert events[1]["device"]["key"] == "127.0.0.1"
    assert events[1]["detail"] == TELEMETRY
