"""Every error is a problem document that says what to do."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from starlette.testclient import TestClient

from api import problems
from api.problems import Refused
from gateway.errors import Conflict, Missing, OwnFault, Stale, UsageError
from gateway.store.faults import StoreAway


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    problems.install(app)
    errors: dict[str, Exception] = {
        "usage": UsageError("no rule", hint="write one"),
        "missing": Missing("no rule 7"),
        "conflict": Conflict("there already"),
        "stale": Stale("changed"),
        "away": StoreAway("locked"),
        "own": OwnFault("broken"),
        "refused": Refused(429, "too often", headers={"Retry-After": "7"}),
        "unforeseen": ZeroDivisionError("secret detail"),
    }

    @app.get("/fails/{how}")
    def fails(how: str) -> None:
        raise errors[how]

    class Made(BaseModel):
        model_config = ConfigDict(extra="forbid")
        name: str

    @app.post("/makes")
    def makes(body: Made) -> str:
        return body.name

    @app.delete("/takes")
    def leaves() -> None:
        pass

    @app.get("/takes")
    def takes(number: int) -> int:
        return number

    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("usage", 422),
        ("missing", 404),
        ("conflict", 409),
        ("stale", 412),
        ("away", 503),
        ("own", 503),
        ("refused", 429),
        ("unforeseen", 500),
    ],
)
def test_the_kind_of_error_decides_the_status(client: TestClient, how: str, status: int) -> None:
    answer = client.get(f"/fails/{how}")
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == problems.MEDIA_TYPE


def test_the_hint_is_passed_on(client: TestClient) -> None:
    assert client.get("/fails/usage").json()["hint"] == "write one"


def test_what_nobody_foresaw_is_told_to_the_log_and_not_to_the_caller(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert "secret detail" not in client.get("/fails/unforeseen").text
    assert "secret detail" in caplog.text


def test_headers_go_along(client: TestClient) -> None:
    assert client.get("/fails/refused").headers["retry-after"] == "7"


def test_a_request_that_is_not_as_documented_names_the_place(client: TestClient) -> None:
    answer = client.get("/takes?number=many")
    assert answer.status_code == 422
    assert [fault["where"] for fault in answer.json()["errors"]] == ["query.number"]
    assert answer.json()["detail"].startswith("query.number: ")


def test_the_first_fault_is_the_sentence_and_the_rest_is_counted(client: TestClient) -> None:
    answer = client.post("/makes", json={"nmae": "x"}).json()
    assert answer["detail"] == "body.name: is missing (and 1 more)"
    assert answer["errors"][1] == {"where": "body.nmae", "what": "there is no such field"}


def test_what_is_no_json_is_called_so(client: TestClient) -> None:
    answer = client.post("/makes", content="not json", headers={"Content-Type": "application/json"})
    assert answer.json()["detail"] == "body: no JSON: Expecting value"


def test_a_path_that_is_not_there_is_named_with_what_is(client: TestClient) -> None:
    assert client.get("/nowhere").json()["detail"] == "there is no /nowhere"
    refused = client.put("/takes")
    assert refused.json()["hint"] == "it takes GET, DELETE"
    assert refused.headers["allow"] == "GET, DELETE"


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/takes", 405)])
def test_the_servers_own_refusals_look_the_same(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
