"""Who may do what: every operation of the document, asked with every kind of credentials."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from api import rights
from gateway.access import Scope
from gateway.store import tokens
from tests.fakes.api import Api
from tests.fakes.person import Person

# Whatever else is open to all would be a mistake.
OPEN = {
    "GET /healthz",
    "GET /readyz",
    "GET /v1/setup",
    "GET /v1/pointing/public",
    "POST /v1/setup",
    "POST /v1/session",
}


def operations(served: Api) -> Iterator[tuple[str, str, dict[str, Any]]]:
    document = served.client.get("/openapi.json").json()
    for path, item in document["paths"].items():
        for method in rights.METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def body_of(operation: dict[str, Any]) -> dict[str, Any]:
    """Something of a type that the operation takes; it is never to get as far as being read as such."""
    types = list(operation.get("requestBody", {}).get("content", ()))
    if not types:
        return {}
    return {"content": b"{}", "headers": {"Content-Type": types[0]}}


def asked(served: Api, method: str, path: str, operation: dict[str, Any], authorization: str) -> int:
    url = path
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            url = url.replace(f"{{{parameter['name']}}}", "1")
    given = body_of(operation)
    headers = given.pop("headers", {}) | ({"Authorization": authorization} if authorization else {})
    return served.client.request(method, url, headers=headers, **given).status_code


def test_only_what_must_be_is_open_to_all(served: Api) -> None:
    found = {
        f"{method} {path}"
        for method, path, operation in operations(served)
        if not rights.scopes_of(operation)
    }
    assert found == OPEN


def test_every_route_is_in_the_document_or_a_page(served: Api) -> None:
    """What is not in the document would escape the matrix."""
    known = {path for _, path, _ in operations(served)}
    routes = {route.path_format for route in served.app.routes if isinstance(route, APIRoute)}
    hidden = routes - known
    assert routes & known
    pages = {"/", "/{address}", "/assets/{name}", "/{name}"}
    assert hidden == {"/openapi.json", "/docs", "/docs/{name}", *pages}


def test_without_a_needed_scope_every_operation_is_refused(served: Api, admin: Person) -> None:
    with served.box.works.noting() as session:
        made = {scope: tokens.add_token(session, f"only {scope}", (scope,), now=1)[1] for scope in Scope}
        expired = tokens.add_token(session, "old", (Scope.ADMIN,), now=1, expires=int(time.time()) - 1)[1]
    wrong = {
        "nothing": "",
        "garbage": "Bearer garbage",
        "a token of nobody": f"Bearer hg_{'A' * 43}",
        "expired": f"Bearer {expired}",
        "basic": "Basic YWRtaW46YWRtaW4=",
        "another scheme": f"Digest {made[Scope.ADMIN]}",
        "no scheme": made[Scope.ADMIN],
    }
    faults = []
    for method, path, operation in operations(served):
        any_of = set(rights.scopes_of(operation))
        if not any_of:
            continue
        for kind, authorization in wrong.items():
            status = asked(served, method, path, operation, authorization)
            if status != 401:
                faults.append(f"{method} {path} with {kind}: {status}")
        for scope in {*Scope} - any_of - {Scope.ADMIN}:
            status = asked(served, method, path, operation, f"Bearer {made[scope]}")
            if status != 403:
                faults.append(f"{method} {path} with {scope}: {status}")
        if method not in ("GET", "HEAD"):
            status = asked_by(admin, method, path, operation)
            if status != 403:
                faults.append(f"{method} {path} by a session without its token: {status}")
    assert not faults, "\n".join(faults)


def asked_by(admin: Person, method: str, path: str, operation: dict[str, Any]) -> int:
    given = body_of(operation)
    return admin.client.request(method, path.replace("{", "").replace("}", ""), **given).status_code


@pytest.mark.parametrize("scope", Scope)
def test_with_a_needed_scope_nothing_is_refused_that_only_looks(served: Api, scope: Scope) -> None:
    secret = served.token(scope)
    faults = []
    for method, path, operation in operations(served):
        any_of = rights.scopes_of(operation)
        endless = "text/event-stream" in json.dumps(operation["responses"])
        if method == "GET" and (scope in any_of or (any_of and scope is Scope.ADMIN)) and not endless:
            status = asked(served, method, path, operation, f"Bearer {secret}")
            if status in (401, 403):
                faults.append(f"{method} {path} with {scope}: {status}")
    assert not faults


def test_the_document_says_which_scopes_an_operation_asks_for(served: Api) -> None:
    said = {f"{method} {path}": operation for method, path, operation in operations(served)}
    rules = said["GET /v1/rules/{number}"]
    assert rules["x-scopes"] == ["read", "rules"]
    assert "Scope: `read` or `rules` (one suffices; `admin` does too)." in rules["description"]
    assert rules["security"] == [{"token": []}, {"session": []}]
    assert said["POST /v1/tokens"]["x-scopes"] == ["admin"]
    assert said["POST /v1/session"]["x-scopes"] == []
    assert {"400", "403", "408", "413", "421"} <= set(said["POST /v1/session"]["responses"])
