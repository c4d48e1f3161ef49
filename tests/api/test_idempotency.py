"""What makes two requests the same one."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.idempotency import MaybeOnce, Once, replayed
from gateway.store.idempotency import Answer


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()

    def said(once: Once) -> str:
        return repr(vars(once))

    @app.post("/json")
    def takes_json(once: MaybeOnce, body: dict[str, int] | None = None) -> str:
        return said(once) + " " * (body is None)

    @app.put("/json")
    def takes_json_too(once: MaybeOnce, body: dict[str, int] | None = None) -> str:
        return said(once) + " " * (body is None)

    @app.post("/none")
    def takes_nothing(once: MaybeOnce) -> str:
        return said(once)

    return TestClient(app)


def test_method_path_query_and_body_tell_requests_apart(client: TestClient) -> None:
    key = {"Idempotency-Key": "k"}
    answers = [
        client.post("/json", json={"a": 1}, headers=key),
        client.put("/json", json={"a": 1}, headers=key),
        client.post("/json?x=1", json={"a": 1}, headers=key),
        client.post("/json", json={"a": 2}, headers=key),
        client.post("/none", headers=key),
        client.post("/none", headers={"Idempotency-Key": "other"}),
    ]
    assert all(answer.status_code == 200 for answer in answers)
    assert len({answer.text for answer in answers}) == len(answers)
    assert client.post("/json", json={"a": 1}, headers=key).text == answers[0].text


def test_without_a_key_nothing_is_read_or_kept(client: TestClient) -> None:
    assert client.post("/none", content=b"x").text == client.post("/none", content=b"y").text


def test_an_answer_comes_again_with_its_version_and_says_so() -> None:
    answer = replayed(Answer(201, '"abc"', b"{}"))
    assert (answer.status_code, answer.body, answer.headers["etag"]) == (201, b"{}", '"abc"')
    assert answer.headers["idempotency-replayed"] == "true"
    assert "etag" not in replayed(Answer(200, "", b"{}")).headers
