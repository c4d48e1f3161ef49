"""The log over HTTP."""

import csv
import io
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from api.problems import Refused
from api.routes import log
from gateway.access import Scope
from gateway.journal import search
from gateway.model import Action, Channel, VerdictRow
from gateway.store import audit, devices
from tests.fakes import api_server, idle_box
from tests.fakes.api import Api
from tests.fakes.events import ALLOWED, BLOCKED, NOW, event
from tests.live.house import eventually

OTHER = "192.0.2.8"
RULE = VerdictRow(Action.BLOCKED, "rules", "everyone", 5, "||rule.example^", "", "", "", 7)


@pytest.fixture
def filled(served: Api) -> Api:
    idle_box.note(
        served.data,
        event("a.example"),
        event("tracking.miui.com", verdict=1, kind=65),
        event("b.example", device=OTHER, channel=Channel.TLS, address="203.0.113.5", time=NOW + 60),
        event("rule.example", verdict=2, time=NOW + 60),
        verdicts=(ALLOWED, BLOCKED, RULE),
    )
    with served.box.works.change("named") as change:
        devices.put_device(change.session, OTHER, now=1, name="Ann's phone")
    return served


def _names(api: Api, query: str) -> list[str]:
    found = api.call("GET", f"/v1/log?{query}", Scope.READ)
    assert found.status_code == 200, found.text
    return [row["name"] for row in found.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["rule.example", "b.example", "tracking.miui.com", "a.example"]),
        ("action=blocked", ["rule.example", "tracking.miui.com"]),
        ("action=blocked&name=*.miui.com", ["tracking.miui.com"]),
        ("name=a.example&name=b.example", ["b.example", "a.example"]),
        ("device=192.0.2.8", ["b.example"]),
        ("device=Ann's phone", ["b.example"]),
        ("device=nobody", []),
        ("company=xiaomi&purpose=telemetry&country=cn&list=xiaomi&layer=catalogue", ["tracking.miui.com"]),
        ("rule=5", ["rule.example"]),
        ("line=12", ["tracking.miui.com"]),
        ("type=HTTPS&type=AAAA", ["tracking.miui.com"]),
        ("channel=tls", ["b.example"]),
        ("address=203.0.113.5", ["b.example"]),
        (f"since={NOW + 1}", ["rule.example", "b.example"]),
        (f"until={NOW}", ["tracking.miui.com", "a.example"]),
        ("name=' OR 1=1 --", []),
        ("company=%00", []),
    ],
)
def test_filters(filled: Api, query: str, expected: list[str]) -> None:
    assert _names(filled, query) == expected


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "type=XX",
        "action=x",
        "rule=-1",
        "since=x",
        "limit=0",
        "limit=1001",
        "cursor=x",
        "line=1.5",
    ],
)
def test_what_cannot_be_asked_is_refused(filled: Api, query: str) -> None:
    refused = filled.call("GET", f"/v1/log?{query}", Scope.READ)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"


def test_pages_lead_to_each_other(filled: Api) -> None:
    seen: list[int] = []
    cursor = ""
    for _ in range(5):
        page = filled.call("GET", f"/v1/log?limit=2&cursor={cursor}").json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [4, 3, 2, 1]


def test_page_that_was_not_worth_waiting_for_says_where_to_go_on(
    filled: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "STEP", 1)
    monkeypatch.setattr(log, "PATIENCE", -1.0)
    page = filled.call("GET", "/v1/log?until=0").json()
    assert page == {"items": [], "next": ""}
    page = filled.call("GET", f"/v1/log?until={NOW}&since=1").json()
    assert len(page["items"]) <= 1
    assert page["next"]


def test_row_is_shown_whole_with_its_devices_name(filled: Api) -> None:
    row: dict[str, Any] = filled.call("GET", "/v1/log/2", Scope.READ).json()
    assert row["rule"] == {"layer": "catalogue", "list": "xiaomi", "line": 12, "text": "||tracking.miui.com^"}
    assert (row["time"], row["type"], row["device_name"]) == ("2023-11-14T22:13:20Z", "HTTPS", "")
    assert filled.call("GET", "/v1/log/3").json()["device_name"] == "Ann's phone"
    assert filled.call("GET", "/v1/log/99").status_code == 404
    assert filled.call("GET", "/v1/log/0").status_code == 422


