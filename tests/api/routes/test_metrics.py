"""`/metrics` over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.access import Scope
from tests.fakes import api, idle_box
from tests.fakes.api import Api


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


def test_a_token_that_may_read_gets_what_prometheus_understands(served: Api) -> None:
    answer = served.call("GET", "/metrics", Scope.READ)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"hushgate_build_info", "hushgate_generation", "hushgate_attempts"} <= names


def test_without_a_token_nothing_is_told(served: Api) -> None:
    assert served.client.get("/metrics").status_code == 401
    assert served.call("GET", "/metrics", Scope.DEVICES).status_code == 403
