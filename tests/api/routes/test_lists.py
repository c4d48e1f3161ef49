"""Subscriptions over HTTP: in force when the answer is there; what fails leaves the last good copy."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api import fetching
from gateway import subscriptions
from gateway.access import Scope
from gateway.journal import notices
from gateway.model import Action, VerdictRow
from gateway.policy import sources
from gateway.policy.fetching import known_sources
from gateway.policy.fetching.child import Errand
from gateway.policy.fetching.known_sources import KnownSource
from gateway.policy.sources import Fetched
from gateway.settings import Lists, Settings
from gateway.store import brought
from gateway.store.engine import open_journal
from tests.fakes import api, hostile, idle_box
from tests.fakes.api import Api
from tests.fakes.events import event
from tests.fakes.list_server import ListServer, redirect, serving, text


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


@pytest.fixture
def server() -> Iterator[ListServer]:
    with serving({"/ads.txt": text(b"||a.example^\n||b.example^$nonsense\n")}) as found:
        yield found


def url(server: ListServer, path: str = "/ads.txt") -> str:
    return f"http://127.0.0.1:{server.port}{path}"


def add(served: Api, source: str, **more: Any) -> dict[str, Any]:
    answer = served.call("POST", "/v1/lists", Scope.RULES, json={"source": source, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def told(served: Api) -> list[tuple[str, str]]:
    journal = open_journal(served.data.root)
    try:
        return [(one.kind, one.subject) for one in notices.onwards(journal, 0)]
    finally:
        journal.close()


def test_a_list_is_in_force_when_it_is_answered_and_gone_when_deleted(
    served: Api, server: ListServer
) -> None:
    made = add(served, url(server), name="ads")
    assert (made["name"], made["rules"], made["refused"], made["groups"]) == ("ads", 1, 1, ["everyone"])
    assert made["generation"] == 2
    assert idle_box.says(served.data, "a.example").startswith("blocked: lists ads 1")
    (listed,) = served.call("GET", "/v1/lists", Scope.READ).json()["items"]
    assert (listed["id"], listed["hits"], listed["last_hit"]) == (made["id"], 0, 0)
    read = served.call("GET", f"/v1/lists/{made['id']}", Scope.READ)
    assert read.json() == listed
    gone = served.call("DELETE", f"/v1/lists/{made['id']}")
    assert gone.status_code == 200
    assert idle_box.says(served.data, "a.example") == "allowed"
    assert served.call("GET", f"/v1/lists/{made['id']}").status_code == 404


def test_hits_are_those_of_the_log(served: Api, server: ListServer) -> None:
    add(served, url(server), name="ads")
    by_list = VerdictRow(Action.BLOCKED, "lists", "ads", 1, "", "", "", "", 2)
    idle_box.note(
        served.data, event("a.example"), event("a.example", time=1_700_000_100), verdicts=(by_list,)
    )
    (listed,) = served.call("GET", "/v1/lists").json()["items"]
    assert (listed["hits"], listed["last_hit"]) == (2, 1_700_000_100)


def test_without_the_log_lists_are_shown_all_the_same(served: Api, server: ListServer) -> None:
    add(served, url(server), name="ads")
    (served.data.root / "journal.db").write_bytes(b"rubbish" * 1000)
    answer = served.call("GET", "/v1/lists")
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"][0]["hits"] is None


def test_a_known_list_is_subscribed_to_by_its_name(
    served: Api, server: ListServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = KnownSource("House List", url(server), "adblock", "MIT", "for tests", "https://lists.example/")
    monkeypatch.setattr(known_sources, "load", lambda: (known,))
    (shown,) = served.call("GET", "/v1/known-lists", Scope.READ).json()["items"]
    assert shown["name"] == "House List"
    assert add(served, "house list")["name"] == "House List"


@pytest.mark.parametrize(
    "source", ["/etc/passwd", "file:///etc/passwd", "ftp://lists.example/", "etc/passwd", "http://"]
)
def test_no_token_makes_the_box_read_its_files(served: Api, source: str) -> None:
    refused = served.call("POST", "/v1/lists", json={"source": source})
    assert refused.status_code == 422, refused.text
    assert served.call("GET", "/v1/lists").json()["items"] == []


def test_no_token_makes_the_box_ask_its_neighbours(data_dir: Path, server: ListServer) -> None:
    data = idle_box.made(data_dir)
    data.write_settings(Settings(lists=Lists(allow_private=False)))
    server.pages["/there"] = redirect("http://169.254.169.254/latest/meta-data/")
    with api.serving(data) as served:
        for source in (url(server), url(server, "/there"), "http://[::1]/", "http://169.254.169.254/"):
            refused = served.call("POST", "/v1/lists", json={"source": source})
            assert refused.status_code == 422, refused.text
            assert "no public address" in refused.json()["detail"]
    assert server.asked == []


def test_what_cannot_be_used_is_not_subscribed_to_and_no_password_is_told(
    served: Api, server: ListServer
) -> None:
    server.pages["/page"] = text(b"<html>")
    refused = served.call(
        "POST", "/v1/lists", json={"source": f"http://me:secret@127.0.0.1:{server.port}/page"}
    )
    assert refused.status_code == 422
    assert "secret" not in refused.text
    assert refused.json()["hint"]
    made = add(served, f"http://me:secret@127.0.0.1:{server.port}/ads.txt")
    assert "secret" not in json.dumps(made)
    assert "secret" not in served.call("GET", "/v1/lists").text


def test_a_dry_run_of_a_subscription_says_what_would_be_blocked(served: Api, server: ListServer) -> None:
    tried = served.call("POST", "/v1/lists?dry_run=true", json={"source": url(server)})
    assert tried.status_code == 200, tried.text
    assert (tried.json()["dry_run"], tried.json()["result"]["rules"]) == (True, 1)
    assert served.call("GET", "/v1/lists").json()["items"] == []
    assert idle_box.says(served.data, "a.example") == "allowed"


def test_refreshing_takes_up_what_is_new_and_publishes_nothing_for_nothing(
    served: Api, server: ListServer
) -> None:
    number = add(served, url(server), name="ads")["id"]
    same = served.call("POST", "/v1/lists:refresh", Scope.RULES).json()
    assert [one["outcome"] for one in same["items"]] == ["unchanged"]
    assert same.get("generation") is None
    server.pages["/ads.txt"] = text(b"c.example\nd.example\n")
    new = served.call("POST", f"/v1/lists/{number}:refresh").json()
    assert [(one["outcome"], one["list"]["rules"]) for one in new["items"]] == [("new", 2)]
    assert new["generation"] == 3
    assert idle_box.says(served.data, "c.example").startswith("blocked")
    assert served.call("POST", "/v1/lists/99:refresh").status_code == 404


def test_one_that_begins_to_fail_keeps_its_copy_and_is_told_once(served: Api, server: ListServer) -> None:
    number = add(served, url(server), name="ads")["id"]
    del server.pages["/ads.txt"]
    for _ in range(2):
        (one,) = served.call("POST", "/v1/lists:refresh").json()["items"]
        assert (one["outcome"], one["hint"]) == ("kept", "has the list moved?")
        assert "404" in one["reason"]
    assert told(served) == [(notices.LIST_FAILED, "ads")]
    assert "404" in served.call("GET", f"/v1/lists/{number}").json()["error"]
    assert idle_box.says(served.data, "a.example").startswith("blocked")


def test_only_so_many_are_fetched_at_once(served: Api) -> None:
    for _ in range(2):
        assert fetching._AT_ONCE.acquire(blocking=False)
    try:
        refused = served.call("POST", "/v1/lists:refresh")
    finally:
        for _ in range(2):
            fetching._AT_ONCE.release()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
    assert served.call("POST", "/v1/lists:refresh").status_code == 200


def test_a_list_is_renamed_switched_and_given_to_groups(served: Api, server: ListServer) -> None:
    served.call("POST", "/v1/groups", json={"name": "kids"})
    number = add(served, url(server), name="ads")["id"]
    version = served.call("GET", f"/v1/lists/{number}").headers["etag"]
    changed = served.call("PATCH", f"/v1/lists/{number}", json={"name": "adverts", "groups": ["kids"]})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["name"], changed.json()["groups"]) == ("adverts", ["kids"])
    assert idle_box.says(served.data, "a.example") == "allowed"
    stale = served.call(
        "PATCH", f"/v1/lists/{number}", json={"enabled": False}, headers={"If-Match": version}
    )
    assert stale.status_code == 412
    assert not served.call("PATCH", f"/v1/lists/{number}", json={"enabled": False}).json()["enabled"]
    assert served.call("PATCH", f"/v1/lists/{number}", json={"groups": ["nobody"]}).status_code == 404


def test_a_bundles_list_may_only_be_switched(served: Api) -> None:
    with served.box.works.noting() as session:
        one = brought.BroughtList("https://b.example/", "b", "everyone", "auto", "", 0, 0, error="later")
        brought.bring_lists(session, "bundle:acme", [one], now=1)
    (shown,) = served.call("GET", "/v1/lists").json()["items"]
    assert shown["origin"] == "bundle:acme"
    assert served.call("PATCH", f"/v1/lists/{shown['id']}", json={"enabled": False}).status_code == 200
    assert served.call("PATCH", f"/v1/lists/{shown['id']}", json={"name": "mine"}).status_code == 409
    assert served.call("DELETE", f"/v1/lists/{shown['id']}").status_code == 409


def test_refused_lines_are_told_page_by_page_however_hostile(served: Api, server: ListServer) -> None:
    lines = [
        b"ok.example",
        b"bad\x1b[31m.example$x",
        b"<script>$x",
        b"\xff\xfe$x",
        b"z" * 5000,
        b"also.example",
    ]
    server.pages["/bad"] = text(b"\n".join([*lines, *(b"ok%d.example" % n for n in range(9))]))
    number = add(served, url(server, "/bad"))["id"]
    first = served.call("GET", f"/v1/lists/{number}/report?limit=3", Scope.READ)
    assert first.status_code == 200, first.text
    assert "\x1b" not in first.text
    found = first.json()
    assert (found["refused"], [line["line"] for line in found["items"]]) == (4, [2, 3, 4])
    assert all(line["reason"] for line in found["items"])
    rest = served.call("GET", f"/v1/lists/{number}/report?limit=3&cursor={found['next']}").json()
    assert ([line["line"] for line in rest["items"]], rest["next"]) == ([5], "")
    assert len(rest["items"][0]["text"]) <= 200


def test_who_may_only_read_changes_nothing(served: Api) -> None:
    for method, path in (("POST", "/v1/lists"), ("POST", "/v1/lists:refresh"), ("DELETE", "/v1/lists/1")):
        with_body: dict[str, Any] = (
            {"json": {"source": "https://lists.example/"}} if path == "/v1/lists" else {}
        )
        assert served.call(method, path, Scope.READ, **with_body).status_code == 403
        assert served.client.request(method, path, **with_body).status_code == 401


@pytest.mark.parametrize("nasty", hostile.TEXTS)
def test_whatever_stands_in_a_field_is_refused_or_harmless(
    served: Api, server: ListServer, monkeypatch: pytest.MonkeyPatch, nasty: str
) -> None:
    def fetch_here(errand: Errand) -> Fetched:  # a process for each of them would take a minute
        return sources.refresh(errand.source, Path(errand.store), errand.previous, errand.limits)

    monkeypatch.setattr(subscriptions, "fetch_apart", fetch_here)
    source = url(server)
    for body in (
        {"source": nasty},
        {"source": f"{source}?{nasty}"},
        {"source": source, "name": nasty},
        {"source": source, "groups": [nasty]},
        {"source": source, "syntax": nasty},
    ):
        answer = served.call("POST", "/v1/lists", json=body)
        assert answer.status_code in (201, 404, 409, 422), answer.text
        assert "\0" not in answer.text
    assert served.call("PATCH", "/v1/lists/1", json={"name": nasty}).status_code in (200, 404, 409, 422)
    assert served.call("GET", "/v1/lists", params={"cursor": nasty, "limit": 5}).status_code in (
        200,
        414,
        422,
    )
    assert served.call("GET", "/v1/lists/1/report", params={"cursor": nasty}).status_code in (
        200,
        404,
        414,
        422,
    )
