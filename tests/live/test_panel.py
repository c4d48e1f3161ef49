"""The panel of a real box: set up by its link, used with HTTP and HTTPS, flooded, killed."""

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.fakes.live_box import LiveBox, started
from tests.fakes.upstream import FakeUpstream
from tests.live.panel import LINK, Answered, Panel, panel_of

PASSWORD = "correct horse battery"
MEMORY = 90  # MB


@pytest.fixture(scope="module")
def live(world: FakeUpstream) -> Iterator[LiveBox]:
    with started(world.url, panel=True) as box:
        wait_for(box)
        yield box


@pytest.fixture
def panel(live: LiveBox) -> Panel:
    return panel_of(live)


def wait_for(live: LiveBox, *, https: bool = False) -> Answered:
    """The first answer; connections wait while it starts."""
    return Panel(panel_of(live).port, https).call("GET", "/healthz", timeout=30)


def link_of(live: LiveBox) -> str:
    """The setup link that it has printed last."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = LINK.findall(live.box.text())
        if found:
            return str(found[-1][3])
        time.sleep(0.05)
    raise AssertionError(f"no setup link:\n{live.box.text()}")


def test_from_the_first_start_to_a_rule_in_force(world: FakeUpstream) -> None:
    with started(world.url, panel=True) as live:
        panel = panel_of(live)
        body = {"token": link_of(live), "password": PASSWORD}
        assert f"Panel and API: http://127.0.0.1:{panel.port}/" in live.box.text()
        set_up = panel.call("POST", "/v1/setup", body)
        assert set_up.status == 201, set_up.body
        assert panel.call("POST", "/v1/setup", body).status == 409
        csrf, cookie = set_up.json()["csrf"], set_up.headers["set-cookie"].partition(";")[0]
        rule = {"text": "||shop.example.org^"}
        assert panel.call("POST", "/v1/rules", rule, cookie=cookie).status == 403
        assert live.box.address("shop.example.org") != "0.0.0.0"
        made = panel.call("POST", "/v1/rules", rule, cookie=cookie, x_csrf_token=csrf)
        assert made.status == 201, made.body
        assert live.box.address("shop.example.org") == "0.0.0.0"
        (told,) = live.json("account")
        assert (told["password"], told["logins"]) == (True, 1)
        assert "set already" in live.command("account", "setup-link").stderr
        # It comes back with everybody still logged in, and offers no setup link any more.
        offered = len(LINK.findall(live.box.text()))
        os.kill(live.pids()["hush panel"], signal.SIGKILL)
        assert panel.call("GET", "/v1/session", cookie=cookie, timeout=30).json()["name"] == "admin"
        assert len(LINK.findall(live.box.text())) == offered
        new = live.command("account", "reset").stdout
        assert LINK.match(new)
        assert panel.call("GET", "/v1/session", cookie=cookie).status == 401
        assert live.command("token", "create", "--scope", "read", "--name", "x").stdout.startswith("hg_")


def test_status_shows_the_panel(live: LiveBox, panel: Panel) -> None:
    said = live.command("status").stdout
    assert re.search(r"^panel +up", said, re.M)
    assert f"listen on 127.0.0.1:{panel.port}" in said


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /v1/tokens HTTP/1.1\r\nHOST\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
         b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n", 401),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET /v1/tokens HTTP/1.1\r\nHOST\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
         b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n", 401),
        (b"POST /v1/session HTTP/1.1\r\nHOST\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (b"POST /v1/session HTTP/1.1\r\nHOST\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
         b"0\r\n\r\nGET /v1/setup HTTP/1.1\r\nHOST\r\nConnection: close\r\n\r\n", 400),
        (b"GET http://evil.example/v1/setup HTTP/1.1\r\nHOST\r\nConnection: close\r\n\r\n", 400),
        (b"GET /v1/setup HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421),
        (b"GET /v1/setup HTTP/1.1\r\nHOST\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 400),
        (b"GET /v1/setup HTTP/1.0\r\n\r\n", 400),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", 400),
        (b"TRACE / HTTP/1.1\r\nHOST\r\nConnection: close\r\n\r\n", 405),
        (b"GET /v1/setup\x1b[31m HTTP/1.1\r\nHOST\r\n\r\n", 400),
        (b"GET /v1/setup HTTP/1.1\r\nHOST\r\nX: a\0b\r\n\r\n", 400),
        (b"GET //v1/setup HTTP/1.1\r\nHOST\r\nConnection: close\r\n\r\n", 400),
        (b"GET /v1/%2e%2e/v1/setup HTTP/1.1\r\nHOST\r\nConnection: close\r\n\r\n", 400),
        (b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHOST\r\nConnection: close\r\n\r\n", 414),
    ],
    ids=range(16),
)  # fmt: skip
def test_odd_requests_get_one_answer_that_gives_nothing_away(panel: Panel, sent: bytes, status: int) -> None:
    got = panel.raw(sent.replace(b"HOST\r\n", f"Host: 127.0.0.1:{panel.port}\r\n".encode()))
    assert got.startswith(f"HTTP/1.1 {status} ".encode()), got
    assert got.count(b"HTTP/1.1 ") == 1
    assert b"application/problem+json" in got
    assert b"uvicorn" not in got.lower()


def test_two_hundred_slow_connections_keep_nobody_out(panel: Panel) -> None:
    host = f"Host: 127.0.0.1:{panel.port}\r\n".encode()
    kinds = (
        b"GET /v1/setup HT",
        b"POST /v1/session HTTP/1.1\r\n" + host + b"Content-Length: 500\r\n\r\n{",
        b"",
        b"\x16\x03\x01\x02\x00",
    )
    with ExitStack() as stack:
        for number in range(200):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", panel.port), timeout=10))
            one.sendall(kinds[number % len(kinds)])
        for _ in range(50):
            assert panel.call("GET", "/v1/setup", timeout=5).status == 200


def test_a_flood_of_wrong_passwords_keeps_nobody_out(world: FakeUpstream) -> None:
    with started(world.url, panel=True) as live:
        panel = panel_of(live)
        panel.call("POST", "/v1/setup", {"token": link_of(live), "password": PASSWORD})
        answers = [panel.call("POST", "/v1/session", {"password": f"wrong {n}"}).status for n in range(40)]
        assert answers.count(401) <= 8
        assert set(answers) == {401, 429}
        assert panel.call("GET", "/v1/setup").status == 200
        assert live.memory()["hush panel"] <= MEMORY


def test_its_memory_stays_small(live: LiveBox, panel: Panel) -> None:
    token = live.command("token", "create", "--scope", "admin", "--name", "memory").stdout.strip()
    for path in ("/openapi.json", "/docs/swagger-ui-bundle.js", "/v1/rules", "/v1/tokens", "/v1/session"):
        for _ in range(20):
            assert panel.call("GET", path, token=token).status == 200
    assert live.memory()["hush panel"] <= MEMORY


def test_https_with_its_own_certificate(world: FakeUpstream) -> None:
    with started(world.url, {"PANEL__TLS": "self-signed"}, panel=True) as live:
        answer = wait_for(live, https=True)
        assert answer.status == 200
        assert "max-age" in answer.headers["strict-transport-security"]
        panel = panel_of(live)
        assert f"https://127.0.0.1:{panel.port}/" in live.box.text()
        assert "plain HTTP" not in live.box.text()
        set_up = panel.call("POST", "/v1/setup", {"token": link_of(live), "password": PASSWORD})
        assert set_up.headers["set-cookie"].startswith("__Host-hushgate_session=")
        assert "; Secure" in set_up.headers["set-cookie"]
        got = Panel(panel.port).raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200" not in got
        with ExitStack() as stack:  # handshakes that are never gone on with
            for number in range(200):
                one = stack.enter_context(socket.create_connection(("127.0.0.1", panel.port), timeout=10))
                one.sendall(b"\x16\x03\x01\x02\x00"[: number % 6])
            for _ in range(20):
                assert panel.call("GET", "/v1/setup", timeout=5).status == 200


def test_a_certificate_that_cannot_be_used_is_told_before_anything_starts(world: FakeUpstream) -> None:
    settings = {"PANEL__TLS": "own", "PANEL__CERTIFICATE": "/nowhere.pem", "PANEL__KEY": "/nowhere.key"}
    with pytest.raises(AssertionError) as ended, started(world.url, settings, panel=True):
        pass
    assert "ended with 2" in str(ended.value)
    assert "panel.certificate: /nowhere.pem cannot be read" in str(ended.value)


def test_nothing_was_said_that_is_a_fault(live: LiveBox) -> None:
    assert not live.faults()
    assert "Started server process" not in live.box.text()
