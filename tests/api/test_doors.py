"""What does not get in, whoever asks."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Message

from api import doors
from api.doors import Doors
from api.hosts import Hosts
from gateway.access import Scope
from gateway.settings import Panel
from tests.fakes.api import Api
from tests.fakes.person import Person

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "203.0.113.5",
        "",
        "127.0.0.1:8080:1",
        "[::1",
    ],
)
def test_a_request_for_somebody_else_is_refused(served: Api, host: str) -> None:
    for path in ("/v1/setup", "/healthz", "/", "/openapi.json", "/nothing"):
        refused = served.client.get(path, headers={"Host": host})
        assert refused.status_code == 421
        assert refused.headers["content-type"] == "application/problem+json"
        assert "frame-ancestors 'none'" in refused.headers["content-security-policy"]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:99", "hushgate.home.arpa", "127.0.0.1", "[::1]:8080"]
)
def test_its_own_names_are_known(served: Api, host: str) -> None:
    assert served.client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("peer", "status"), [("192.168.1.7", 200), ("fe80::1", 200), ("100.64.0.9", 200), ("203.0.113.9", 403)]
)
def test_only_this_house_may_ask(served: Api, peer: str, status: int) -> None:
    assert Person(served, peer).client.get("/healthz").status_code == status


CONTENT_TYPES = (
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "",
)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:81", "https://127.0.0.1:8080", ""]
)
def test_another_sites_page_changes_nothing(admin: Person, content_type: str, origin: str) -> None:
    headers = {"Origin": origin, "Content-Type": content_type, "X-CSRF-Token": admin.csrf}
    del admin.client.headers["Sec-Fetch-Site"]
    for path, body in (
        ("/v1/tokens", b'{"name": "x", "scopes": ["admin"]}'),
        ("/v1/session", b'{"password": "correct horse battery"}'),
        ("/v1/rules", b'{"text": "||a.example^"}'),
    ):
        assert admin.client.post(path, content=body, headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "odd"])
def test_a_browser_that_says_that_it_is_another_sites_page_is_believed(admin: Person, site: str) -> None:
    headers = {"Sec-Fetch-Site": site, "X-CSRF-Token": admin.csrf}
    assert admin.client.delete("/v1/session", headers=headers).status_code == 403


@pytest.mark.parametrize("content_type", [one for one in CONTENT_TYPES if one != "application/json"])
def test_a_body_that_is_not_called_json_is_not_read_as_such(served: Api, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    answer = served.call("POST", "/v1/tokens", content=b'{"name": "x", "scopes": ["admin"]}', headers=headers)
    assert answer.status_code in (415, 422)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"1" * 60_000,
        b'{"name": "\\ud800", "scopes": ["read"]}',
        b'{"name": NaN, "scopes": ["read"]}',
        b"\xff\xfe",
        b"",
        b"null",
    ],
    ids=["brackets", "braces", "digits", "half a character", "NaN", "no text", "nothing", "null"],
)
def test_a_hostile_body_is_refused_with_a_problem(served: Api, body: bytes) -> None:
    answer = served.call("POST", "/v1/tokens", content=body, headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 10_000


def test_no_answer_opens_itself_to_other_origins(served: Api) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    for method, path in (("GET", "/v1/setup"), ("OPTIONS", "/v1/rules"), ("GET", "/"), ("GET", "/metrics")):
        answer = served.client.request(method, path, headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "//v1/setup",
        "/v1//setup",
        "/v1/../v1/setup",
        "/v1/%2e%2e/v1/setup",
        "/v1/.%2E/setup",
        "/./v1/setup",
        "/v1%2fsetup",
        "/v1%5csetup",
        "/v1\\setup",
        "/v1/setup%00",
        "/v1/setup;x",
        "/v1/..",
    ],
)
def test_a_path_that_others_might_read_in_another_way_is_refused(served: Api, path: str) -> None:
    status, _, _ = sent(served, path=path)
    assert status == 400


@pytest.mark.parametrize("path", ["/v1/setup/", "/v1/setup.", "/V1/setup", "/v1/setup%20"])
def test_a_path_that_is_not_quite_one_of_ours_is_none_and_leads_nowhere(served: Api, path: str) -> None:
    status, headers, _ = sent(served, path=path)
    assert status == 404
    assert b"location" not in dict(headers)


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", b"2"), (b"content-length", b"2")],
        [(b"content-length", b"2"), (b"transfer-encoding", b"chunked")],
        [(b"content-length", b"2, 2")],
        [(b"content-length", b"-1")],
        [(b"content-length", b"+2")],
        [(b"host", b"localhost")],
    ],
)
def test_a_request_that_says_a_thing_in_two_ways_is_refused(
    served: Api, headers: list[tuple[bytes, bytes]]
) -> None:
    assert sent(served, "POST", "/v1/session", headers)[0] == 400


def test_a_request_without_a_host_is_refused(served: Api) -> None:
    assert sent(served, host=b"")[0] == 400


def test_a_body_has_its_limit_and_a_stranger_a_smaller_one(served: Api) -> None:
    small = b" " * doors.STRANGERS_BODY + b"{}"
    assert served.client.post("/v1/session", content=small, headers=JSON).status_code == 413
    assert served.call("POST", "/v1/tokens", content=small, headers=JSON).status_code == 422
    large = b" " * doors.MAX_BODY + b"{}"
    refused = served.call("POST", "/v1/tokens", content=large, headers=JSON)
    assert refused.status_code == 413
    assert refused.json()["detail"] == "the body is larger than 1000000 bytes"


def test_a_body_that_does_not_say_its_length_is_cut_off_at_its_limit(served: Api) -> None:
    taken = 0

    def parts() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 10_000
            yield b" " * 10_000

    answer = endless(served, parts(), served.token(Scope.ADMIN))
    assert answer == 413
    assert taken <= doors.MAX_BODY + 20_000
    taken = 0
    assert endless(served, parts(), "") == 413
    assert taken <= doors.STRANGERS_BODY + 20_000


def test_all_bodies_together_have_a_limit_that_is_given_back(
    served: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "HELD", 1000)
    body = b" " * 2000 + b"{}"
    for _ in range(2):
        assert served.client.post("/v1/session", content=body, headers=JSON).status_code == 503
    for _ in range(20):
        assert served.client.post("/v1/session", content=b"{}" + b" " * 100, headers=JSON).status_code == 422


def test_a_body_that_does_not_come_is_not_waited_for(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "BODY_SECONDS", 0.05)
    headers = [(b"content-length", b"5"), (b"content-type", b"application/json")]
    status, answered, _ = sent(served, "POST", "/v1/session", headers, silent=True)
    assert status == 408
    assert dict(answered)[b"connection"] == b"close"


def test_an_answer_goes_out_as_it_is_made() -> None:
    """A stream that was gathered first would never come."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(3):
            await send({"type": "http.response.body", "body": b"%d" % number, "more_body": True})
            assert got[-1]["body"] == b"%d" % number
        await send({"type": "http.response.body"})

    got: list[Message] = []

    async def send(message: Message) -> None:
        got.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    around = Doors(app, None, Hosts(Panel()))  # type: ignore[arg-type]  # no body, so nobody is looked up
    asyncio.run(around(scope_of("GET", "/", [], b"localhost"), receive, send))
    assert len(got) == 5


