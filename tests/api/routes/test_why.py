"""Why, over HTTP: the same as on the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access import Scope
from tests.fakes import api, hostile, idle_box
from tests.fakes.api import Api
from tests.fakes.terminal import Terminal


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


@pytest.mark.parametrize(
    "query",
    [
        {"name": "Tracking.MIUI.com."},
        {"name": "localhost"},
        {"name": "www.example.org", "type": "https"},
        {"name": "mi.com", "device": "anna"},
        {"name": "mi.com", "device": "192.0.2.7"},
        {"name": "mi.com", "device": "AA:BB:CC:DD:EE:01"},
        {"name": "shop.example", "device": "2001:db8::9"},
    ],
)
def test_it_says_what_the_command_line_says(
    served: Api, capsys: pytest.CaptureFixture[str], query: dict[str, str]
) -> None:
    terminal = Terminal(served.data, capsys)
    terminal.good("groups", "add", "kids")
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna", "--group", "kids")
    terminal.good("rules", "add", "||shop.example^")
    words = [part for key, value in query.items() if key != "name" for part in (f"--{key}", value)]
    told = terminal.one("why", query["name"], *words)
    answer = served.call("GET", "/v1/why", Scope.READ, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.json() == told


def test_a_pause_and_a_new_rule_are_in_it_at_once(served: Api, capsys: pytest.CaptureFixture[str]) -> None:
    served.call("POST", "/v1/rules", json={"text": "||shop.example^"})
    found = served.call("GET", "/v1/why?name=shop.example").json()
    assert (found["action"], found["rule"]["text"], found["generation"]) == ("blocked", "||shop.example^", 2)
    Terminal(served.data, capsys).good("pause", "1h")
    found = served.call("GET", "/v1/why?name=shop.example").json()
    assert (found["action"], found["rule"]["layer"]) == ("allowed", "pause")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("name=", 422),
        ("name=two%20words", 422),
        ("name=example.org&type=NONSENSE", 422),
        ("name=example.org&device=nobody", 404),
    ],
)
def test_nonsense_is_refused_with_a_hint(served: Api, query: str, status: int) -> None:
    refused = served.call("GET", f"/v1/why?{query}")
    assert refused.status_code == status
    assert refused.json()["hint"]


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_whatever_is_asked_for_does_no_harm(served: Api, text: str) -> None:
    for query in ({"name": text}, {"name": "a.example", "device": text}, {"name": "a.example", "type": text}):
        answer = served.call("GET", "/v1/why", params=query)
        assert answer.status_code in (200, 404, 414, 422), answer.text
        assert "\0" not in answer.text
        assert "\x1b" not in answer.text
