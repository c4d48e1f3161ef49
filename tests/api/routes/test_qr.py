"""QR codes over HTTP."""

import pytest

from gateway.access import Scope
from tests.fakes.api import Api


@pytest.mark.parametrize("scope", Scope)
def test_a_text_is_answered_as_a_picture_to_whoever_has_a_token(served: Api, scope: Scope) -> None:
    answer = served.call("GET", "/v1/qr?text=http://192.168.1.5:8080/point", scope)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.text.startswith("<svg ")
    assert "192.168" not in answer.text


def test_strangers_get_none(served: Api) -> None:
    assert served.client.get("/v1/qr?text=x").status_code == 401


@pytest.mark.parametrize("text", ["", "x" * 1001, "a%00b", "a%0Ab", "a%7F", "%F0%9F%98%80" * 600])
def test_what_is_no_line_or_too_much_is_refused(served: Api, text: str) -> None:
    answer = served.call("GET", f"/v1/qr?text={text}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_markup_is_but_a_text(served: Api) -> None:
    answer = served.call("GET", "/v1/qr", params={"text": "</svg><script>alert(1)</script>" * 30})
    assert answer.status_code == 200
    assert "script" not in answer.text
    assert served.call("GET", "/v1/qr", params={"text": "x" * 1000}).status_code == 200
    assert served.call("GET", "/v1/qr?text=x&style=y").status_code == 422
