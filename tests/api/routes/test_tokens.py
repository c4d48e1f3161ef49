"""Tokens over the API."""

import time

import pytest

from gateway.access import Scope
from gateway.store import audit, tokens
from tests.fakes.api import Api


def test_the_secret_is_shown_once_and_works(served: Api) -> None:
    made = served.call("POST", "/v1/tokens", json={"name": "backup", "scopes": ["read"]})
    assert made.status_code == 201
    token = made.json()
    secret = token.pop("token")
    assert secret.startswith("hg_")
    assert token["scopes"] == ["read"]
    assert secret not in served.call("GET", "/v1/tokens").text
    assert served.call("GET", f"/v1/tokens/{token['id']}").json() == token
    with served.box.works.reading() as session:
        noted = audit.list_entries(session)[0]
    assert (noted.action, noted.target) == ("token made", "backup")
    assert secret not in repr(noted)
    said = served.client.get("/v1/session", headers={"Authorization": f"Bearer {secret}"})
    assert said.json()["name"] == "token backup"


def test_its_last_use_is_told(served: Api) -> None:
    secret = served.token(Scope.READ)
    served.client.get("/v1/session", headers={"Authorization": f"bearer  {secret} "})
    *_, used = (one for one in served.call("GET", "/v1/tokens").json()["items"] if one["scopes"] == ["read"])
    assert abs(used["last_used"] - time.time()) < 60
    assert used["last_address"] == "127.0.0.1"


def test_an_expired_or_revoked_token_counts_no_more(served: Api) -> None:
    for expires in (2, int(time.time())):
        secret = served.token(Scope.ADMIN, expires=expires)
        assert (
            served.client.get("/v1/tokens", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
        )
    secret = served.token(Scope.ADMIN)
    with served.box.works.reading() as session:
        found = tokens.find_token(session, secret)
    assert found
    assert served.call("DELETE", f"/v1/tokens/{found.id}").json()["name"] == found.name
    assert served.client.get("/v1/tokens", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert served.call("DELETE", f"/v1/tokens/{found.id}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "x", "scopes": []},
        {"name": "", "scopes": ["read"]},
        {"name": "a\nb", "scopes": ["read"]},
        {"name": "x", "scopes": ["all"]},
        {"name": "x", "scopes": ["read"], "expires": 5},
        {"name": "x", "scopes": ["read"], "expires": -1},
        {"name": "x", "scopes": ["read"], "more": 1},
        {"name": "x" * 65, "scopes": ["read"]},
    ],
)
def test_what_makes_no_token_is_refused(served: Api, body: dict[str, object]) -> None:
    assert served.call("POST", "/v1/tokens", json=body).status_code == 422


def test_a_name_is_taken_once(served: Api) -> None:
    body = {"name": "x", "scopes": ["read", "read"]}
    assert served.call("POST", "/v1/tokens", json=body).status_code == 201
    assert served.call("POST", "/v1/tokens", json=body).status_code == 409


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.ADMIN])
def test_only_admins_make_tokens(served: Api, scope: Scope) -> None:
    body = {"name": "x", "scopes": ["admin"]}
    assert served.call("POST", "/v1/tokens", scope, json=body).status_code == 403
