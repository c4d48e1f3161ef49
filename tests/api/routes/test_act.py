"""Allow or block straight from the log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.access import Scope
from gateway.store import devices, groups
from tests.fakes import api, hostile, idle_box
from tests.fakes.api import Api
from tests.fakes.events import event
from tests.fakes.idle_box import says

PHONE, OTHER = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        with found.box.works.change("a phone") as change:
            groups.add_group(change.session, "kids")
            devices.put_device(change.session, PHONE, now=1, name="Anna", group="kids")
        rows = event("tracking.miui.com", device=PHONE, verdict=1), event("cdn.shop.example", device=PHONE)
        idle_box.note(found.data, *rows)
        yield found


def act(
    served: Api, row: int, word: str, status: int = 201, query: str = "", seconds: int = 0, **body: Any
) -> dict[str, Any]:
    lasting = {"for": seconds} if seconds else {}
    answer = served.call(
        "POST", f"/v1/log/{row}:{word}{query}", Scope.RULES, Scope.READ, json={**body, **lasting}
    )
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def test_a_device_may_have_what_others_may_not(served: Api) -> None:
    made = act(served, 1, "allow", comment="Anna needs it")
    assert made["rule"]["text"] == f"@@||tracking.miui.com^$client={PHONE}"
    assert (made["rule"]["comment"], made["rule"]["group"], made["laid_aside"]) == (
        "Anna needs it", "everyone", [],
    )  # fmt: skip
    assert made["generation"] == 3
    assert says(served.data, "tracking.miui.com", PHONE).startswith("allowed: rules")
    assert says(served.data, "tracking.miui.com", OTHER).startswith("blocked")
    served.call("DELETE", f"/v1/rules/{made['rule']['id']}")
    assert says(served.data, "tracking.miui.com", PHONE).startswith("blocked")


def test_nothing_need_be_said(served: Api) -> None:
    made = served.call("POST", "/v1/log/1:allow", Scope.RULES, Scope.READ)
    assert made.status_code == 201, made.text
    assert made.json()["rule"]["text"] == f"@@||tracking.miui.com^$client={PHONE}"


def test_a_group_or_everyone_may_be_meant_and_the_name_alone(served: Api) -> None:
    kids = act(served, 2, "block", scope="group", match="name")["rule"]
    assert (kids["text"], kids["group"]) == ("|cdn.shop.example^", "kids")
    assert says(served.data, "cdn.shop.example", PHONE).startswith("blocked")
    assert says(served.data, "x.cdn.shop.example", PHONE) == "allowed"
    assert says(served.data, "cdn.shop.example", OTHER) == "allowed"
    everyone = act(served, 2, "block", scope="everyone")["rule"]
    assert (everyone["text"], everyone["group"]) == ("||cdn.shop.example^", "everyone")
    assert says(served.data, "x.cdn.shop.example", OTHER).startswith("blocked")


def test_changing_ones_mind_lays_the_other_rule_aside(served: Api) -> None:
    blocked = act(served, 2, "block")["rule"]
    allowed = act(served, 2, "allow")
    assert allowed["laid_aside"] == [blocked["id"]]
    assert says(served.data, "cdn.shop.example", PHONE).startswith("allowed: rules")
    again = act(served, 2, "block")
    assert (again["rule"]["id"], again["laid_aside"]) == (blocked["id"], [allowed["rule"]["id"]])
    assert says(served.data, "cdn.shop.example", PHONE).startswith("blocked")


def test_a_rule_for_a_while_has_its_end(served: Api) -> None:
    made = act(served, 1, "allow", seconds=3600)["rule"]
    assert 3590 <= made["expires"] - made["created"] <= 3600


def test_the_row_stands_in_the_audit(served: Api) -> None:
    act(served, 1, "allow")
    entry = served.call("GET", "/v1/audit").json()["items"][0]
    assert "row 1 of the log" in entry["target"]
    assert "allowed from the log" in entry["action"]


def test_a_dry_run_changes_nothing(served: Api) -> None:
    tried = act(served, 1, "allow", 200, "?dry_run=true")
    assert tried["result"]["rule"]["text"].startswith("@@||tracking.miui.com^")
    assert says(served.data, "tracking.miui.com", PHONE).startswith("blocked")


def test_a_row_that_is_not_there_is_404(served: Api) -> None:
    assert act(served, 99, "allow", 404)["hint"]
    assert served.call("POST", "/v1/log/0:allow", json={}).status_code in (404, 422)
    assert served.call("POST", f"/v1/log/{2**63}:allow", json={}).status_code in (404, 422)


def test_who_may_only_read_changes_nothing(served: Api) -> None:
    assert served.call("POST", "/v1/log/1:allow", Scope.READ, json={}).status_code == 403
    assert served.client.post("/v1/log/1:block", json={}).status_code == 401


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_whatever_stands_in_a_field_is_refused_or_harmless(served: Api, text: str) -> None:
    for key in ("scope", "match", "comment", "for"):
        answer = served.call("POST", "/v1/log/1:allow", json={key: text})
        assert answer.status_code in (201, 422), answer.text
    assert served.call("GET", "/v1/rules").status_code == 200