def test_hostile_names_are_harmless_in_every_form(served: Api) -> None:
    hostile = b'\x0f=1+\r\n\x1b[31m"<b>\0\x06\xe2\x80\xae\xff@,\x00'
    idle_box.note(served.data, event(hostile))
    (row,) = served.call("GET", "/v1/log").json()["items"]
    assert row["name"].isascii()
    assert row["name"].isprintable()
    text = served.call("GET", "/v1/log:export?format=csv").text
    _, line = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert not line[4].startswith("=")
    assert text.count("\n") == 2


def test_export_is_a_file_of_all_rows(filled: Api) -> None:
    got = filled.call("GET", "/v1/log:export?format=jsonl&action=blocked", Scope.READ)
    assert got.headers["content-type"] == "application/jsonl"
    assert got.headers["content-disposition"].startswith('attachment; filename="hushgate-log-')
    assert [json.loads(line)["id"] for line in got.text.splitlines()] == [2, 4]
    assert filled.call("GET", "/v1/log:export").headers["content-type"].startswith("text/csv")


def test_parquet_comes_whole(filled: Api) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not made for this machine")
    got = filled.call("GET", "/v1/log:export?format=parquet")
    assert parquet.read_table(io.BytesIO(got.content)).num_rows == 4


def test_exports_at_the_same_time_are_few(filled: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "EXPORTS", 1)
    exports = filled.box.kept(log._Exports)
    with exports.one():
        assert filled.call("GET", "/v1/log:export").status_code == 429
    assert filled.call("GET", "/v1/log:export").status_code == 200
    assert filled.call("GET", "/v1/log:export").status_code == 200


def test_export_that_nobody_takes_makes_room_again(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "EXPORTS", 1)
    data = idle_box.made(data_dir)
    for number in range(12):
        idle_box.note(data, *[event(f"{'x' * 60}.example", time=NOW + number)] * 4000)
    with api_server.running(data) as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect((host, int(port)))
            asked = f"GET /v1/log:export HTTP/1.1\r\nHost: {host}:{port}\r\n"
            asked += f"Authorization: Bearer {server.token('t', Scope.READ)}\r\n\r\n"
            client.sendall(asked.encode())
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        room = server.box.kept(log._Exports)
        eventually(lambda: _is_free(room))


def _is_free(room: log._Exports) -> bool:
    try:
        with room.one():
            return True
    except Refused:
        return False


def test_wiping_a_device_is_for_admins_and_is_noted(filled: Api) -> None:
    for scope in (Scope.READ, Scope.RULES, Scope.DEVICES):
        assert filled.call("DELETE", f"/v1/log?device={OTHER}", scope).status_code == 403
    assert filled.call("DELETE", "/v1/log").status_code == 422
    wiped = filled.call("DELETE", "/v1/log?device=Ann's phone")
    assert wiped.json() == {"device": OTHER, "rows": 1}
    assert _names(filled, f"device={OTHER}") == []
    assert len(_names(filled, "")) == 3
    assert filled.call("DELETE", "/v1/log?device=nobody").json()["rows"] == 0
    with filled.box.works.reading() as session:
        noted = audit.list_entries(session, limit=2)
    assert [(one.action, one.target) for one in noted][::-1] == [
        ("log wiped", OTHER),
        ("log wiped", "nobody"),
    ]


def test_log_that_is_away_is_said_so(filled: Api, data_dir: Path) -> None:
    filled.box.close()
    for side in ("-wal", "-shm", ""):
        (data_dir / f"journal.db{side}").unlink(missing_ok=True)
    (data_dir / "journal.db").mkdir()
    away = filled.call("GET", "/v1/log")
    assert away.status_code == 503
