"""`/api` as a whole: scopes, and errors in Pi-hole's form."""

from gateway.access import Scope
from tests.api.adapters.conftest import Ask
from tests.fakes.api import Api

READS = (
    "/stats/summary",
    "/stats/top_domains",
    "/stats/top_domains?blocked=true&count=3",
    "/stats/top_clients",
    "/stats/upstreams",
    "/history",
    "/dns/blocking",
    "/queries",
    "/groups",
    "/lists",
    "/clients",
    "/domains",
    "/info/version",
)


def test_what_is_read_needs_the_scope_read(served: Api, hole: Ask) -> None:
    for path in READS:
        answer = hole("GET", path, Scope.READ)
        assert answer.status_code == 200, answer.text
        assert answer.json()["took"] >= 0
        assert hole("GET", path, Scope.RULES).status_code == 403
        assert served.client.get(f"/api{path}").status_code == 401


def test_the_pause_needs_the_scope_devices(served: Api, hole: Ask) -> None:
    body = {"blocking": False, "timer": 60}
    for scope in set(Scope) - {Scope.DEVICES, Scope.ADMIN}:
        assert hole("POST", "/dns/blocking", scope, json=body).status_code == 403
    assert served.client.post("/api/dns/blocking", json=body).status_code == 401
    assert served.box.policy().generation == 1


def test_errors_have_a_key_and_say_what_is_wrong(served: Api, hole: Ask) -> None:
    for method, path, body, status in (
        ("POST", "/dns/blocking", {"blocking": "perhaps"}, 400),
        ("POST", "/dns/blocking", {"blocking": False, "timer": -5}, 400),
        ("GET", "/queries?length=none", None, 400),
        ("GET", "/nothing/of/the/kind", None, 404),
        ("PUT", "/dns/blocking", None, 405),
    ):
        answer = hole(method, path, json=body)
        assert answer.status_code == status, answer.text
        assert answer.json()["error"].keys() == {"key", "message", "hint"}
    assert served.client.get("/api/queries").json()["error"]["key"] == "unauthorized"
