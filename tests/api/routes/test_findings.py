"""What is worth knowing, over HTTP: each one with the rows of the log behind it."""

import time
from typing import Any
from urllib.parse import urlencode

import pytest

from gateway.access import Scope
from gateway.dns.links.pause import boot_id
from gateway.model import Mode
from gateway.policy.state import PauseState
from gateway.store import devices, groups, lists, pauses, rules
from tests.fakes import decided
from tests.fakes.api import Api

PHONE, OTHER = "192.0.2.7", "192.0.2.8"
DAY = 86400
REPORTS = ("sa.api.intl.miui.com", "data.mistat.xiaomi.com", "tracking.miui.com")
BREAKS = "cc.sys.intl.xiaomi.com"
UNKNOWN = "www.example.org"


def _get(api: Api, query: str = "") -> list[dict[str, Any]]:
    found = api.call("GET", f"/v1/findings?{query}", Scope.READ)
    assert found.status_code == 200, found.text
    return [one for one in found.json()["items"] if one["kind"] != "role-down"]  # nothing runs here


def _behind(api: Api, one: dict[str, Any]) -> int:
    found = api.call("GET", f"/v1/log?limit=1000&{urlencode(one['filter'])}", Scope.READ)
    assert found.status_code == 200, found.text
    return sum(row["count"] for row in found.json()["items"])


def _kinds(found: list[dict[str, Any]]) -> set[str]:
    return {one["kind"] for one in found}


@pytest.fixture
def now() -> int:
    """Unix seconds: findings are always about the time up to now."""
    return int(time.time())


def test_an_idle_box_tells_which_roles_are_down_and_nothing_else(served: Api) -> None:
    assert _get(served) == []
    (down,) = served.call("GET", "/v1/findings", Scope.READ).json()["items"]
    assert (down["kind"], down["filter"], down["count"]) == ("role-down", {}, 0)
    assert "keeper" in down["subject"].split(", ")


def test_each_count_is_that_of_the_rows_it_leads_to(served: Api, now: int) -> None:
    with served.box.works.change("rule") as change:
        rules.add_rule(change.session, f"@@||{REPORTS[0]}^", now=1)
        devices.put_device(change.session, PHONE, now=1, name="Ann's phone")
    decided.ask(served.data, PHONE, [UNKNOWN, REPORTS[1]], time=now - 3 * DAY, count=2)
    decided.ask(served.data, PHONE, [*REPORTS, BREAKS, UNKNOWN], time=now, count=40)
    decided.ask(served.data, OTHER, ["dns.google", UNKNOWN], time=now, count=3)
    found = _get(served)
    assert _kinds(found) == {"got-through", "reports", "breaks", "around", "new-device"}
    for one in found:
        assert one["count"] == _behind(served, one) > 0
        assert one["device_name"] == ("Ann's phone" if one["device"] == PHONE else "")
    (breaks,) = (one for one in found if one["kind"] == "breaks")
    assert breaks["name"] == BREAKS
    assert breaks["text_breakage"].startswith("may break settings")


def test_the_span_before_is_as_long(served: Api, now: int) -> None:
    decided.ask(served.data, PHONE, [UNKNOWN], time=now - 3 * DAY)
    decided.ask(served.data, PHONE, [REPORTS[0]], time=now - DAY - 7200, count=5)
    decided.ask(served.data, PHONE, [REPORTS[0]], time=now, count=80)
    (one,) = _get(served)
    assert (one["kind"], one["count"], one["before"]) == ("surge", 80, 5)
    (one,) = _get(served, f"since={now - 2 * DAY}")
    assert (one["kind"], one["count"], one["before"]) == ("reports", 85, 0)


def test_a_company_that_a_device_meets(served: Api, now: int) -> None:
    decided.ask(served.data, PHONE, [UNKNOWN], time=now - 3 * DAY)
    decided.ask(served.data, PHONE, ["www.mi.com"], time=now, count=6)
    (one,) = _get(served)
    assert (one["kind"], one["company"], one["count"]) == ("new-company", "Xiaomi", 6)
    assert _behind(served, one) == 6


def test_how_the_box_is(served: Api, now: int) -> None:
    boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    with served.box.works.change("state") as change:
        groups.add_group(change.session, "guests", mode=Mode.OBSERVE)
        pauses.put_pause(change.session, PauseState("device", PHONE, now + 600, boot + 600, boot_id()))
        pauses.put_pause(change.session, PauseState("all", "", now - 600, boot - 600, boot_id()))
    with served.box.works.noting() as session:
        number = lists.add_list(session, "https://lists.example/a.txt", name="big").id
        lists.failed_list(session, number, error="404")
    found = {one["kind"]: one for one in _get(served)}
    assert found.keys() == {"paused", "observing", "list-failed"}
    assert (found["paused"]["device"], found["paused"]["until"]) == (PHONE, now + 600)
    assert found["paused"]["filter"].items() >= {"device": PHONE, "layer": "pause"}.items()
    assert found["observing"]["subject"] == "guests"
    assert found["list-failed"]["subject"] == "big"


def test_names_are_hostile(served: Api, now: int) -> None:
    """What cannot be asked for by its name alone has no finding of its own."""
    with served.box.works.change("rule") as change:
        rules.add_rule(change.session, "||api.io.mi.com^", now=1)
    decided.ask(served.data, PHONE, ["*.api.io.mi.com", "a.api.io.mi.com"], time=now, count=50)
    assert [one["name"] for one in _get(served) if one["kind"] == "breaks"] == ["a.api.io.mi.com"]


@pytest.mark.parametrize("query", ["since=x", "since=-1", "until=1"])
def test_what_cannot_be_asked_is_refused(served: Api, query: str) -> None:
    assert served.call("GET", f"/v1/findings?{query}").status_code == 422


def test_a_time_that_is_yet_to_come_has_nothing(served: Api, now: int) -> None:
    assert _get(served, f"since={now + 90_000}") == []


def test_findings_need_the_right_to_read(served: Api) -> None:
    assert served.client.get("/v1/findings").status_code == 401
    assert served.call("GET", "/v1/findings", Scope.RULES).status_code == 403
