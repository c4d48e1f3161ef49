"""`/control` as a whole: scopes, and errors as plain text."""

from gateway.access import Scope
from tests.api.adapters.conftest import Ask
from tests.fakes.api import Api

READS = [
    "/status",
    "/dns_info",
    "/stats",
    "/stats_info",
    "/stats/config",
    "/filtering/status",
    "/filtering/check_host?name=a.example",
    "/querylog",
    "/querylog_info",
    "/querylog/config",
    "/safebrowsing/status",
    "/parental/status",
    "/safesearch/status",
    "/rewrite/list",
    "/blocked_services/all",
    "/blocked_services/get",
    "/access/list",
    "/clients",
    "/dhcp/status",
    "/profile",
]
WRITES: list[tuple[str, str, object, Scope]] = [
    ("POST", "/protection", {"enabled": True}, Scope.DEVICES),
    ("POST", "/dns_config", {"protection_enabled": True}, Scope.DEVICES),
    ("POST", "/filtering/set_rules", {"rules": []}, Scope.RULES),
    ("POST", "/filtering/config", {"enabled": True, "interval": 24}, Scope.RULES),
    ("POST", "/filtering/add_url", {"url": "https://a.example/"}, Scope.RULES),
    ("POST", "/filtering/remove_url", {"url": "https://a.example/"}, Scope.RULES),
    (
        "POST",
        "/filtering/set_url",
        {"url": "https://a.example/", "data": {"name": "a", "url": "https://a.example/", "enabled": True}},
        Scope.RULES,
    ),
    ("POST", "/filtering/refresh", {"whitelist": False}, Scope.RULES),
    ("POST", "/safesearch/disable", None, Scope.RULES),
    ("PUT", "/safesearch/settings", {"enabled": False}, Scope.RULES),
    ("POST", "/querylog_clear", None, Scope.ADMIN),
    ("PUT", "/querylog/config/update", {"enabled": True, "interval": 1}, Scope.ADMIN),
    ("POST", "/querylog_config", None, Scope.ADMIN),
    ("POST", "/stats_reset", None, Scope.ADMIN),
    ("PUT", "/stats/config/update", {"enabled": True, "interval": 1}, Scope.ADMIN),
    ("POST", "/stats_config", None, Scope.ADMIN),
    ("POST", "/update", None, Scope.ADMIN),
]


def test_what_is_read_needs_the_scope_read(served: Api, agh: Ask) -> None:
    for path in READS:
        assert agh("GET", path, Scope.READ).status_code == 200, path
        assert agh("GET", path, Scope.DEVICES).status_code == 403
        refused = served.client.get(f"/control{path}")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic")


def test_what_changes_something_needs_its_scope(served: Api, agh: Ask) -> None:
    for method, path, body, scope in WRITES:
        for other in set(Scope) - {scope, Scope.ADMIN}:
            assert agh(method, path, other, json=body).status_code == 403, path
        assert served.client.request(method, f"/control{path}", json=body).status_code == 401
    assert served.box.policy().generation == 1
    for method, path, body, scope in WRITES:
        assert agh(method, path, scope, json=body).status_code in (200, 400), path


def test_errors_are_plain_text(agh: Ask) -> None:
    for method, path, body in (
        ("POST", "/filtering/set_rules", {"rules": ["||a.example^$unheard"]}),
        ("POST", "/filtering/set_rules", {"rules": "no list"}),
        ("POST", "/protection", {"enabled": True, "duration": -1}),
        ("GET", "/querylog?older_than=yesterday", None),
        ("GET", "/querylog?limit=x", None),
        ("GET", "/nothing/of/the/kind", None),
    ):
        answer = agh(method, path, json=body)
        assert answer.status_code in (400, 404), path
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.text.strip()


def test_a_scope_that_is_an_admins_has_all(agh: Ask) -> None:
    assert agh("GET", "/status", Scope.ADMIN).status_code == 200


def test_it_is_not_in_our_own_document(served: Api) -> None:
    document = served.client.get("/openapi.json").json()
    assert not [path for path in document["paths"] if path.startswith(("/control", "/api"))]
