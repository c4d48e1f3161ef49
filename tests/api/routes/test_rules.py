"""Rules over HTTP: in force when the answer is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access import Scope
from tests.fakes import api, idle_box
from tests.fakes.api import Api


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


def test_a_rule_is_in_force_when_it_is_answered_and_gone_when_deleted(served: Api) -> None:
    made = served.call("POST", "/v1/rules", Scope.RULES, json={"text": "||a.example^", "comment": "why"})
    assert made.status_code == 201, made.text
    rule = made.json()
    assert rule["generation"] == 2
    assert rule["applied"].keys() == {"workers", "of", "ms"}
    assert idle_box.says(served.data, "a.example").startswith("blocked")
    gone = served.call("DELETE", f"/v1/rules/{rule['id']}", Scope.RULES)
    assert gone.status_code == 200
    assert idle_box.says(served.data, "a.example") == "allowed"


def test_without_a_token_or_its_scope_nothing_is_done(served: Api) -> None:
    assert served.client.post("/v1/rules", json={"text": "||a.example^"}).status_code == 401
    refused = served.call("POST", "/v1/rules", Scope.READ, json={"text": "||a.example^"})
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert "rules" in refused.json()["detail"]


def test_a_text_that_is_no_rule_is_refused_with_a_hint(served: Api) -> None:
    refused = served.call("POST", "/v1/rules", json={"text": "||a.example^$unheard"})
    assert refused.status_code == 422
    assert "unheard" in refused.json()["detail"]
