"""Trusted keys over HTTP: for admins alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access import Scope
from gateway.bundles import minisign
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.publisher import Publisher

KEYS = [Publisher(number).key.public for number in (1, 2, 3)]


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


def test_a_key_is_trusted_and_then_no_longer(served: Api) -> None:
    file = minisign.write_public_key(KEYS[0]).decode()
    made = served.call("POST", "/v1/bundle-keys", json={"public_key": file, "name": "Acme"})
    assert (made.status_code, made.json()["id"]) == (201, KEYS[0].id)
    (key,) = served.call("GET", "/v1/bundle-keys", Scope.READ).json()["items"]
    assert (key["name"], key["public_key"]) == ("Acme", KEYS[0].line)
    gone = served.call("DELETE", f"/v1/bundle-keys/{KEYS[0].id}")
    assert (gone.status_code, gone.json()["id"]) == (200, KEYS[0].id)
    assert served.call("DELETE", f"/v1/bundle-keys/{KEYS[0].id}").status_code == 404
    assert served.call("GET", "/v1/bundle-keys").json()["items"] == []


def test_only_an_admin_says_whom_to_trust(served: Api) -> None:
    for scope in (Scope.READ, Scope.RULES, Scope.DEVICES, Scope.EVIDENCE):
        refused = served.call("POST", "/v1/bundle-keys", scope, json={"public_key": KEYS[0].line})
        assert refused.status_code == 403
        assert served.call("DELETE", "/v1/bundle-keys/x", scope).status_code == 403
    assert served.client.get("/v1/bundle-keys").status_code == 401


@pytest.mark.parametrize("text", ["", "RWQ", "x" * 56, "\u202e", "untrusted comment: x\n\n"])
def test_what_is_no_key_is_refused(served: Api, text: str) -> None:
    assert served.call("POST", "/v1/bundle-keys", json={"public_key": text}).status_code == 422


def test_a_dry_run_trusts_nobody(served: Api) -> None:
    tried = served.call("POST", "/v1/bundle-keys?dry_run=true", json={"public_key": KEYS[0].line})
    assert (tried.status_code, tried.json()["dry_run"]) == (200, True)
    assert served.call("GET", "/v1/bundle-keys").json()["items"] == []


def test_pages_follow_each_other(served: Api) -> None:
    for key in KEYS:
        served.call("POST", "/v1/bundle-keys", json={"public_key": key.line})
    first = served.call("GET", "/v1/bundle-keys?limit=2").json()
    second = served.call("GET", f"/v1/bundle-keys?limit=2&cursor={first['next']}").json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, "")
    assert served.call("GET", "/v1/bundle-keys?cursor=LTE").status_code == 422
