"""Pauses over HTTP."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import changes
from gateway.access import Scope
from gateway.policy.decide import Policy
from gateway.policy.state import PauseState
from gateway.store import addresses, groups, pauses
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.events import event

MAC = "00:9e:c8:00:00:07"


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    data = idle_box.made(data_dir)
    with changes.change(data, "test") as change:
        groups.add_group(change.session, "kids")
        addresses.put_addresses(change.session, {"192.0.2.7": MAC}, now=1)
    idle_box.note(data, event(device=MAC))
    with api.serving(data) as found:
        yield found


def listed(served: Api) -> list[tuple[str, str]]:
    found = served.call("GET", "/v1/pauses", Scope.READ)
    return [(item["scope"], item["target"]) for item in found.json()["items"]]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("all", ("all", "")),
        ("group/kids", ("group", "kids")),
        ("device/192.0.2.7", ("device", MAC)),
        (f"device/{MAC.upper()}", ("device", MAC)),
        ("device/192.0.2.99", ("device", "192.0.2.99")),
    ],
)
def test_a_pause_begins_is_listed_and_ends(served: Api, path: str, kept: tuple[str, str]) -> None:
    now = int(time.time())
    made = served.call("PUT", f"/v1/pauses/{path}", Scope.DEVICES, json={"for": 600})
    assert made.status_code == 200, made.text
    pause = made.json()
    assert (pause["scope"], pause["target"]) == kept
    assert now + 600 <= pause["until"] <= now + 660
    assert 590 <= pause["seconds_left"] <= 600
    assert listed(served) == [kept]
    assert [(one.scope, one.target) for one in Policy.open(served.data.policy).pauses] == [kept]
    gone = served.call("DELETE", f"/v1/pauses/{path}", Scope.DEVICES)
    assert gone.status_code == 200, gone.text
    assert listed(served) == []
    assert served.call("DELETE", f"/v1/pauses/{path}").status_code == 404


def test_a_second_pause_takes_the_place_of_the_first(served: Api) -> None:
    served.call("PUT", "/v1/pauses/device/192.0.2.7", json={"for": 600})
    longer = served.call("PUT", f"/v1/pauses/device/{MAC}", json={"for": 6000}).json()
    assert listed(served) == [("device", MAC)]
    assert served.call("GET", f"/v1/devices/{MAC}").json()["paused_until"] == longer["until"]


def test_one_that_is_over_is_not_listed(served: Api) -> None:
    with changes.change(served.data, "test") as change:
        pauses.put_pause(change.session, PauseState("all", "", 1, 1.0, "of another time"))
    assert listed(served) == []
    assert served.call("GET", "/v1/pauses?limit=1&cursor=x").status_code == 422


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("group/nobody", {"for": 5}, 404),
        ("device/nobody", {"for": 5}, 404),
        ("world/x", {"for": 5}, 422),
        ("all", {"for": 0}, 422),
        ("all", {"for": 1e12}, 422),
        ("all", {}, 422),
    ],
)
def test_nonsense_pauses_nobody(served: Api, path: str, body: dict[str, float], status: int) -> None:
    refused = served.call("PUT", f"/v1/pauses/{path}", json=body)
    assert refused.status_code == status, refused.text
    assert listed(served) == []


def test_pausing_needs_the_scope(served: Api) -> None:
    assert served.call("PUT", "/v1/pauses/all", Scope.RULES, json={"for": 5}).status_code == 403
    assert served.client.get("/v1/pauses").status_code == 401
