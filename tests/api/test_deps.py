"""Who is let in: with a scope that the route asks for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access import Scope
from tests.fakes import api, idle_box
from tests.fakes.api import Api

RULE = {"text": "||a.example^"}


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer hg_", "Basic eDp5", "Bearer " + "x" * 5000])
def test_what_is_no_token_is_asked_for_one(served: Api, value: str) -> None:
    answer = served.client.post("/v1/rules", json=RULE, headers={"Authorization": value})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_expired_token_counts_no_more(served: Api) -> None:
    secret = served.token(Scope.ADMIN, expires=2)
    answer = served.client.post("/v1/rules", json=RULE, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def test_a_token_without_the_scope_is_told_which(served: Api) -> None:
    answer = served.call("POST", "/v1/rules", Scope.READ, Scope.DEVICES, json=RULE)
    assert answer.status_code == 403
    assert "rules" in answer.json()["detail"]


def test_admin_may_all(served: Api) -> None:
    assert served.call("POST", "/v1/rules", Scope.ADMIN, json=RULE).status_code == 201