def scope_of(method: str, path: str, headers: list[tuple[bytes, bytes]], host: bytes) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path.replace("%20", " "),
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [*([(b"host", host)] if host else []), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
        "state": {},
    }


def sent(
    served: Api,
    method: str = "GET",
    path: str = "/v1/setup",
    headers: list[tuple[bytes, bytes]] | None = None,
    *,
    host: bytes = b"127.0.0.1:8080",
    silent: bool = False,
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """A request as no client would make it."""
    got: list[Message] = []

    async def receive() -> Message:
        if silent:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b"{}"}

    async def send(message: Message) -> None:
        got.append(message)

    async def ask() -> None:
        await served.app(scope_of(method, path, headers or [], host), receive, send)

    asyncio.run(ask())
    return got[0]["status"], got[0]["headers"], got[1].get("body", b"")


def endless(served: Api, parts: Iterator[bytes], token: str) -> int:
    got: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": next(parts), "more_body": True}

    async def send(message: Message) -> None:
        got.append(message)

    headers = [(b"transfer-encoding", b"chunked"), (b"content-type", b"application/json")]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))

    async def ask() -> None:
        await served.app(scope_of("POST", "/v1/session", headers, b"127.0.0.1:8080"), receive, send)

    asyncio.run(ask())
    status: int = got[0]["status"]
    return status
