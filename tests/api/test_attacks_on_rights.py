"""Attacks on what is not theirs: by tokens of little scope, through adapters, by words and addresses, on secrets."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.access import Scope
from gateway.exchange import ours
from gateway.settings import Panel
from gateway.store import audit, devices, lists, rules
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.events import event

PHONE = "192.0.2.7"
SECRET_LIST = "https://user:hush@a.example/list.txt?key=hushhush"


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    """A box with a named phone, a log, a list with a password, and both adapters."""
    data = idle_box.made(data_dir)
    panel = Panel(adapters=("adguardhome", "pihole"))
    data.write_settings(msgspec.structs.replace(data.read_settings(), panel=panel))
    rows = event("hidden.example", device=PHONE), event("seen.example", device=PHONE, verdict=1)
    idle_box.note(data, *(msgspec.structs.replace(row, time=int(time.time())) for row in rows))
    with api.serving(data) as found:
        with found.box.works.change("furnished") as change:
            devices.put_device(change.session, PHONE, now=1, name="Annas phone")
            lists.add_list(change.session, SECRET_LIST, name="mine")
        yield found


def tells_of_the_household(text: str) -> bool:
    return any(word in text for word in ("hidden.example", "Annas phone", PHONE))


@pytest.mark.parametrize("scope", [Scope.RULES, Scope.EVIDENCE])
def test_a_dry_run_is_no_way_to_read_the_log(served: Api, scope: Scope) -> None:
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/v1/rules", {"text": "||example^"}),
        ("POST", "/v1/rules:bulk", {"create": [{"text": "/[a-z]+[.]example/"}]}),
        ("PATCH", "/v1/groups/everyone", {"mode": "observe"}),
        ("POST", "/v1/generations/1:restore", {}),
        ("DELETE", "/v1/lists/1", {}),
    ]
    for method, path, body in tries:
        answer = served.call(method, f"{path}?dry_run=true&days=90", scope, json=body)
        assert answer.status_code == (200 if scope is Scope.RULES else 403), answer.text
        assert not tells_of_the_household(answer.text), path
        assert answer.json().get("looked_at", 0) == 0
    told = served.call("POST", "/v1/rules?dry_run=true", scope, Scope.READ, json={"text": "||example^"})
    assert told.status_code == 403 or tells_of_the_household(told.text)


def test_who_may_set_devices_learns_no_names_by_a_dry_run(served: Api) -> None:
    with served.box.works.change("a group") as change:
        rules.add_rule(change.session, "||example^", now=1)
    body = {"tags": ["device_phone"]}
    tried = served.call("PATCH", f"/v1/devices/{PHONE}?dry_run=true", Scope.DEVICES, json=body)
    assert tried.status_code == 200
    assert "hidden.example" not in tried.text


def test_a_row_of_the_log_is_not_told_by_acting_upon_it(served: Api) -> None:
    for word in ("allow", "block"):
        path = f"/v1/log/1:{word}?dry_run=true"
        refused = served.call("POST", path, Scope.RULES, json={"scope": "everyone"})
        assert refused.status_code == 403
        assert not tells_of_the_household(refused.text)
        assert served.call("POST", path, Scope.READ, json={"scope": "everyone"}).status_code == 403
        both = served.call("POST", path, Scope.READ, Scope.RULES, json={"scope": "everyone"})
        assert both.status_code == 200


def test_an_import_names_no_devices_without_the_scope(served: Api) -> None:
    file = {"format": ours.FORMAT, "version": 1, "devices": [{"address": "192.0.2.9", "name": "mine now"}]}
    refused = served.call("POST", "/v1/rules:import", Scope.RULES, json=file)
    assert refused.status_code == 403
    assert served.call("GET", "/v1/devices?q=mine").json()["items"] == []
    taken = served.call("POST", "/v1/rules:import", Scope.RULES, Scope.DEVICES, json=file)
    assert taken.json()["devices"] == 1


def test_who_may_set_rules_learns_no_device_by_generations_or_explanations(served: Api) -> None:
    number = served.call("GET", "/v1/generations").json()["items"][0]["number"]
    for path in (
        f"/v1/generations/{number}/diff?with=1",
        "/v1/rules:export?format=json",
        "/v1/groups",
        "/v1/rules",
    ):
        answer = served.call("GET", path, Scope.RULES)
        assert answer.status_code == 200
        assert not tells_of_the_household(answer.text), path
    why = served.call("GET", f"/v1/why?name=a.example&device={PHONE}", Scope.RULES).json()
    assert why["device"] == PHONE
    assert PHONE in served.call("GET", f"/v1/generations/{number}/diff?with=1", Scope.READ).text


def test_an_answer_kept_for_one_caller_is_not_given_to_another(served: Api) -> None:
    headers = {"Idempotency-Key": "the same"}
    body = {"text": "||a.example^", "comment": "mine alone"}
    first = served.call("POST", "/v1/rules", Scope.RULES, json=body, headers=headers)
    assert first.status_code == 201
    other = served.call("POST", "/v1/rules", Scope.RULES, json=body, headers=headers)
    assert "idempotency-replayed" not in other.headers
    assert served.call("POST", "/v1/rules", Scope.READ, json=body, headers=headers).status_code == 403


# What the adapters change, by the scope that is needed.
_CHANGES: tuple[tuple[str, str, dict[str, Any] | None, Scope], ...] = (
    ("POST", "/control/protection", {"enabled": False}, Scope.DEVICES),
    ("POST", "/control/dns_config", {"protection_enabled": False}, Scope.DEVICES),
    ("POST", "/control/filtering/config", {"enabled": False, "interval": 24}, Scope.RULES),
    ("POST", "/control/filtering/set_rules", {"rules": ["||a.example^"]}, Scope.RULES),
    ("POST", "/control/filtering/add_url", {"url": "https://a.example/x"}, Scope.RULES),
    ("POST", "/control/filtering/remove_url", {"url": SECRET_LIST}, Scope.RULES),
    ("POST", "/control/filtering/refresh", {}, Scope.RULES),
    ("POST", "/control/querylog_clear", {}, Scope.ADMIN),
    ("POST", "/control/update", {}, Scope.ADMIN),
    ("POST", "/api/dns/blocking", {"blocking": False}, Scope.DEVICES),
    ("GET", "/control/querylog", None, Scope.READ),
    ("GET", "/control/stats", None, Scope.READ),
    ("GET", "/control/filtering/status", None, Scope.READ),
    ("GET", "/api/queries", None, Scope.READ),
    ("GET", "/api/clients", None, Scope.READ),
    ("GET", "/api/stats/top_clients", None, Scope.READ),
)


@pytest.mark.parametrize(("method", "path", "body", "needed"), _CHANGES)
def test_no_way_through_an_adapter_without_the_scope(
    served: Api, method: str, path: str, body: dict[str, Any] | None, needed: Scope
) -> None:
    assert served.client.request(method, path, json=body).status_code == 401
    for scope in {*Scope} - {needed, Scope.ADMIN}:
        token = served.token(scope)
        given: dict[str, Any] = {"auth": ("x", token)}
        if path.startswith("/api/"):
            sid = served.client.post("/api/auth", json={"password": token}).json()["session"]["sid"]
            given = {"headers": {"X-FTL-SID": sid}}
        answer = served.client.request(method, path, json=body, **given)
        assert answer.status_code == 403, (scope, answer.text)
        assert not tells_of_the_household(answer.text)


def test_every_route_of_the_adapters_asks_who_calls(served: Api) -> None:
    """What is not in our document would escape the matrix of tests/api/test_rights.py."""
    open_to_all = {
        ("POST", "/control/login"),
        ("GET", "/control/logout"),
        ("POST", "/api/auth"),
        ("GET", "/api/info/login"),
    }
    asked = 0
    for mount in served.app.routes:
        inner = getattr(getattr(mount, "app", None), "openapi", None)
        for path, item in inner()["paths"].items() if inner else ():
            for method in item:
                place = (method.upper(), f"{mount.path}{path}")  # type: ignore[attr-defined]  # a Mount
                status = served.client.request(*place, json={}).status_code
                asked += 1
                assert status == 401 or place in open_to_all, (place, status)
    assert asked > 40


def test_an_adapters_cookie_is_no_use_to_another_sites_form(served: Api) -> None:
    token = served.token(Scope.ADMIN)
    assert served.client.post("/control/login", json={"password": token}).status_code == 200
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        headers = {"Content-Type": content_type}
        content = b'{"enabled": false}'
        answer = served.client.post("/control/protection", content=content, headers=headers)
        assert answer.status_code in (400, 415)
    headers = {"Origin": "http://evil.example"}
    assert (
        served.client.post("/control/protection", json={"enabled": False}, headers=headers).status_code == 403
    )
    served.client.get("/control/logout")
    assert served.client.get("/control/status").status_code == 401


def test_a_log_that_is_cleared_by_an_adapter_is_audited(served: Api) -> None:
    token = served.token(Scope.ADMIN)
    assert served.client.post("/control/querylog_clear", auth=("x", token)).status_code == 200
    with served.box.works.reading() as session:
        (entry,) = audit.list_entries(session, limit=1, action="log wiped")
    assert entry.who.startswith("token ")
    assert served.call("GET", "/v1/log").json()["items"] == []


def test_without_a_password_nobody_is_let_in(served: Api) -> None:
    for body in ({"password": ""}, {"password": "admin"}, {"password": "x" * 12, "code": "000000"}):
        assert served.client.post("/v1/session", json=body).status_code == 409
    body = {"token": "", "password": "correct horse battery"}
    assert served.client.post("/v1/setup", json=body).status_code == 403
    assert served.client.get("/v1/rules").status_code == 401


FILES = (
    "/etc/passwd",
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "./x",
    "../../hushgate.db",
    "ftp://a.example/x",
    "gopher://a.example/",
    "data:text/plain,||a.example^",
    "http://user@127.0.0.1/x",
    "http://0.0.0.0/x",
    "http://0/x",
    "http://[::ffff:127.0.0.1]/x",
    "http://0x7f000001/x",
    "http://0177.0.0.1/x",
    "http://2130706433/x",
    "http://169.254.169.254/latest/",
    "http://[fe80::1]/x",
    "http://[64:ff9b::7f00:1]/x",
    "http://localhost/x",
)


@pytest.mark.parametrize("source", FILES)
def test_no_file_of_the_box_is_read_for_somebody_afar(data_dir: Path, source: str) -> None:
    data = idle_box.made(data_dir)
    limits = msgspec.structs.replace(data.read_settings().lists, allow_private=False, timeout_seconds=3)
    panel = Panel(adapters=("adguardhome",))
    data.write_settings(msgspec.structs.replace(data.read_settings(), lists=limits, panel=panel))
    with api.serving(data) as served:
        tries = [
            served.call("POST", "/v1/lists", Scope.RULES, json={"source": source}),
            served.call("POST", "/v1/bundles", Scope.RULES, json={"url": source}),
            served.client.post(
                "/control/filtering/add_url", json={"url": source}, auth=("x", served.token(Scope.RULES))
            ),
        ]
        for answer in tries:
            assert answer.status_code in (400, 422), answer.text
            assert "root:" not in answer.text
        file = {"format": ours.FORMAT, "version": 1, "lists": [{"source": source}]}
        served.call("POST", "/v1/rules:import", Scope.RULES, json=file)
        refreshed = served.call("POST", "/v1/lists:refresh", Scope.RULES)
        assert refreshed.status_code == 200, refreshed.text
        assert all(one["outcome"] == "kept" for one in refreshed.json()["items"])


SQL = (
    "' OR 1=1 --",
    "1; DROP TABLE rule",
    '" OR ""="',
    "%' ESCAPE '",
    "\\",
    "a*b*c*d*e*f*g*h*i*j*k*l*m*n*o*p",
)
PLACES = (
    *(
        f"/v1/log?{word}="
        for word in ("name", "company", "list", "type", "address", "device", "rule", "cursor")
    ),
    *(f"/v1/rules?{word}=" for word in ("q", "tag", "group", "origin", "sort", "cursor")),
    *(f"/v1/devices?{word}=" for word in ("q", "group", "kind", "sort")),
    *(f"/v1/audit?{word}=" for word in ("who", "action", "cursor")),
    "/v1/statistics/top?by=name&device=",
    "/v1/statistics/hits?list=",
    "/v1/catalogue?q=",
)


def test_what_would_be_sql_is_a_word_like_any_other(served: Api) -> None:
    served.client.headers["Authorization"] = f"Bearer {served.token(Scope.ADMIN)}"
    for place in PLACES:
        path, _, key = place.rpartition("?")[0], "", place.rpartition("?")[2].rpartition("&")[2].rstrip("=")
        fixed = dict(part.split("=") for part in place.partition("?")[2].split("&")[:-1])
        for text in SQL:
            answer = served.client.get(path, params={**fixed, key: text})
            assert answer.status_code in (200, 422), (place, text, answer.text)
            if answer.status_code == 200:
                found = answer.json()
                assert not found.get("items"), (place, text)
                assert not found.get("lines"), (place, text)
    assert len(served.client.get("/v1/log").json()["items"]) == 2


def test_a_lists_password_is_told_to_nobody(served: Api) -> None:
    token = served.token(Scope.ADMIN)
    sid = served.client.post("/api/auth", json={"password": token}).json()["session"]["sid"]
    told = [
        served.call("GET", path)
        for path in (
            "/v1/lists",
            "/v1/lists/1",
            "/v1/generations/2/diff",
            "/v1/audit",
            "/v1/status",
            "/v1/generations",
        )
    ]
    told += [
        served.call("DELETE", "/v1/lists/1?dry_run=true"),
        served.client.get("/control/filtering/status", auth=("x", token)),
        served.client.get("/api/lists", headers={"X-FTL-SID": sid}),
        served.client.get("/metrics", headers={"Authorization": f"Bearer {token}"}),
    ]
    for answer in told:
        assert answer.status_code == 200, answer.text
        assert "hush@" not in answer.text
        assert "hushhush" not in answer.text
        assert str(served.data.root) not in answer.text
    shown = told[-3].json()["filters"][0]["url"]
    gone = served.client.post("/control/filtering/remove_url", json={"url": shown}, auth=("x", token))
    assert gone.status_code == 200, gone.text
