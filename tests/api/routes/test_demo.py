"""The demo phone over HTTP. With a real box: tests/live/test_demo_over_the_api.py."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.access import Scope
from gateway.demo.phone import LOOPBACK
from gateway.settings import Dns
from gateway.store import audit, devices
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.events import event
from tests.fakes.ports import free_port
from tests.fakes.upstream import FakeUpstream, running_upstream

PHONE = "192.0.2.7"


@pytest.fixture
def answering() -> Iterator[FakeUpstream]:
    """In the place of the box's workers: nothing of it gets into the log."""
    with running_upstream("www.wikipedia.org 60 IN A 203.0.113.9") as fake:
        yield fake


@pytest.fixture
def served(data_dir: Path, answering: FakeUpstream, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setattr("gateway.demo.playing.LOG_WAIT", 0.2)
    data = idle_box.made(data_dir)
    listen = Dns(listen=(f"127.0.0.1:{answering.port}",))
    data.write_settings(msgspec.structs.replace(data.read_settings(), dns=listen))
    with api.serving(data) as found:
        yield found


def demo(served: Api) -> dict[str, Any]:
    found: dict[str, Any] = served.call("GET", "/v1/demo", Scope.READ).json()
    return found


def start(served: Api, seconds: Any = 3600, **more: Any) -> Any:
    return served.call("POST", "/v1/demo", Scope.DEVICES, json={"seconds": seconds}, **more)


def eventually(served: Api, **wanted: Any) -> dict[str, Any]:
    deadline = time.monotonic() + 20
    while not wanted.items() <= (found := demo(served)).items():
        assert time.monotonic() < deadline, found
        time.sleep(0.01)  # between two looks
    return found


def keys(served: Api) -> dict[str, str]:
    return {one["key"]: one["kind"] for one in served.call("GET", "/v1/devices?named=true").json()["items"]}


def test_it_begins_is_seen_and_is_ended(served: Api) -> None:
    nothing = {
        "running": False, "device": "", "device_name": "", "scene": "", "asked": 0, "blocked": 0,
        "started": 0, "until": 0, "error": "",
    }  # fmt: skip
    assert demo(served) == nothing
    begun = start(served)
    assert begun.status_code == 202, begun.text
    assert begun.json()["running"] is True
    assert (begun.json()["device"], begun.json()["device_name"]) == (LOOPBACK, "Redmi Note (demo)")
    assert begun.json()["until"] - begun.json()["started"] == 3600
    assert "etag" not in begun.headers
    seen = eventually(served, asked=7, scene="The screen is switched on")
    assert seen["running"] is True
    assert start(served).status_code == 409
    assert keys(served) == {LOOPBACK: "demo"}
    gone = served.call("DELETE", "/v1/demo", Scope.DEVICES)
    assert gone.status_code == 200, gone.text
    assert gone.json().keys() == {"devices", "wiped_rows", "generation", "applied", "warnings"}
    assert (gone.json()["devices"], gone.json()["wiped_rows"]) == (1, 0)
    # No worker has told the log of these questions, and nobody knows whether one will.
    assert "wipe it again" in gone.json()["warnings"][0]
    assert keys(served) == {}
    after = demo(served)
    assert (after["running"], after["device"], after["asked"]) == (False, "", 7)
    again = served.call("DELETE", "/v1/demo").json()
    assert (again["devices"], again["warnings"]) == (0, [])


def test_it_is_still_there_when_it_has_played(served: Api) -> None:
    start(served, 1)
    played = eventually(served, running=False)
    assert (played["device"], played["asked"], played["error"]) == (LOOPBACK, 36, "")


def test_who_did_it_is_in_the_audit(served: Api) -> None:
    start(served, 1)
    eventually(served, running=False)
    served.call("DELETE", "/v1/demo", Scope.DEVICES)
    with served.box.works.reading() as session:
        told = {entry.action: entry.who for entry in audit.list_entries(session, limit=10)}
    for action in (
        "the demo phone was started", "the demo phone came", "log wiped", "the demo phone was wiped",
    ):  # fmt: skip
        assert told[action].startswith("token "), action


def test_a_box_that_does_not_answer_is_told_as_an_error(served: Api) -> None:
    listen = Dns(listen=(f"127.0.0.1:{free_port()}",))
    served.box.settings = msgspec.structs.replace(served.box.settings, dns=listen)
    assert start(served).status_code == 202
    told = eventually(served, running=False)
    assert "does not answer DNS" in told["error"]
    assert told["device"] == ""
    assert keys(served) == {}
    # It may be tried again, and the error is of the last time.
    assert start(served).json()["error"] == ""


def test_both_may_be_tried_first(served: Api) -> None:
    tried = start(served, params={"dry_run": "true"})
    assert tried.status_code == 200, tried.text
    assert tried.json()["result"]["running"] is True
    assert demo(served)["running"] is False
    start(served)
    eventually(served, asked=7)
    tried = served.call("DELETE", "/v1/demo?dry_run=true", Scope.DEVICES)
    assert tried.status_code == 200, tried.text
    assert len(tried.json()["devices"]["removed"]) == 1
    assert demo(served)["running"] is True
    assert keys(served) == {LOOPBACK: "demo"}


def test_a_request_that_is_sent_again_begins_nothing(served: Api) -> None:
    headers = {"Authorization": f"Bearer {served.token(Scope.DEVICES)}", "Idempotency-Key": "once"}
    first = served.client.post("/v1/demo", json={"seconds": 1}, headers=headers)
    assert first.status_code == 202
    eventually(served, running=False)
    again = served.client.post("/v1/demo", json={"seconds": 1}, headers=headers)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert demo(served)["running"] is False


def test_nobodys_device_is_taken_for_it_nor_wiped(served: Api) -> None:
    """Else who may name devices could have any device's log wiped, which needs the scope admin."""
    idle_box.note(served.data, event(device=PHONE), event(device=LOOPBACK))
    with served.box.works.change("test") as change:
        devices.put_device(change.session, PHONE, now=1, name="Anna's", kind="demo")
        devices.put_device(change.session, LOOPBACK, now=1, name="mine")
    refused = start(served)
    assert refused.status_code == 409
    assert "your device 'mine'" in refused.json()["detail"]
    gone = served.call("DELETE", "/v1/demo", Scope.DEVICES).json()
    assert (gone["devices"], gone["wiped_rows"]) == (0, 0)
    assert len(served.call("GET", "/v1/log").json()["items"]) == 2


def test_rows_that_were_left_behind_are_wiped(served: Api) -> None:
    idle_box.note(served.data, event(device=LOOPBACK), event(device=PHONE))
    assert served.call("DELETE", "/v1/demo").json()["wiped_rows"] == 1
    (row,) = served.call("GET", "/v1/log").json()["items"]
    assert row["device"] == PHONE


@pytest.mark.parametrize("seconds", [0, -1, 3601, 1e30, 1.5, "NaN", None, []])
def test_it_cannot_last_for_ever(served: Api, seconds: object) -> None:
    answer = start(served, seconds)
    assert answer.status_code == 422
    assert demo(served)["running"] is False


def test_who_may_only_read_begins_and_ends_nothing(served: Api) -> None:
    for scope in (Scope.READ, Scope.RULES):
        assert served.call("POST", "/v1/demo", scope, json={}).status_code == 403
        assert served.call("DELETE", "/v1/demo", scope).status_code == 403
    assert served.call("GET", "/v1/demo", Scope.DEVICES).status_code == 403


def test_what_cannot_be_noted_does_not_go_on(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "add_entry", full)
    assert start(served).status_code == 500
    monkeypatch.undo()
    eventually(served, running=False)
