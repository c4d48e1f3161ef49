"""Groups over HTTP, their schedules above all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gateway.access import Scope
from gateway.data import Data
from gateway.store import brought
from tests.fakes import api, changing, hostile, idle_box
from tests.fakes.api import Api

ALWAYS = {"zone": "UTC", "windows": [{"start": "00:00", "end": "24:00", "block": "everything"}]}


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


def made(served: Api, name: str = "kids", **more: Any) -> dict[str, Any]:
    answer = served.call("POST", "/v1/groups", Scope.RULES, json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def subscribed(data: Data, served: Api, *names: str) -> list[int]:
    outcome = served.box.works.change_lists(
        "lists",
        lambda session: [changing.subscribe(data, session, name, f"{name}.example").id for name in names],
    )
    return outcome.result


def test_a_group_is_made_read_listed_and_deleted(served: Api) -> None:
    kids = made(served, profile="strict", answer="nxdomain", comment="Anna, Ben")
    assert (kids["generation"], kids["profile"], kids["inherit"], kids["schedule"]) == (
        2,
        "strict",
        True,
        None,
    )
    read = served.call("GET", "/v1/groups/kids", Scope.READ)
    assert read.headers["etag"]
    assert read.json() == {key: kids[key] for key in read.json()}
    listed = served.call("GET", "/v1/groups", Scope.READ).json()
    assert [group["name"] for group in listed["items"]] == ["everyone", "kids"]
    first = served.call("GET", "/v1/groups?limit=1").json()
    assert [group["name"] for group in first["items"]] == ["everyone"]
    rest = served.call("GET", f"/v1/groups?limit=1&cursor={first['next']}").json()
    assert ([group["name"] for group in rest["items"]], rest["next"]) == (["kids"], "")
    gone = served.call("DELETE", "/v1/groups/kids")
    assert (gone.status_code, gone.json()["name"]) == (200, "kids")
    assert served.call("GET", "/v1/groups/kids").status_code == 404
    assert served.call("DELETE", "/v1/groups/everyone").status_code in (409, 422)


def test_a_schedule_is_in_force_at_once_and_ends_when_it_is_taken_away(served: Api) -> None:
    changed = served.call("PATCH", "/v1/groups/everyone", json={"schedule": ALWAYS}).json()
    assert changed["schedule"]["windows"][0]["days"] == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    assert changed["now"] == {
        "profile": "balanced", "mode": "enforce", "blocks_everything": True, "paused": False,
        "schedule": "by the schedule", "until": 0,
    }  # fmt: skip
    assert idle_box.says(served.data, "any.example").startswith("blocked: schedule everyone")
    why = served.call("GET", "/v1/why?name=any.example").json()
    assert (why["schedule"], why["rule"]["layer"]) == ("by the schedule", "schedule")
    kept = served.call("PATCH", "/v1/groups/everyone", json={"comment": "x"}).json()
    assert kept["schedule"] == changed["schedule"]
    ended = served.call("PATCH", "/v1/groups/everyone", json={"schedule": None}).json()
    assert ended["schedule"] is None
    assert idle_box.says(served.data, "any.example") == "allowed"


@pytest.mark.parametrize(
    "schedule",
    [
        {"zone": "Mars/Base", "windows": ALWAYS["windows"]},
        {"zone": "../../etc/passwd", "windows": ALWAYS["windows"]},
        {"zone": "UTC", "windows": []},
        {"zone": "UTC", "windows": [{"start": "00:00", "end": "00:00", "pause": True}]},
        {"zone": "UTC", "windows": [{"start": "00:00", "end": "01:00"}]},
        {"zone": "UTC", "windows": [{"start": "0:00", "end": "01:00", "pause": True}]},
        {"zone": "UTC", "windows": [{"start": "00:00", "end": "01:00", "pause": True, "days": ["noday"]}]},
        {"zone": "UTC", "windows": [{"start": "00:00", "end": "01:00", "pause": True, "more": 1}]},
        {"zone": "UTC", "windows": [{"start": "00:00", "end": "01:00", "pause": True}] * 33},
    ],
)
def test_a_schedule_that_is_none_is_refused(served: Api, schedule: dict[str, Any]) -> None:
    refused = served.call("PATCH", "/v1/groups/everyone", json={"schedule": schedule})
    assert refused.status_code == 422, refused.text
    assert refused.headers["content-type"] == "application/problem+json"


def test_lists_of_a_group_are_a_set_in_order_and_a_bundles_are_not_the_users(served: Api) -> None:
    one, two = subscribed(served.data, served, "one", "two")
    assert made(served, lists=[two, one])["lists"] == [two, one]
    assert idle_box.says(served.data, "one.example").startswith("blocked")
    changed = served.call("PATCH", "/v1/groups/everyone", json={"lists": [two]}).json()
    assert changed["lists"] == [two]
    assert idle_box.says(served.data, "one.example") == "allowed"
    assert served.call("PATCH", "/v1/groups/everyone", json={"lists": [99]}).status_code == 404
    brought_list = brought.BroughtList("https://b.example/", "b", "kids", "auto", "ab" * 32, 1, 0)
    with served.box.works.noting() as session:
        brought.bring_lists(session, "bundle:acme", [brought_list], now=1)
    refused = served.call("PATCH", "/v1/groups/kids", json={"lists": []})
    assert refused.status_code == 409
    assert "bundle acme" in refused.json()["detail"]


def test_a_new_name_takes_everything_along(served: Api) -> None:
    made(served, "Kinder + Gäste")
    served.call("POST", "/v1/rules", json={"text": "||a.example^", "group": "Kinder + Gäste"})
    renamed = served.call("PATCH", "/v1/groups/Kinder + Gäste", json={"name": "kids"})
    assert renamed.status_code == 200, renamed.text
    assert (renamed.json()["name"], renamed.json()["rules"]) == ("kids", 1)
    assert served.call("GET", "/v1/groups/Kinder + Gäste").status_code == 404
    assert served.call("PATCH", "/v1/groups/everyone", json={"name": "all"}).status_code == 409
    assert served.call("PATCH", "/v1/groups/kids", json={"name": "everyone"}).status_code == 409


def test_nobody_overwrites_what_somebody_else_has_changed(served: Api) -> None:
    made(served)
    version = served.call("GET", "/v1/groups/kids").headers["etag"]
    served.call(
        "POST", "/v1/rules", json={"text": "||a.example^", "group": "kids"}
    )  # is no change of the group
    with_version: dict[str, Any] = {"headers": {"If-Match": version}, "json": {"mode": "observe"}}
    assert served.call("PATCH", "/v1/groups/kids", **with_version).status_code == 200
    assert served.call("PATCH", "/v1/groups/kids", **with_version).status_code == 412
    assert served.call("DELETE", "/v1/groups/kids", headers={"If-Match": version}).status_code == 412


def test_a_dry_run_changes_nothing(served: Api) -> None:
    tried = served.call("PATCH", "/v1/groups/everyone?dry_run=true", json={"schedule": ALWAYS})
    assert tried.status_code == 200, tried.text
    assert tried.json()["result"]["now"]["blocks_everything"]
    assert idle_box.says(served.data, "any.example") == "allowed"
    assert served.call("GET", "/v1/groups/everyone").json()["schedule"] is None


def test_who_may_only_read_changes_nothing(served: Api) -> None:
    assert served.call("POST", "/v1/groups", Scope.READ, json={"name": "kids"}).status_code == 403
    assert (
        served.call("PATCH", "/v1/groups/everyone", Scope.DEVICES, json={"comment": "x"}).status_code == 403
    )
    assert served.client.get("/v1/groups").status_code == 401


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_whatever_stands_in_a_field_is_refused_or_harmless(served: Api, text: str) -> None:
    bodies: tuple[dict[str, Any], ...] = (
        {"name": text},
        {"name": "kids", "comment": text},
        {"name": "kids", "schedule": {**ALWAYS, "zone": text}},
        {"name": "kids", "profile": text},
    )
    for body in bodies:
        answer = served.call("POST", "/v1/groups", json=body)
        assert answer.status_code in (201, 409, 422), answer.text
        if answer.status_code == 201:
            stored = answer.json()
            assert stored["name"] == body["name"].strip()
            assert served.call("GET", "/v1/groups").status_code == 200
            served.call("DELETE", f"/v1/groups/{quote(stored['name'], safe='')}")
    assert served.client.request("GET", "/v1/groups").status_code == 401
    for method in ("GET", "PATCH", "DELETE"):
        with_body: dict[str, Any] = {"json": {}} if method == "PATCH" else {}
        assert served.call(method, f"/v1/groups/{quote(text[:500], safe='')}", **with_body).status_code < 500
    assert served.call("GET", "/v1/groups", params={"cursor": text}).status_code in (200, 414, 422)
