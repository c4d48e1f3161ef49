"""Upstreams, cache and settings over HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from api.routes import network as room
from gateway import chosen
from gateway.access import Scope
from gateway.store import audit
from gateway.store.faults import StoreAway
from tests.fakes import hostile
from tests.fakes.api import Api
from tests.fakes.ears import Ear, listening

ONE, DEAD = "udp://192.0.2.1", "udp://192.0.2.66"
PATH = "/v1/network"


@pytest.fixture
def two(served: Api) -> Iterator[list[Ear]]:
    """Workers that go by the file; DEAD does not answer them."""
    path = served.data.chosen

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        if request["verb"] == "status":
            return {
                "since": 1,
                "upstreams": [],
                "cache": {"entries": 1, "bytes": 2, "hits": 3, "misses": 4, "limit": 5},
            }
        if request["verb"] == "settings":
            return {"serial": chosen.read(path).serial}
        urls = [url for url, _ in request.get("ask", [])] or [request.get("upstream", "")]
        tested = [
            {
                "url": url,
                "ms": 4.2,
                "said": "no answer" if url == DEAD else "NXDOMAIN",
                "answered": url != DEAD,
            }
            for url in urls
        ]
        return tested[0] if request["verb"] == "upstream" else {"tested": tested}

    with ExitStack() as stack:
        yield [
            stack.enter_context(listening(served.data.run, f"dns-{number}", answer)) for number in range(2)
        ]


def setting(served: Api, key: str) -> dict[str, Any]:
    found = served.call("GET", PATH, Scope.READ).json()["settings"]
    return next(one for one in found if one["key"] == key)


def test_it_shows_the_workers_together_and_every_setting(served: Api, two: list[Ear]) -> None:
    answer = served.call("GET", PATH, Scope.READ)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["from_system"] is True
    assert found["cache"]["hits"] == 3 * len(two)
    ttl = setting(served, "dns.blocked_ttl")
    assert (ttl["value"], ttl["default"], ttl["source"], ttl["editable"]) == (10, 10, "default", True)
    assert served.call("GET", PATH, Scope.RULES).status_code == 403


@pytest.mark.usefixtures("two")
def test_a_change_is_in_force_shown_and_audited(served: Api) -> None:
    answer = served.call("PATCH", PATH, json={"upstreams": [ONE], "blocked_ttl": 60})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["serial"], found["upstreams"], found["blocked_ttl"]) == (1, [ONE], 60)
    assert (found["applied"]["workers"], found["applied"]["of"], found["warnings"]) == (2, 2, [])
    assert found["tested"] == [{"url": ONE, "ok": True, "ms": 4.2, "error": ""}]
    shown = setting(served, "dns.upstreams")
    assert (shown["value"], shown["source"], shown["editable"]) == ([ONE], "panel", True)
    (entry,) = served.call("GET", "/v1/audit?action=network").json()["items"]
    assert entry["detail"]["before"] == {"serial": 0, "upstreams": [], "blocked_ttl": 10}
    assert entry["detail"]["after"] == {"serial": 1, "upstreams": [ONE], "blocked_ttl": 60}
    back = served.call("PATCH", PATH, json={"upstreams": None}).json()
    assert (back["upstreams"], back["blocked_ttl"], back["tested"]) == ([], 60, [])
    assert setting(served, "dns.upstreams")["source"] == "default"


@pytest.mark.usefixtures("two")
def test_nothing_to_change_changes_nothing(served: Api) -> None:
    found = served.call("PATCH", PATH, json={}).json()
    assert (found["serial"], found["applied"]) == (0, None)
    assert not served.data.chosen.exists()


@pytest.mark.usefixtures("two")
def test_a_dry_run_asks_and_changes_nothing(served: Api) -> None:
    answer = served.call("PATCH", f"{PATH}?dry_run=true", json={"upstreams": [ONE]})
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    assert (result["upstreams"], result["applied"], result["tested"][0]["ok"]) == ([ONE], None, True)
    assert not served.data.chosen.exists()
    refused = served.call("PATCH", f"{PATH}?dry_run=true", json={"upstreams": [DEAD]})
    assert refused.status_code == 422


@pytest.mark.usefixtures("two")
def test_an_upstream_that_does_not_answer_is_named_and_may_be_forced(served: Api) -> None:
    refused = served.call("PATCH", PATH, json={"upstreams": [ONE, DEAD]})
    assert refused.status_code == 422
    assert refused.json()["detail"] == f"does not answer: {DEAD} (no answer)"
    assert "force" in refused.json()["hint"]
    assert not served.data.chosen.exists()
    forced = served.call("PATCH", PATH, json={"upstreams": [ONE, DEAD], "force": True})
    assert (forced.status_code, forced.json()["tested"]) == (200, [])


@pytest.mark.parametrize(
    "body",
    [
        {"upstreams": ["nonsense"]},
        {"upstreams": [ONE] * 17},
        {"upstreams": [""]},
        {"domains": {"a..b": [ONE]}},
        {"domains": {"lan": []}},
        {"blocked_ttl": -1},
        {"blocked_ttl": "soon"},
        {"private_answers": ["a..b"]},
        {"cache_mb": 5},
        {"listen": ["0.0.0.0:53"]},
        [],
    ],
)
@pytest.mark.usefixtures("two")
def test_a_bad_value_is_refused(served: Api, body: Any) -> None:
    refused = served.call("PATCH", PATH, json=body)
    assert refused.status_code == 422
    assert refused.json()["detail"]
    assert not served.data.chosen.exists()


@pytest.mark.usefixtures("two")
def test_what_is_set_elsewhere_is_read_only(served: Api) -> None:
    settings = served.box.settings
    settings.origins["dns.blocked_ttl"] = "file"
    assert setting(served, "dns.blocked_ttl")["editable"] is False
    refused = served.call("PATCH", PATH, json={"blocked_ttl": 60})
    assert (refused.status_code, "settings file" in refused.json()["detail"]) == (409, True)


@pytest.mark.usefixtures("two")
def test_nobody_undoes_what_somebody_else_has_just_set(served: Api) -> None:
    known = served.call("GET", PATH).headers["ETag"]
    first = served.call("PATCH", PATH, json={"blocked_ttl": 60}, headers={"If-Match": known})
    assert first.status_code == 200
    stale = served.call("PATCH", PATH, json={"blocked_ttl": 70}, headers={"If-Match": known})
    assert stale.status_code == 412
    assert setting(served, "dns.blocked_ttl")["value"] == 60


@pytest.mark.usefixtures("two")
def test_what_cannot_be_noted_is_taken_back(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise StoreAway("the database cannot be used now: disk full")

    monkeypatch.setattr(audit, "add_entry", away)
    failed = served.call("PATCH", PATH, json={"blocked_ttl": 60})
    assert failed.status_code == 503
    assert chosen.read(served.data.chosen).values == {}
    assert setting(served, "dns.blocked_ttl")["value"] == 10


def test_a_worker_that_fails_is_told_of_and_nothing_changes(served: Api, two: list[Ear]) -> None:
    two[0].answer = lambda _: {"error": "no memory"}
    failed = served.call("PATCH", PATH, json={"blocked_ttl": 60})
    assert (failed.status_code, "nothing was changed" in failed.json()["detail"]) == (503, True)
    assert setting(served, "dns.blocked_ttl")["value"] == 10


def test_without_workers_it_is_stored_with_a_warning(served: Api) -> None:
    found = served.call("PATCH", PATH, json={"blocked_ttl": 60}).json()
    assert found["warnings"] == [room.NO_WORKER]
    assert served.call("PATCH", PATH, json={"upstreams": [ONE]}).status_code == 503


@pytest.mark.usefixtures("two")
def test_the_same_request_again_is_answered_as_the_first_time(served: Api) -> None:
    token = served.token(Scope.ADMIN)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
    answers = [
        served.client.patch(PATH, json={"blocked_ttl": 60}, headers=headers).json()["serial"]
        for _ in range(2)
    ]
    assert answers == [1, 1]


@pytest.mark.usefixtures("two")
def test_one_upstream_is_tested(served: Api) -> None:
    good = served.call("POST", f"{PATH}:test", json={"upstream": ONE})
    assert good.json() == {"url": ONE, "ok": True, "ms": 4.2, "error": ""}
    bad = served.call("POST", f"{PATH}:test", json={"upstream": DEAD}).json()
    assert bad == {"url": DEAD, "ok": False, "ms": None, "error": "no answer"}
    assert served.call("POST", f"{PATH}:test", json={"upstream": "nonsense"}).status_code == 422
    assert served.call("POST", f"{PATH}:test", Scope.READ, json={"upstream": ONE}).status_code == 403


@pytest.mark.parametrize("text", hostile.TEXTS)
@pytest.mark.usefixtures("two")
def test_whatever_is_sent_does_no_harm(served: Api, text: str) -> None:
    for body in ({"upstreams": [text]}, {"domains": {text: [ONE]}}, {"private_answers": [text]}):
        answer = served.call("PATCH", PATH, json=body)
        assert answer.status_code in (200, 422), answer.text
        assert "\x1b" not in answer.text
    assert served.call("POST", f"{PATH}:test", json={"upstream": text}).status_code == 422
