"""A body is taken as it is, whatever it says it is."""

import pytest

from tests.fakes.api import Api


@pytest.mark.parametrize(
    "kind", ["application/octet-stream", "text/plain", "application/json", "multipart/form-data; x", ""]
)
def test_the_bytes_count_and_not_their_type(served: Api, kind: str) -> None:
    done = served.call("POST", "/v1/rules:import", content=b"||a.example^\n", headers={"Content-Type": kind})
    assert (done.status_code, done.json()["rules"]) == (200, 1)


def test_a_form_around_the_file_is_no_file(served: Api) -> None:
    refused = served.call("POST", "/v1/rules:import", files={"file": b"||a.example^\n"})
    assert (refused.status_code, refused.json()["detail"]) == (422, "the file came within a form")
    assert served.call("GET", "/v1/rules").json()["items"] == []


def test_nothing_is_no_file(served: Api) -> None:
    assert served.call("POST", "/v1/restore").json()["detail"] == "the body is empty"


def test_the_document_says_that_a_file_is_wanted(served: Api) -> None:
    document = served.app.openapi()
    for path in ("/v1/rules:import", "/v1/restore"):
        body = document["paths"][path]["post"]["requestBody"]
        assert body["content"]["application/octet-stream"]["schema"]["format"] == "binary"
