"""A question walked through a living worker, told as the API tells it."""

from pathlib import Path
from typing import Any

import pytest

from gateway import iana, tracing
from gateway.errors import OwnFault
from gateway.names import from_text
from gateway.settings import Settings
from tests.fakes.ears import lagging, listening
from tests.fakes.server import policy_of

POLICY = policy_of("||blocked.example^")
STEPS = [{"link": "policy", "did": "blocked", "says": "Blocked.", "ms": 0.1}]


def told(action: str, layer: str, place: str, line: int) -> Any:
    rule = {"layer": layer, "list": place, "line": line, "text": "as the worker has it"}
    answer = {"rcode": "NOERROR", "records": [], "ede": []}
    said = {"links": STEPS, "answer": answer, "action": action, "rule": rule, "generation": 7, "ms": 1.5}
    return lambda _: said


def traced(run: Path, name: str) -> dict[str, Any]:
    asker = POLICY.asker("192.0.2.7")
    return tracing.trace(run, Settings(), POLICY, asker, from_text(name), iana.A)


def test_the_verdict_is_that_of_why(data_dir: Path) -> None:
    with listening(data_dir, "dns-0", told("blocked", "rules", "everyone", 1)) as worker:
        found = traced(data_dir, "blocked.example")
    assert worker.asked == [{"verb": "trace", "name": "blocked.example", "type": "A", "device": "192.0.2.7"}]
    assert found["verdict"]["rule"]["text"] == "||blocked.example^"
    assert (found["name"], found["type"], found["device"], found["links"]) == (
        "blocked.example", "A", "192.0.2.7", STEPS
    )  # fmt: skip
    assert not {"action", "rule"} & set(found)


def test_where_the_answer_led_elsewhere_that_verdict_is_told(data_dir: Path) -> None:
    with listening(data_dir, "dns-0", told("refused", "answer", "rebinding", 0)):
        verdict = traced(data_dir, "www.example.org")["verdict"]
    assert (verdict["action"], verdict["rule"]["list"], verdict["generation"]) == ("refused", "rebinding", 7)


def test_a_special_name_keeps_the_words_of_why(data_dir: Path) -> None:
    with listening(data_dir, "dns-0", told("rewritten", "special", "localhost", 0)):
        assert traced(data_dir, "localhost")["verdict"]["rule"]["text"] == "answered by the box itself"


def test_without_a_worker_it_says_so(data_dir: Path) -> None:
    with pytest.raises(OwnFault, match="no DNS worker runs"):
        traced(data_dir, "www.example.org")
    with listening(data_dir, "dns-0", lagging), pytest.raises(OwnFault, match="no memory"):
        traced(data_dir, "www.example.org")
