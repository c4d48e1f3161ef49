"""Statistics over HTTP."""

from typing import Any

import pytest

from gateway.access import Scope
from gateway.model import Action, VerdictRow
from gateway.store import devices
from tests.fakes import idle_box
from tests.fakes.api import Api
from tests.fakes.events import ALLOWED, BLOCKED, NOW, event

OTHER = "192.0.2.8"
RULE = VerdictRow(Action.BLOCKED, "rules", "everyone", 5, "||rule.example^", "", "", "", 7)
LINE = VerdictRow(Action.BLOCKED, "lists", "big", 9, "||line.example^", "", "", "", 7)
HOUR = NOW // 3600 * 3600


@pytest.fixture
def filled(served: Api) -> Api:
    idle_box.note(
        served.data,
        event("a.example", count=4),
        event("tracking.miui.com", verdict=1, count=2),
        event("b.example", device=OTHER, time=NOW + 3600),
        event("rule.example", verdict=2, device=OTHER, time=NOW + 3600),
        event("line.example", verdict=3, time=NOW + 7),
        verdicts=(ALLOWED, BLOCKED, RULE, LINE),
    )
    with served.box.works.change("named") as change:
        devices.put_device(change.session, OTHER, now=1, name="Ann's phone")
    return served


def _get(api: Api, path: str) -> dict[str, Any]:
    found = api.call("GET", f"/v1/statistics/{path}", Scope.READ)
    assert found.status_code == 200, found.text
    return dict(found.json())


def test_over_time(filled: Api) -> None:
    found = _get(filled, "over-time?since=0")
    assert found["items"] == [
        {"time": HOUR, "actions": {"allowed": 4, "blocked": 3}, "count": 7, "bytes": 180},
        {"time": HOUR + 3600, "actions": {"allowed": 1, "blocked": 1}, "count": 2, "bytes": 120},
    ]
    assert len(_get(filled, "over-time?since=0&bucket=day")["items"]) == 1
    of_one = _get(filled, "over-time?since=0&device=Ann's phone&action=blocked")["items"]
    assert [one["count"] for one in of_one] == [1]
    assert _get(filled, "over-time")["items"] == []  # of the last day


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("by=name", [("a.example", 4), ("tracking.miui.com", 2)]),
        ("by=name&action=blocked&device=192.0.2.8", [("rule.example", 1)]),
        ("by=name&company=Xiaomi", [("tracking.miui.com", 2)]),
        ("by=device", [("192.0.2.7", 7), (OTHER, 2)]),
        ("by=company", [("Xiaomi", 2)]),
        ("by=country", [("CN", 2)]),
        ("by=purpose", [("telemetry", 2)]),
        ("by=list&company=xiaomi", [("xiaomi", 2)]),
        ("by=channel", [("dns", 9)]),
        ("by=action", [("allowed", 5), ("blocked", 4)]),
        ("by=rule", [("||tracking.miui.com^", 2), ("||line.example^", 1)]),
        ("by=rule&company=Xiaomi", [("||tracking.miui.com^", 2)]),
    ],
)
def test_top(filled: Api, query: str, expected: list[tuple[str, int]]) -> None:
    found = _get(filled, f"top?since=0&limit=2&{query}")["items"]
    assert [(one["value"], one["count"]) for one in found] == expected


def test_labels_say_what_a_value_is(filled: Api) -> None:
    assert _get(filled, "top?by=device&since=0")["items"][1]["label"] == "Ann's phone"
    assert _get(filled, "top?by=rule&since=0")["items"][1]["label"] == "lists big 9"


def test_totals(filled: Api) -> None:
    found = _get(filled, f"totals?since=0&until={NOW + 9000}")
    assert found == {
        "since": 0,
        "until": NOW + 9000,
        "asked": 9,
        "blocked": 4,
        "percent": 44.4,
        "bytes": 300,
        "names": 5,
        "devices": 2,
        "companies": 1,
    }
    assert _get(filled, "totals?since=0&device=192.0.2.8")["asked"] == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [("", "a.example", "allowed", 4), ("Xiaomi", "tracking.miui.com", "blocked", 2)]),
        ("&device=Ann's phone&action=allowed", [("", "b.example", "allowed", 1)]),
        ("&company=xiaomi", [("Xiaomi", "tracking.miui.com", "blocked", 2)]),
        ("&device=nobody", []),
    ],
)
def test_flows(filled: Api, query: str, expected: list[tuple[str, str, str, int]]) -> None:
    found = _get(filled, f"flows?since=0&limit=2{query}")["items"]
    assert [(one["company"], one["name"], one["action"], one["count"]) for one in found] == expected
    assert _get(filled, "flows")["items"] == []  # of the last day


def test_first_seen_and_new_devices(filled: Api) -> None:
    found = _get(filled, f"first-seen?since={NOW + 1}")["items"]
    assert {one["name"] for one in found} == {"b.example", "rule.example", "line.example"}
    assert {one["name"] for one in _get(filled, "first-seen?since=0&device=Ann's phone")["items"]} == {
        "b.example",
        "rule.example",
    }
    assert _get(filled, f"new-devices?since={NOW + 1}")["items"] == [
        {"device": OTHER, "device_name": "Ann's phone", "first": NOW + 3600, "last": NOW + 3600}
    ]


def test_hits(filled: Api) -> None:
    assert _get(filled, "hits") == {
        "rules": {"5": {"count": 1, "last": NOW + 3600}},
        "lists": {"big": {"count": 1, "last": NOW + 7}},
        "lines": {},
    }
    assert _get(filled, "hits?list=big")["lines"] == {"9": {"count": 1, "last": NOW + 7}}
    assert _get(filled, "hits?list='; --")["lines"] == {}
    assert _get(filled, f"hits?since={NOW + 90_000}")["rules"] == {}


@pytest.mark.parametrize(
    "path",
    [
        "top",
        "flows?limit=0",
        "flows?by=name",
        "top?by=x",
        "top?by=name&limit=0",
        "totals?x=1",
        "top?by=rule&device=192.0.2.7",
        "hits?since=-1",
    ],
)
def test_what_cannot_be_asked_is_refused(filled: Api, path: str) -> None:
    assert filled.call("GET", f"/v1/statistics/{path}").status_code == 422


def test_statistics_need_the_right_to_read(served: Api) -> None:
    assert served.client.get("/v1/statistics/totals").status_code == 401
    assert served.call("GET", "/v1/statistics/totals", Scope.RULES).status_code == 403
