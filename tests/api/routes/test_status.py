"""`/v1/status`."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from gateway.access import Scope
from gateway.settings import Dns
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.ears import listening


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    data = idle_box.made(data_dir)
    settings = data.read_settings()
    dns = Dns(workers=1, upstreams=("https://me:geheim@dns.example/query",))
    data.write_settings(msgspec.structs.replace(settings, dns=dns))
    with api.serving(data) as found:
        yield found


def test_roles_that_are_down_are_told_with_the_reason(served: Api) -> None:
    answer = served.call("GET", "/v1/status", Scope.READ)
    assert answer.status_code == 200, answer.text
    status = answer.json()
    assert status["generation"] == 1
    assert not status["whole"]
    assert {role["role"]: role["state"] for role in status["roles"]} == {
        "dns-0": "down",
        "keeper": "down",
        "panel": "down",
    }
    assert status["storage"]["policy_database"] > 0


def test_what_a_role_says_of_itself_is_there_and_no_password(served: Api) -> None:
    upstream = {
        "url": "https://me:geheim@dns.example/query",
        "domain": "",
        "state": "up",
        "sent": 3,
        "failed": 0,
        "wrong": 0,
        "latency_ms": 7.0,
        "last_error": "",
    }
    said = {"role": "dns-0", "generation": 1, "counts": {"packets": 5}, "upstreams": [upstream]}
    with ExitStack() as stack:
        stack.enter_context(listening(served.data.run, "dns-0", lambda _: said))
        answer = served.call("GET", "/v1/status", Scope.READ)
    status = answer.json()
    assert status["roles"][0]["counts"] == {"packets": 5}
    assert status["upstreams"][0]["latency_ms"] == 7.0
    assert "geheim" not in answer.text


def test_it_is_not_for_everybody(served: Api) -> None:
    assert served.client.get("/v1/status").status_code == 401
    assert served.call("GET", "/v1/status", Scope.RULES).status_code == 403
