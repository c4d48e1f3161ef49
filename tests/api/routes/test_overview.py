"""Home over HTTP: true to the log, and to what the catalogue calls a report."""

import time
from typing import Any

import pytest

from gateway.access import Scope
from gateway.dns.links.pause import boot_id
from gateway.model import Action, Mode, VerdictRow
from gateway.policy.state import PauseState
from gateway.store import devices, groups, pauses, rules
from tests.fakes import decided, idle_box
from tests.fakes.api import Api
from tests.fakes.events import ALLOWED, NOW, event

PHONE, OTHER = "192.0.2.7", "192.0.2.8"
REPORTS = ("sa.api.intl.miui.com", "data.mistat.xiaomi.com")
KEPT = "find.api.micloud.xiaomi.net"
SERVICE = "userid.xiaomi.com"
UNKNOWN = "www.example.org"


def _get(api: Api, query: str = "since=0") -> dict[str, Any]:
    found = api.call("GET", f"/v1/overview?{query}", Scope.READ)
    assert found.status_code == 200, found.text
    return dict(found.json())


def _log(api: Api, query: str) -> int:
    found = api.call("GET", f"/v1/log?limit=1000&{query}", Scope.READ)
    return sum(row["count"] for row in found.json()["items"])


def test_an_empty_log_is_all_zeros(served: Api) -> None:
    found = _get(served)
    assert (found["asked"], found["percent"], found["names"], found["hours"]) == (0, 0.0, 0, [])
    assert found["telemetry"] == {
        "attempts": 0,
        "stopped": 0,
        "got_through": 0,
        "companies": 0,
        "purposes": [],
    }


