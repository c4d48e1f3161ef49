"""A running box, attacked: by uploads that want its memory, by many who want the same, by who reads its files."""

import contextlib
import http.client
import json
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.live_box import LiveBox, started
from tests.fakes.upstream import FakeUpstream
from tests.live.panel import LINK, Panel, panel_of

PASSWORD = "correct horse battery"
MANY = 12
PEAK = 400  # MB that the panel may ever have had: what comes is bounded, what is made of it too


@pytest.fixture(scope="module")
def live(world: FakeUpstream) -> Iterator[LiveBox]:
    with started(world.url, {"PANEL__ADAPTERS": "adguardhome,pihole"}, panel=True) as box:
        assert panel_of(box).call("GET", "/healthz", timeout=30).status == 200
        yield box


@pytest.fixture(scope="module")
def panel(live: LiveBox) -> Panel:
    return panel_of(live)


@pytest.fixture(scope="module")
def tokens(live: LiveBox) -> dict[str, str]:
    return {
        scope: live.command("token", "create", "--scope", scope, "--name", f"for {scope}").stdout.strip()
        for scope in ("read", "rules", "admin")
    }


def at_once(act: Callable[[int], Any], times: int = MANY) -> list[Any]:
    """What comes of doing it `times` times, all beginning in the same moment."""
    ready = threading.Barrier(times)

    def one(number: int) -> Any:
        ready.wait(30)
        return act(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def setup_token(live: LiveBox) -> str:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if found := LINK.findall(live.box.text()):
            return str(found[-1][3])
        time.sleep(0.05)
    raise AssertionError(f"no setup link:\n{live.box.text()}")


def test_of_many_who_use_the_setup_link_one_gets_in(live: LiveBox, panel: Panel) -> None:
    token = setup_token(live)

    def use(number: int) -> tuple[int, str]:
        body = {"token": token, "password": f"{PASSWORD} {number}"}
        answer = panel.call("POST", "/v1/setup", body, timeout=60)
        return answer.status, answer.headers.get("set-cookie", "")

    answers = at_once(use, 5)
    assert sorted(status for status, _ in answers)[0] == 201
    assert {status for status, _ in answers} <= {201, 403, 409, 429}
    assert len([cookie for _, cookie in answers if cookie]) == 1


def test_a_request_sent_many_times_at_once_under_one_key_is_made_once(
    panel: Panel, tokens: dict[str, str]
) -> None:
    body = {"text": "||once.example^"}

    def make(_: int) -> tuple[int, int, bool]:
        answer = panel.call(
            "POST", "/v1/rules", body, token=tokens["rules"], timeout=60, idempotency_key="one and the same"
        )
        return answer.status, answer.json()["generation"], "idempotency-replayed" in answer.headers

    answers = at_once(make)
    assert {status for status, _, _ in answers} == {201}
    assert len({generation for _, generation, _ in answers}) == 1
    assert [replayed for _, _, replayed in answers].count(False) == 1


def upload(panel: Panel, path: str, content: bytes, token: str, kind: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", panel.port, timeout=60)
    with closing(connection):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        # Refused before it had all come: the answer may still be read.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", path, content, headers)
        try:
            return connection.getresponse().status
        except (ConnectionError, http.client.BadStatusLine):
            return 413


UPLOADS = {
    "empty lists": (b"[" + b"[]," * 5_000_000 + b"[]]", "/v1/rules:bulk", "application/json"),
    "empty maps": (b'{"create": [' + b"{}," * 5_000_000 + b"{}]}", "/v1/rules:bulk", "application/json"),
    "numbers": (b'{"delete": [' + b"1," * 7_500_000 + b"1]}", "/v1/rules:bulk", "application/json"),
    "one long text": (
        b'{"bundle": "' + b"x" * 15_000_000 + b'", "signature": "x"}',
        "/v1/bundles",
        "application/json",
    ),
    "rules without an end": (
        b'{"format": "hushgate-rules", "version": 1, "rules": [' + b'{"text":"a"},' * 1_200_000 + b'{"text":"a"}]}',
        "/v1/rules:import",
        "application/octet-stream",
    ),
    "yaml": (b"filters:\nuser_rules:\n" + b"- a\n" * 3_900_000, "/v1/rules:import", "text/plain"),
    "lines": (b"a\n" * 7_900_000, "/v1/rules:import", "text/plain"),
}  # fmt: skip


@pytest.mark.parametrize("kind", UPLOADS)
def test_uploads_that_want_all_the_memory_get_little_and_dns_goes_on(
    live: LiveBox, panel: Panel, tokens: dict[str, str], kind: str
) -> None:
    content, path, media = UPLOADS[kind]
    before = live.pids()
    for scope in ("read", "rules"):
        answers = at_once(lambda _, scope=scope: upload(panel, path, content, tokens[scope], media), 4)  # type: ignore[misc]  # the loop's own
        assert set(answers) <= ({403, 413, 422, 503} if scope == "read" else {413, 422, 503}), answers
        assert live.box.address("news.example.org") not in ("nothing", "")
    assert live.pids() == before
    assert peak(live) < PEAK


def peak(live: LiveBox) -> float:
    """MB that the panel had at most."""
    status = Path(f"/proc/{live.pids()['hush panel']}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def test_two_restores_at_once_leave_one_sound_state(
    live: LiveBox, panel: Panel, tokens: dict[str, str]
) -> None:
    admin = tokens["admin"]
    for number in range(20):
        panel.call("POST", "/v1/rules", {"text": f"||r{number}.example^"}, token=admin)
    archive = panel.call("GET", "/v1/backup", token=admin, timeout=60).body

    def restore(number: int) -> int:
        if number % 2:
            text = {"text": f"||during{number}.example^"}
            return panel.call("POST", "/v1/rules", text, token=admin, timeout=60).status
        return upload(panel, "/v1/restore", archive, admin, "application/gzip")

    answers = at_once(restore, 6)
    assert set(answers) <= {200, 201, 503}, answers
    assert 200 in answers
    rules = panel.call("GET", "/v1/rules?limit=1000", token=admin).json()["items"]
    assert {f"||r{number}.example^" for number in range(20)} <= {rule["text"] for rule in rules}
    assert live.box.address("r7.example") == "0.0.0.0"
    with closing(sqlite3.connect(f"file:{live.data / 'hushgate.db'}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_lies_in_the_data_folder_is_for_its_owner_alone(
    live: LiveBox, panel: Panel, tokens: dict[str, str]
) -> None:
    panel.call("GET", "/v1/log:export?format=parquet", token=tokens["admin"], timeout=60)
    panel.call("GET", "/v1/backup?secrets=true", token=tokens["admin"], timeout=60)
    found = []
    for path in live.data.rglob("*"):
        mode = path.lstat().st_mode
        parent_closed = any(
            stat.S_IMODE(one.lstat().st_mode) & 0o077 == 0
            for one in path.parents
            if one.is_relative_to(live.data)
        )
        if mode & 0o066 and not parent_closed and not stat.S_ISLNK(mode):
            found.append(f"{stat.filemode(mode)} {path.relative_to(live.data)}")
    assert not found


def test_secrets_are_neither_printed_nor_in_the_clear_on_the_disk(
    live: LiveBox, panel: Panel, tokens: dict[str, str]
) -> None:
    panel.call("POST", "/v1/session", {"password": f"{PASSWORD} wrong"}, token="")
    secrets = [*tokens.values(), PASSWORD]
    words = [os.fsencode(secret) for secret in secrets]
    for path in live.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [word for word in words if word in content], path.name
    assert not [secret for secret in secrets if secret in live.box.text()]
    for pid in (live.box.process.pid, *live.pids().values()):
        said = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        assert not [word for word in words if word in said]


def test_it_has_said_no_fault_all_the_while(live: LiveBox, panel: Panel, tokens: dict[str, str]) -> None:
    found = panel.call("GET", "/v1/status", token=tokens["read"], timeout=30).json()
    assert found["whole"], json.dumps(found["roles"])
    assert not live.faults()
