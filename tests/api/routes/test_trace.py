"""A question walked through the chain, over HTTP."""

from typing import Any

import pytest

from gateway import names
from gateway.access import Scope
from tests.fakes import hostile
from tests.fakes.api import Api
from tests.fakes.ears import listening

STEP = {"link": "policy", "did": "blocked", "says": "Blocked by <b>somebody</b>.", "ms": 0.1}
ANSWER = {"rcode": "NOERROR", "records": ["A 0.0.0.0 ttl 10"], "ede": ["15: why"]}


def blocked(request: dict[str, Any]) -> dict[str, Any]:
    """A worker that blocks everything."""
    names.from_text(request["name"])
    rule = {"layer": "rules", "list": "everyone", "line": 1, "text": "||shop.example^"}
    return {"links": [STEP], "answer": ANSWER, "action": "blocked", "rule": rule, "generation": 2, "ms": 0.3}


def test_links_answer_and_verdict_are_told(served: Api) -> None:
    served.call("POST", "/v1/rules", json={"text": "||shop.example^"})
    served.call("PATCH", "/v1/devices/192.0.2.7", json={"name": "Anna"})
    with listening(served.data.run, "dns-0", blocked) as worker:
        answer = served.call("GET", "/v1/trace?name=Shop.Example.&device=anna&type=aaaa", Scope.READ)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    asked = {"verb": "trace", "name": "shop.example", "type": "AAAA", "device": "192.0.2.7"}
    assert worker.asked[-1] == asked
    assert (found["name"], found["type"], found["device"], found["links"]) == (
        "shop.example", "AAAA", "Anna", [STEP]
    )  # fmt: skip
    assert (found["answer"], found["ms"]) == (ANSWER, 0.3)
    why = served.call("GET", "/v1/why?name=shop.example&device=anna&type=aaaa").json()
    assert found["verdict"] == why


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("name=two%20words", 422),
        ("name=example.org&type=NONSENSE", 422),
        ("name=example.org&device=nobody", 404),
        ("name=example.org", 503),  # no worker runs
    ],
)
def test_nonsense_is_refused_with_a_hint(served: Api, query: str, status: int) -> None:
    refused = served.call("GET", f"/v1/trace?{query}")
    assert refused.status_code == status
    assert refused.json()["hint"]


def test_it_is_for_those_who_may_read(served: Api) -> None:
    assert served.call("GET", "/v1/trace?name=example.org", Scope.RULES).status_code == 403
    assert served.client.get("/v1/trace?name=example.org").status_code == 401


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_whatever_is_asked_for_does_no_harm(served: Api, text: str) -> None:
    with listening(served.data.run, "dns-0", blocked):
        for query in (
            {"name": text},
            {"name": "a.example", "device": text},
            {"name": "a.example", "type": text},
        ):
            answer = served.call("GET", "/v1/trace", params=query)
            assert answer.status_code in (200, 404, 414, 422), answer.text
            assert "\x1b" not in answer.text


def test_whoever_may_only_read_has_no_way_out_of_the_house_by_it(served: Api) -> None:
    with listening(served.data.run, "dns-0", blocked) as worker:
        answers = [
            served.call("GET", f"/v1/trace?name=part{number}.secret.example", Scope.READ)
            for number in range(40)
        ]
        assert len(worker.asked) < 35
    refused = answers[-1]
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 2
    assert "/v1/why" in refused.json()["hint"]


def test_what_is_refused_at_once_does_not_count(served: Api) -> None:
    for _ in range(40):
        assert served.call("GET", "/v1/trace?name=two%20words").status_code == 422
    with listening(served.data.run, "dns-0", blocked):
        assert served.call("GET", "/v1/trace?name=example.org").status_code == 200