def test_none_got_through_although_services_were_answered(served: Api) -> None:
    actions = decided.ask(served.data, PHONE, (*REPORTS, KEPT, SERVICE, UNKNOWN), time=NOW, count=2)
    assert actions == ["blocked", "blocked", "allowed", "allowed", "allowed"]
    found = _get(served)
    assert (found["asked"], found["blocked"], found["percent"], found["names"]) == (10, 4, 40.0, 5)
    assert found["telemetry"].items() >= {"attempts": 4, "stopped": 4, "got_through": 0}.items()
    assert [(one["company"], one["attempts"]) for one in found["companies"]] == [("Xiaomi", 4)]
    assert sum(one["attempts"] for one in found["destinations"]) == 4
    (device,) = found["devices_seen"]
    assert (device["state"], device["company"], device["asked"]) == ("reports", "Xiaomi", 10)
    assert found["hours"] == [
        {"time": NOW // 86400 * 86400, "blocked": 4, "allowed": 6, "observed": 0, "other": 0}
    ]


def test_it_says_what_the_other_statistics_say(served: Api) -> None:
    decided.ask(served.data, PHONE, (*REPORTS, KEPT, UNKNOWN), time=NOW, count=2)
    decided.ask(served.data, OTHER, (REPORTS[0], "b.example"), time=NOW + 9000)
    span = f"since={NOW - 3600}&until={NOW + 9000}"
    totals = served.call("GET", f"/v1/statistics/totals?{span}", Scope.READ).json()
    found = _get(served, span)
    alike = ("asked", "blocked", "percent", "names", "devices")
    assert [found[key] for key in alike] == [totals[key] for key in alike]
    over_time = served.call("GET", f"/v1/statistics/over-time?{span}", Scope.READ).json()["items"]
    assert [(one["time"], one["blocked"]) for one in found["hours"]] == [
        (one["time"], one["actions"]["blocked"]) for one in over_time
    ]
    found = _get(served, span)  # and again, from what is remembered
    assert found["names"] == totals["names"] == 5


@pytest.mark.parametrize("query", ["", f"since={NOW}&until={NOW}", f"since={NOW - 9000}&until={NOW - 3600}"])
def test_it_is_of_whole_hours_and_says_of_which(served: Api, query: str) -> None:
    """So that each number leads to as many rows."""
    for when in (int(time.time()), *range(NOW - 10_800, NOW + 7200, 600)):
        decided.ask(served.data, PHONE, REPORTS[:1], time=when)
    found = _get(served, query)
    assert found["since"] % 3600 == 0
    assert found["asked"] == _log(served, f"since={found['since']}&until={found['until']}") > 0
    assert found["until"] <= time.time()


def test_what_a_rule_lets_through_got_through(served: Api) -> None:
    with served.box.works.change("rule") as change:
        rules.add_rule(change.session, f"@@||{REPORTS[0]}^", now=1)
    decided.ask(served.data, PHONE, REPORTS, time=NOW, count=3)
    found = _get(served)
    assert found["telemetry"].items() >= {"attempts": 6, "stopped": 3, "got_through": 3}.items()
    words = "&".join(f"purpose={word}" for word in found["telemetry"]["purposes"])
    assert _log(served, words) == 6  # each number is a link
    assert _log(served, f"{words}&action=allowed&action=observed") == 3


def test_what_is_observed_got_through(served: Api) -> None:
    with served.box.works.change("observe") as change:
        groups.update_group(change.session, "everyone", mode=Mode.OBSERVE)
    decided.ask(served.data, PHONE, REPORTS, time=NOW)
    found = _get(served)
    assert (found["blocked"], found["observed"], found["telemetry"]["got_through"]) == (0, 2, 2)
    assert found["devices_seen"][0]["state"] == "observed"


def test_devices_have_their_names_and_what_is_so_now(served: Api) -> None:
    decided.ask(served.data, PHONE, REPORTS, time=NOW)
    decided.ask(served.data, OTHER, ["resolver.msg.xiaomi.net"], time=NOW)
    decided.ask(served.data, "192.0.2.9", [UNKNOWN], time=NOW)
    now, boot = int(time.time()), time.clock_gettime(time.CLOCK_BOOTTIME)
    with served.box.works.change("named") as change:
        devices.put_device(change.session, PHONE, now=1, name="Ann's <b>phone</b>", kind="phone")
        pause = PauseState("device", PHONE, now + 60, boot + 60, boot_id())
        pauses.put_pause(change.session, pause)
    found = _get(served)["devices_seen"]
    assert [(one["device_name"], one["kind"], one["state"]) for one in found] == [
        ("Ann's <b>phone</b>", "phone", "paused"),
        ("", "", "around"),
        ("", "", "quiet"),
    ]


@pytest.mark.parametrize(("hours", "slices"), [(48, 3), (49, 1)])
def test_long_times_are_shown_by_the_day(served: Api, hours: int, slices: int) -> None:
    begin = NOW // 86400 * 86400
    rows = [event(f"{number}.example", time=begin + number * 3600) for number in range(3)]
    idle_box.note(served.data, *rows)
    found = _get(served, f"since={begin}&until={begin + hours * 3600}")
    assert len(found["hours"]) == slices
    assert sum(one["allowed"] for one in found["hours"]) == found["asked"] == found["names"] == 3


def test_refused_and_rewritten_are_shown_apart(served: Api) -> None:
    verdicts = tuple(
        VerdictRow(action, "x", "x", 0, "", "Xiaomi", "analytics", "SG", 7)
        for action in (Action.REFUSED, Action.REWRITTEN)
    )
    idle_box.note(served.data, event(), event(verdict=1), event(verdict=2), verdicts=(ALLOWED, *verdicts))
    found = _get(served)
    assert found["hours"][0]["other"] == 2
    assert found["telemetry"].items() >= {"attempts": 2, "stopped": 1, "got_through": 0}.items()


def test_without_a_policy_purposes_go_by_their_words(served: Api) -> None:
    decided.ask(served.data, PHONE, (*REPORTS, SERVICE), time=NOW)
    assert _get(served)["telemetry"]["attempts"] == 2
    for file in served.data.policy.iterdir():
        file.unlink()
    assert _get(served)["telemetry"]["attempts"] == 3


@pytest.mark.parametrize("query", ["since=x", "since=-1", "device=a", "until=99999999999999"])
def test_what_cannot_be_asked_is_refused(served: Api, query: str) -> None:
    assert served.call("GET", f"/v1/overview?{query}").status_code == 422


def test_home_needs_the_right_to_read(served: Api) -> None:
    assert served.client.get("/v1/overview").status_code == 401
    assert served.call("GET", "/v1/overview", Scope.RULES).status_code == 403
