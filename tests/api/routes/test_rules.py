"""Rules over HTTP: in force when the answer is there; found, changed and tried."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.access import Scope
from gateway.model import Action, Channel, EventRow, VerdictRow
from gateway.names import from_text
from gateway.store import brought
from tests.fakes import api, idle_box
from tests.fakes.api import Api

PHONE = "192.0.2.7"


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


def added(served: Api, text: str, **more: Any) -> dict[str, Any]:
    made = served.call("POST", "/v1/rules", json={"text": text, **more})
    assert made.status_code == 201, made.text
    return dict(made.json())


def texts(served: Api, query: str = "") -> list[str]:
    found = served.call("GET", f"/v1/rules?{query}", Scope.READ)
    assert found.status_code == 200, found.text
    return [rule["text"] for rule in found.json()["items"]]


def with_a_bundles_rule(served: Api) -> int:
    with served.box.works.change("bundle") as change:
        brought.bring_rules(change.session, "bundle:acme", {("everyone", "||b.example^"): ""}, now=1)
    (rule,) = served.call("GET", "/v1/rules?origin=bundle:acme").json()["items"]
    return int(rule["id"])


def test_a_rule_is_in_force_when_it_is_answered_and_gone_when_deleted(served: Api) -> None:
    made = served.call("POST", "/v1/rules", Scope.RULES, json={"text": "||a.example^", "comment": "why"})
    assert made.status_code == 201, made.text
    rule = made.json()
    assert rule["generation"] == 2
    assert rule["applied"].keys() == {"workers", "of", "ms"}
    assert idle_box.says(served.data, "a.example").startswith("blocked")
    gone = served.call("DELETE", f"/v1/rules/{rule['id']}", Scope.RULES)
    assert gone.status_code == 200
    assert "etag" not in gone.headers
    assert idle_box.says(served.data, "a.example") == "allowed"


def test_without_a_token_or_its_scope_nothing_is_done(served: Api) -> None:
    assert served.client.post("/v1/rules", json={"text": "||a.example^"}).status_code == 401
    refused = served.call("POST", "/v1/rules", Scope.READ, json={"text": "||a.example^"})
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert "rules" in refused.json()["detail"]


def test_a_text_that_is_no_rule_is_refused_with_a_hint(served: Api) -> None:
    refused = served.call("POST", "/v1/rules", json={"text": "||a.example^$unheard"})
    assert refused.status_code == 422
    assert "unheard" in refused.json()["detail"]


def test_the_same_rule_again_keeps_its_number_and_is_switched_on(served: Api) -> None:
    rule = added(served, "||a.example^", comment="why", tags=["work"])
    served.call("PATCH", f"/v1/rules/{rule['id']}", json={"enabled": False})
    again = served.call("POST", "/v1/rules", json={"text": "||a.example^"})
    assert again.status_code == 200
    assert (again.json()["id"], again.json()["enabled"]) == (rule["id"], True)
    assert (again.json()["comment"], again.json()["tags"]) == ("why", ["work"])


def test_a_rule_for_an_hour_says_until_when(served: Api) -> None:
    before = int(time.time())
    rule = added(served, "@@||a.example^", **{"for": 3600})
    assert before + 3600 <= rule["expires"] <= int(time.time()) + 3600
    lasting = served.call("PATCH", f"/v1/rules/{rule['id']}", json={"expires": 0})
    assert lasting.json()["expires"] == 0
    both = served.call("POST", "/v1/rules", json={"text": "||b.example^", "for": 1, "expires": 5})
    assert both.status_code == 422


def test_a_rule_is_changed_and_keeps_its_number(served: Api) -> None:
    rule = added(served, "||a.example^")
    changed = served.call(
        "PATCH",
        f"/v1/rules/{rule['id']}",
        json={"text": "||b.example^", "comment": "why", "tags": ["x", "y"]},
    )
    assert changed.status_code == 200, changed.text
    assert idle_box.says(served.data, "a.example") == "allowed"
    assert idle_box.says(served.data, "b.example") == f"blocked: rules everyone {rule['id']} ||b.example^"
    read = served.call("GET", f"/v1/rules/{rule['id']}", Scope.READ)
    assert (read.json()["comment"], read.json()["tags"]) == ("why", ["x", "y"])
    assert read.headers["etag"] == changed.headers["etag"]


def test_who_has_read_an_older_version_overwrites_nothing(served: Api) -> None:
    rule = added(served, "||a.example^")
    path = f"/v1/rules/{rule['id']}"
    old = served.call("GET", path).headers["etag"]
    changed = served.call("PATCH", path, json={"comment": "mine"}, headers={"If-Match": old})
    assert changed.status_code == 200
    for method, more in (("PATCH", {"json": {"comment": "yours"}}), ("DELETE", {})):
        stale = served.call(method, path, headers={"If-Match": old}, **more)
        assert stale.status_code == 412
        assert "read it again" in stale.json()["hint"]
    assert served.call("GET", path).json()["comment"] == "mine"
    assert served.call("DELETE", path, headers={"If-Match": changed.headers["etag"]}).status_code == 200


def test_of_a_bundles_rule_only_the_switch_is_the_users(served: Api) -> None:
    number = with_a_bundles_rule(served)
    off = served.call("PATCH", f"/v1/rules/{number}", json={"enabled": False})
    assert off.status_code == 200
    assert idle_box.says(served.data, "b.example") == "allowed"
    for answer in (
        served.call("PATCH", f"/v1/rules/{number}", json={"comment": "mine"}),
        served.call("PATCH", f"/v1/rules/{number}", json={"tags": ["x"]}),
        served.call("DELETE", f"/v1/rules/{number}"),
        served.call("POST", "/v1/rules:bulk", json={"delete": [number]}),
        served.call("POST", "/v1/rules:bulk", json={"update": [{"id": number, "text": "||c.example^"}]}),
    ):
        assert answer.status_code == 409, answer.text
        assert "acme" in answer.json()["hint"]
    assert served.call("POST", "/v1/rules", json={"text": "||b.example^"}).status_code == 201


def test_rules_are_found_by_group_tag_words_and_origin(served: Api) -> None:
    served.call("POST", "/v1/rules:bulk", json={})
    added(served, "||a.example^", comment="for 100% of us", tags=["work", "ads"])
    added(served, "||b_b.example^", tags=["workshop"], enabled=False)
    added(served, "||c.example^", **{"for": 60})
    with_a_bundles_rule(served)
    assert texts(served, "tag=work") == ["||a.example^"]
    assert texts(served, "q=100%25") == ["||a.example^"]
    assert texts(served, "q=B_B") == ["||b_b.example^"]
    assert texts(served, "enabled=false") == ["||b_b.example^"]
    assert texts(served, "expires_within=120") == ["||c.example^"]
    assert texts(served, "origin=bundle:acme") == ["||b.example^"]
    assert len(texts(served, "origin=")) == 3
    assert len(texts(served, "group=everyone")) == 4
    assert texts(served, "group=nobody") == []


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "%", "_", "!", '"', "\0", "\\", "a,b", "😀"])
@pytest.mark.parametrize("field", ["q", "tag", "group", "origin"])
def test_what_means_something_to_sql_is_only_text(served: Api, field: str, hostile: str) -> None:
    added(served, "||a.example^", tags=["x"])
    found = served.call("GET", "/v1/rules", params={field: hostile})
    assert found.status_code == 200
    assert found.json()["items"] == []


@pytest.mark.parametrize("sort", ["id", "-id", "text", "-text", "created", "-changed", "expires"])
def test_pages_go_on_where_the_one_before_ended(served: Api, sort: str) -> None:
    items = [{"text": f"||n{number:02}.example^", "expires": number % 3} for number in range(7, 0, -1)]
    items = [{**item, "expires": 4_000_000_000 * bool(item["expires"])} for item in items]
    served.call("POST", "/v1/rules:bulk", json={"create": items})
    whole = texts(served, f"sort={sort}")
    assert len(whole) == 7
    pages: list[str] = []
    cursor = ""
    while True:
        page = served.call("GET", "/v1/rules", params={"sort": sort, "limit": 3, "cursor": cursor}).json()
        pages += [rule["text"] for rule in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert pages == whole


@pytest.mark.parametrize("cursor", ["x", "WyJpZCJd", "WyJ0ZXh0IixbMSwxXV0", "W10", "bnVsbA", "é"])
def test_a_cursor_of_somebody_elses_is_refused(served: Api, cursor: str) -> None:
    refused = served.call("GET", "/v1/rules", params={"cursor": cursor})
    assert refused.status_code == 422
    assert "cursor" in refused.json()["detail"]


def test_hits_say_how_often_a_rule_has_decided_and_when_last(served: Api) -> None:
    number = added(served, "||a.example^")["id"]
    added(served, "||b.example^")
    now = int(time.time())
    verdict = VerdictRow(Action.BLOCKED, "rules", "everyone", number, "||a.example^", "", "", "", 2)
    row = EventRow(now, PHONE, Channel.DNS, from_text("a.example"), 1, "", 0, 0, 3, 50)
    idle_box.note(served.data, row, verdicts=(verdict,))
    first, second = served.call("GET", "/v1/rules?hits=true").json()["items"]
    assert (first["hits"], first["last_hit"]) == (3, now)
    assert (second["hits"], second["last_hit"]) == (0, 0)
    assert served.call("GET", "/v1/rules").json()["items"][0]["hits"] is None


def test_many_changes_make_one_generation(served: Api) -> None:
    first, second = added(served, "||a.example^")["id"], added(served, "||b.example^")["id"]
    done = served.call(
        "POST",
        "/v1/rules:bulk",
        json={
            "create": [
                {"text": "||c.example^"},
                {"text": "||d.example^", "tags": ["x"]},
                {"text": "||c.example^"},
            ],
            "update": [{"id": second, "text": "||a.example^"}],
            "delete": [first],
        },
    )
    assert done.status_code == 200, done.text
    told = done.json()
    assert told["generation"] == 4
    assert told["updated"] == [second]
    assert told["deleted"] == [first]
    assert told["created"][0] == told["created"][2] != told["created"][1]
    assert sorted(texts(served)) == ["||a.example^", "||c.example^", "||d.example^"]


def test_two_rules_may_exchange_their_texts_at_once(served: Api) -> None:
    first, second = added(served, "||a.example^")["id"], added(served, "||b.example^")["id"]
    edits = [{"id": first, "text": "||b.example^"}, {"id": second, "text": "||a.example^"}]
    assert served.call("POST", "/v1/rules:bulk", json={"update": edits}).status_code == 200
    assert texts(served) == ["||b.example^", "||a.example^"]


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({"create": [{"text": "||ok.example^"}, {"text": "||x^$unheard"}]}, 422, "create.1"),
        ({"create": [{"text": "||ok.example^"}, {"text": "||x.example^", "group": "none"}]}, 404, "create.1"),
        ({"create": [{"text": "||ok.example^"}], "update": [{"id": 999, "enabled": True}]}, 404, "update.0"),
        (
            {"create": [{"text": "||ok.example^"}], "update": [{"id": 2, "text": "||a.example^"}]},
            409,
            "update.0",
        ),
        ({"create": [{"text": "||ok.example^"}], "delete": [1, 1]}, 404, "delete.1"),
        ({"create": [{"text": "||ok.example^"}], "delete": [1, 99]}, 404, "delete.1"),
        ({"create": [{"text": "||ok.example^", "tags": ["a,b"]}]}, 422, "create.0"),
    ],
)
def test_one_bad_item_is_named_and_nothing_is_done(
    served: Api, body: dict[str, Any], status: int, named: str
) -> None:
    added(served, "||a.example^")
    added(served, "||b.example^")
    refused = served.call("POST", "/v1/rules:bulk", json=body)
    assert refused.status_code == status, refused.text
    assert refused.json()["detail"].startswith(f"{named}: ")
    assert texts(served) == ["||a.example^", "||b.example^"]
    assert served.box.policy().generation == 3


def test_more_than_ten_thousand_items_are_refused(served: Api) -> None:
    refused = served.call("POST", "/v1/rules:bulk", json={"delete": list(range(1, 10_002))})
    assert refused.status_code == 422


def test_a_rule_is_tried_without_being_stored(served: Api) -> None:
    tried = served.call(
        "POST",
        "/v1/rules:test",
        Scope.READ,
        json={"text": "@@||a.example^", "names": ["www.a.example", "b.example", "a..b"]},
    )
    assert tried.status_code == 200, tried.text
    told = tried.json()
    assert (told["valid"], told["match"], told["pattern"], told["allow"]) == (
        True,
        "suffix",
        "a.example",
        True,
    )
    assert [(one["matches"], bool(one["error"])) for one in told["names"]] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    assert texts(served) == []
    bad = served.call("POST", "/v1/rules:test", Scope.READ, json={"text": "||x^$unheard"}).json()
    assert (bad["valid"], "unheard" in bad["error"]) == (False, True)
    assert served.call("POST", "/v1/rules:test", json={"text": "a.example", "type": "ZZ"}).status_code == 422
