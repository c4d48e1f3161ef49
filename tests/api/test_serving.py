"""Slow, odd and too many clients, on real sockets."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.types import Receive, Scope, Send

from api import serving
from api.serving import Server

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
UPLOAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with its path once the body is there; /large with more than any socket buffers."""
    while (await receive()).get("more_body"):
        pass
    body = bytes(50_000_000) if scope["path"] == "/large" else scope["path"].encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def served() -> Iterator[int]:
    """The port of a server with this app."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(app, None)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def until_end(connection: socket.socket) -> bytes:
    got = b""
    try:
        while part := connection.recv(65_536):
            got += part
    except ConnectionResetError:
        pass  # an end as well
    return got


def answered(connection: socket.socket) -> bool:
    """Has an answer of `app` come?"""
    got = b""
    while not got.endswith(b"\r\n\r\n/"):
        part = connection.recv(65_536)
        if not part:
            return False
        got += part
    return got.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("sent", [b"", b"GET / HT", UPLOAD[:20]])
def test_whoever_does_not_come_to_the_point_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.1)
    with served() as port, connected(port) as connection:
        connection.sendall(sent)
        assert until_end(connection) == b""


def test_nor_is_the_second_request_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.1)
    with served() as port, connected(port) as connection:
        connection.sendall(REQUEST + b"GET /again")
        assert until_end(connection).endswith(b"\r\n\r\n/")


def test_a_connection_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 5.0)
    with served() as port, connected(port) as connection:
        for _ in range(3):
            connection.sendall(REQUEST)
            assert answered(connection)


def test_whoever_does_not_read_the_answer_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SEND_SECONDS", 0.2)
    with served() as port, connected(port) as connection:
        connection.sendall(REQUEST.replace(b"/ ", b"/large ", 1))
        threading.Event().wait(1.0)  # reads nothing for longer than it may
        assert len(until_end(connection)) < 50_000_000


@pytest.mark.parametrize("kind", [b"GET / HT", UPLOAD, b""])
def test_slow_connections_make_room_for_others_even_of_their_own_place(
    monkeypatch: pytest.MonkeyPatch, kind: bytes
) -> None:
    monkeypatch.setattr(serving, "PLACE_CONNECTIONS", 8)
    with served() as port:
        slow = []
        for _ in range(30):
            slow.append(connected(port))
            slow[-1].sendall(kind)
        for _ in range(20):
            with connected(port) as connection:
                connection.sendall(REQUEST)
                assert answered(connection)
        assert until_end(slow[0]) == b""
        for one in slow:
            one.close()


def test_all_places_together_have_a_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "CONNECTIONS", 4)
    with served() as port:
        slow = [connected(port) for _ in range(6)]
        with connected(port) as connection:
            connection.sendall(REQUEST)
            assert answered(connection)
        assert until_end(slow[0]) == b""
        for one in slow:
            one.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\x1b[31m HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 300_000,
    ],
)
def test_what_is_no_http_gets_a_problem_and_no_log_line(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with served() as port, connected(port) as connection:
        try:
            connection.sendall(sent)
        except ConnectionError:
            return  # it was hung up on before all was sent
        got = until_end(connection)
    if got:  # what was not read any more may have taken the answer along
        head, _, body = got.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400")
        assert b"application/problem+json" in head
        assert b"nosniff" in head
        assert json.loads(body)["status"] == 400
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


def test_an_upgrade_is_not_taken() -> None:
    asked = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n")
    with served() as port, connected(port) as connection:
        connection.sendall(asked)
        assert until_end(connection).startswith(b"HTTP/1.1 200")
