"""How the box is, from what its roles say."""

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway import condition, control
from gateway.data import Data
from gateway.settings import Dns, Settings, Store
from tests.fakes import idle_box


@pytest.fixture
def data(data_dir: Path) -> Data:
    """A box that does not run."""
    return idle_box.made(data_dir)


def up(role: str, **more: Any) -> dict[str, Any]:
    return {"state": "up", "role": role, **more}


def test_a_box_that_does_not_run_has_every_role_down_with_the_reason(data: Data) -> None:
    found = condition.ask(data, Settings(dns=Dns(workers=1)))
    assert [(one["role"], one["state"]) for one in found] == [
        ("dns-0", "down"),
        ("keeper", "down"),
        ("panel", "down"),
    ]
    assert all("does not run" in one["reason"] for one in found)


@pytest.mark.parametrize(
    ("seconds", "states"), [(1, ["up", "starting", "starting"]), (60, ["up", "down", "down"])]
)
def test_what_takes_a_second_longer_than_dns_is_not_called_down(
    data: Data, monkeypatch: pytest.MonkeyPatch, seconds: int, states: list[str]
) -> None:
    def call(_run: Path, role: str, _verb: str, **_more: Any) -> dict[str, Any]:
        if role != "dns-0":
            raise control.Down(f"{role} does not run")
        return {"since": int(time.time()) - seconds}

    monkeypatch.setattr(control, "call", call)
    found = condition.ask(data, Settings(dns=Dns(workers=1)))
    assert [one["state"] for one in found] == states
    assert not all(part.ready for part in condition.parts(data, found))


def test_upstreams_of_all_workers_are_told_once() -> None:
    def seen(sent: int, latency: float, state: str) -> dict[str, Any]:
        return {
            "url": "udp://192.0.2.1",
            "domain": "",
            "state": state,
            "sent": sent,
            "failed": 1 if sent else 0,
            "wrong": 0,
            "latency_ms": latency,
            "last_error": "",
        }

    found = [
        up("dns-0", upstreams=[seen(3, 7.0, "up")]),
        up("dns-1", upstreams=[seen(0, 0.0, "untested")]),
    ]
    (row,) = condition.upstreams(found)
    assert (row["sent"], row["failed"], row["latency_ms"], row["state"]) == (3, 1, 7.0, "up")


def test_a_box_is_fit_when_its_workers_have_the_generation_in_force(data: Data) -> None:
    found = [up("dns-0", generation=1), up("keeper")]
    assert all(part.ready for part in condition.parts(data, found))


@pytest.mark.parametrize(
    ("found", "part"),
    [
        ([up("dns-0", generation=0), up("keeper")], "policy"),
        ([{"state": "down", "role": "dns-0"}, up("keeper")], "dns"),
        ([up("dns-0", generation=1), {"state": "down", "role": "keeper"}], "keeper"),
        ([up("keeper")], "dns"),
    ],
)
def test_what_is_not_fit_is_named(data: Data, found: list[dict[str, Any]], part: str) -> None:
    assert [one.name for one in condition.parts(data, found) if not one.ready] == [part]


def test_a_folder_without_a_policy_is_not_fit(data_dir: Path) -> None:
    data = Data(data_dir)
    data.prepare()
    found = [up("dns-0", generation=1), up("keeper")]
    assert [one.name for one in condition.parts(data, found) if not one.ready] == ["policy"]


def test_sizes_are_of_the_files_there(data: Data) -> None:
    found = condition.sizes(data)
    assert found.keys() == {"policy_database", "journal", "generations", "lists"}
    assert found["policy_database"] > 0
    assert found["generations"] > 0


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://hush:geheim@db.example/hush", "postgresql://***@db.example/hush"),
        ("postgresql://db.example/hush?password=geheim", "postgresql://db.example/hush?***"),
        ("https://one:geheim@dns.example/query", "https://***@dns.example/query"),
        ("udp://192.0.2.1", "udp://192.0.2.1"),
        ("", ""),
    ],
)
def test_no_password_is_shown(url: str, shown: str) -> None:
    assert condition.without_password(url) == shown
    settings = Settings(dns=Dns(upstreams=(url,), domains={"a.example": (url,)}), store=Store(url=url))
    assert b"geheim" not in msgspec.json.encode(condition.shown(settings))


def test_silent_roles_are_waited_for_together(data: Data) -> None:
    begin = time.monotonic()
    condition.ask(data, Settings(dns=Dns(workers=8)), timeout=0.1)
    assert time.monotonic() - begin < 2
