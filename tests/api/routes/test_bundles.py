"""Bundles over HTTP: signed by a trusted key and in force whole, or nothing happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access import Scope
from gateway.bundles.fetching import Parcel
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.idle_box import says
from tests.fakes.list_server import serving
from tests.fakes.publisher import Publisher, publish

ACME = Publisher()


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    data = idle_box.made(data_dir)
    ACME.trusted_by(data)
    with api.serving(data) as found:
        yield found


def body(parcel: Parcel) -> dict[str, str]:
    return {"bundle": parcel.bundle.decode(), "signature": parcel.signature.decode()}


def test_a_bundle_is_in_force_when_it_is_answered_and_gone_when_deleted(served: Api) -> None:
    made = served.call("POST", "/v1/bundles", Scope.RULES, json=body(ACME.parcel("||a.example^")))
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["name"], told["version"], told["result"], told["rules"]["added"]) == (
        "acme",
        1,
        "applied",
        1,
    )
    assert told["generation"] == 2
    assert told["applied"].keys() == {"workers", "of", "ms"}
    assert says(served.data, "a.example").startswith("blocked")
    read = served.call("GET", "/v1/bundles/acme", Scope.READ)
    assert (read.status_code, read.json()["key_id"]) == (200, ACME.key.id)
    page = served.call("GET", "/v1/bundles", Scope.READ).json()
    assert ([one["name"] for one in page["items"]], page["next"]) == (["acme"], "")
    gone = served.call("DELETE", "/v1/bundles/acme", Scope.RULES, headers={"If-Match": read.headers["ETag"]})
    assert (gone.status_code, gone.json()["result"]) == (200, "removed")
    assert says(served.data, "a.example") == "allowed"
    assert served.call("GET", "/v1/bundles/acme").status_code == 404
    assert served.call("DELETE", "/v1/bundles/acme").status_code == 404


def test_the_same_bundle_again_publishes_nothing(served: Api) -> None:
    parcel = body(ACME.parcel("||a.example^"))
    served.call("POST", "/v1/bundles", json=parcel)
    again = served.call("POST", "/v1/bundles", json=parcel)
    assert (again.status_code, again.json()["result"], again.json()["generation"]) == (200, "unchanged", 2)


def test_a_dry_run_changes_nothing(served: Api) -> None:
    for _ in range(2):
        tried = served.call("POST", "/v1/bundles?dry_run=true", json=body(ACME.parcel("||a.example^")))
        assert (tried.status_code, tried.json()["dry_run"]) == (200, True)
        assert [rule["text"] for rule in tried.json()["rules"]["added"]] == ["||a.example^"]
    assert served.call("GET", "/v1/bundles").json()["items"] == []
    assert says(served.data, "a.example") == "allowed"
    served.call("POST", "/v1/bundles", json=body(ACME.parcel("||a.example^")))
    tried = served.call("POST", "/v1/bundles?dry_run=true", json=body(ACME.parcel("||a.example^")))
    assert tried.json()["result"]["result"] == "unchanged"
    tried = served.call("DELETE", "/v1/bundles/acme?dry_run=true")
    assert tried.json()["result"]["rules"]["removed"] == 1
    assert says(served.data, "a.example").startswith("blocked")


@pytest.mark.parametrize(
    ("parcel", "status", "reason"),
    [
        (Publisher(9).parcel("||b.example^", version=3), 422, "not among the trusted"),
        (Parcel(ACME.parcel("||b.example^").bundle, ACME.parcel("||c.example^").signature), 422, "not of this file"),
        (Parcel(b"x", b"x"), 422, "not a signature"),
        (Parcel(b"", b""), 422, "not a signature"),
        (ACME.parcel("||b.example^", version=1), 409, "older"),
        (ACME.parcel("||b.example^", version=2), 409, "other content"),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_is_refused_with_the_reason(
    served: Api, parcel: Parcel, status: int, reason: str
) -> None:
    served.call("POST", "/v1/bundles", json=body(ACME.parcel("||a.example^", version=2)))
    refused = served.call("POST", "/v1/bundles", json=body(parcel))
    assert refused.status_code == status, refused.text
    assert reason in refused.json()["detail"]
    assert says(served.data, "a.example").startswith("blocked")
    assert says(served.data, "b.example") == "allowed"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"bundle": "x"},
        {"url": "https://a.example/", "bundle": "x"},
        {"url": "file:///etc/passwd"},
        {"url": "gopher://a.example/"},
        {"url": ""},
        {"bundle": "x", "signature": "x" * 20_000},
        [],
    ],
)
def test_what_is_no_request_is_refused(served: Api, sent: object) -> None:
    refused = served.call("POST", "/v1/bundles", json=sent)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"


def test_half_of_a_surrogate_pair_is_refused(served: Api) -> None:
    refused = served.call(
        "POST",
        "/v1/bundles",
        content=b'{"bundle": "\\ud800", "signature": "x"}',
        headers={"Content-Type": "application/json"},
    )
    assert refused.status_code == 422


def test_a_url_is_subscribed_to_and_refreshed_and_a_failure_is_told(served: Api) -> None:
    with serving({}) as server:
        url = publish(server, ACME.parcel("||a.example^"))
        made = served.call("POST", "/v1/bundles", json={"url": url})
        assert (made.status_code, made.json()["url"]) == (201, url)
        same = served.call("POST", "/v1/bundles/acme:refresh", Scope.RULES)
        assert (same.status_code, same.json()["result"]) == (200, "unchanged")
        publish(server, ACME.parcel("||b.example^", version=2))
        newer = served.call("POST", "/v1/bundles/acme:refresh")
        assert (newer.json()["version"], newer.json()["result"]) == (2, "applied")
        publish(server, Publisher(9).parcel("||c.example^", version=3))
        failed = served.call("POST", "/v1/bundles/acme:refresh")
        assert (failed.status_code, "not among the trusted" in failed.json()["detail"]) == (422, True)
    assert "not among the trusted" in served.call("GET", "/v1/bundles/acme").json()["error"]
    assert says(served.data, "b.example").startswith("blocked")


def test_what_has_no_url_cannot_be_refreshed(served: Api) -> None:
    served.call("POST", "/v1/bundles", json=body(ACME.parcel("||a.example^")))
    assert served.call("POST", "/v1/bundles/acme:refresh").status_code == 422
    assert served.call("POST", "/v1/bundles/other:refresh").status_code == 404


def test_who_has_not_the_scope_does_nothing(served: Api) -> None:
    parcel = body(ACME.parcel("||a.example^"))
    for scope in (Scope.READ, Scope.DEVICES, Scope.EVIDENCE):
        assert served.call("POST", "/v1/bundles", scope, json=parcel).status_code == 403
        assert served.call("DELETE", "/v1/bundles/acme", scope).status_code == 403
    assert served.client.get("/v1/bundles").status_code == 401


def test_pages_follow_each_other(served: Api) -> None:
    for name in ("a", "b", "c"):
        served.call("POST", "/v1/bundles", json=body(ACME.parcel("||a.example^", name=name)))
    first = served.call("GET", "/v1/bundles?limit=2").json()
    assert [one["name"] for one in first["items"]] == ["a", "b"]
    second = served.call("GET", f"/v1/bundles?limit=2&cursor={first['next']}").json()
    assert ([one["name"] for one in second["items"]], second["next"]) == (["c"], "")
