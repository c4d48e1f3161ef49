"""A misspelt word of the query is an error, not a wish that is ignored."""

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


def test_a_misspelt_dry_run_changes_nothing(served: Api) -> None:
    answer = served.call("POST", "/v1/rules?dryrun=true", json=RULE)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "there is no parameter 'dryrun'"
    assert answer.json()["hint"] == "there are: days, dry_run"
    assert served.call("GET", "/v1/rules").json()["items"] == []


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/v1/rules?goup=kids", "group"),  # each a parameter
        ("/v1/log?compnay=Xiaomi", "company"),  # all in one model
        ("/v1/statistics/top?by=name&sinse=1", "since"),  # a model and a parameter beside it
    ],
)
def test_a_misspelt_filter_is_told_which_there_are(served: Api, path: str, there: str) -> None:
    answer = served.call("GET", path)
    assert answer.status_code == 422
    assert there in answer.json()["hint"]


def test_a_route_without_parameters_says_so(served: Api) -> None:
    assert served.call("GET", "/v1/companies?q=x").json()["hint"] == "this route takes none"


def test_whoever_may_not_ask_does_not_learn_what_there_is(served: Api) -> None:
    assert served.client.get("/v1/rules?goup=kids").status_code == 401
    assert served.call("POST", "/v1/rules?dryrun=true", Scope.READ, json=RULE).status_code == 403


def test_what_there_is_may_be_asked(served: Api) -> None:
    assert served.call("GET", "/v1/rules?group=everyone&limit=1&sort=-id").status_code == 200
    assert served.call("GET", "/v1/log?company=Xiaomi&limit=1").status_code == 200
    assert served.call("GET", "/v1/statistics/top?by=name&limit=1").status_code == 200
