"""Words that were made to break something: stored as they are or refused, and harmless wherever they are shown."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.access import Scope
from gateway.journal import notices
from gateway.model import Action, VerdictRow
from tests.fakes import api, api_server, idle_box
from tests.fakes.api import Api
from tests.fakes.events import NOW, event

WORDS = (
    "it's",
    '"quoted"',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "nul\0nul",
    "line\r\nSet-Cookie: a=b",
    "line\nfeed",
    "\x1b]0;title\x07\x1b[31mred",
    "\u202egnp.exe",  # from right to left
    "\u2066hidden\u2069",
    "line\u2028separator",
    "\ud800",  # half of a character
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1-1",
    "@SUM(A1)",
    "\t=1+1",
    "';DROP TABLE rule;--",
    "%s%n{0}${jndi:ldap://a.example/}",
    "../../../../etc/passwd",
    "a" * 500,
    "\U0001f480",
)
FORMULA = tuple("=+-@\t\r")


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        found.client.headers["Authorization"] = f"Bearer {found.token(Scope.ADMIN)}"
        yield found


def controls(text: str) -> set[str]:
    """What a terminal or a header would act upon."""
    return {char for char in text if unicodedata.category(char) == "Cc" and char not in "\r\n"}


def sent(served: Api, method: str, path: str, body: Any) -> Any:
    """The answer to a JSON body, also to one that no honest client would write."""
    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    return served.client.request(method, path, content=content, headers=headers)


@pytest.mark.parametrize("word", WORDS, ids=ascii)
def test_a_word_is_stored_as_it_is_or_refused_and_breaks_nothing(served: Api, word: str) -> None:
    tried = [
        sent(served, "POST", "/v1/rules", {"text": "||a.example^", "comment": word}),
        sent(served, "POST", "/v1/rules", {"text": word}),
        sent(served, "POST", "/v1/groups", {"name": word[:64], "comment": word}),
        sent(served, "PATCH", "/v1/devices/192.0.2.7", {"name": word[:64]}),
        sent(served, "POST", "/v1/lists", {"source": "/nothing/there", "name": word[:64]}),
        sent(served, "POST", "/v1/tokens", {"name": word[:64], "scopes": ["read"]}),
        sent(served, "POST", "/v1/webhooks", {"url": f"https://a.example/{word}"}),
        sent(served, "POST", "/v1/rules:test", {"rules": [word], "names": [word]}),
    ]
    for key in ("name", "device", "company", "action", "list", "cursor", "q"):
        for path in ("/v1/log", "/v1/rules", "/v1/devices", "/v1/statistics/top", "/v1/why", "/v1/audit"):
            query = {key: word.encode(errors="replace").decode()}
            tried.append(served.client.get(path, params=query))
    for answer in tried:
        assert answer.status_code < 500, answer.text
        assert answer.headers["content-type"].partition(";")[0] in (
            "application/json",
            "application/problem+json",
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not controls(answer.text), answer.text
        json.loads(answer.text)
    made = tried[0]
    if made.status_code == 201:
        assert made.json()["comment"] == word.strip()
        number = made.json()["id"]
        assert served.client.get(f"/v1/rules/{number}").json()["comment"] == word.strip()


def test_what_was_stored_is_listed_counted_and_given_out_again(served: Api) -> None:
    for number, word in enumerate(WORDS):
        sent(served, "POST", "/v1/rules", {"text": f"||n{number}.example^", "comment": word})
        sent(served, "POST", "/v1/groups", {"name": word[:64]})
        with served.box.journal() as journal:
            notices.add(journal, notices.LIST_FAILED, word[:50], word, word, NOW)
    for path in ("/v1/rules?limit=1000", "/v1/groups", "/v1/audit", "/v1/generations", "/v1/status"):
        answer = served.client.get(path)
        assert answer.status_code == 200, answer.text
        assert not controls(answer.text)
    for kind in ("adblock", "hosts", "domains", "rpz", "json"):
        given = served.client.get(f"/v1/rules:export?format={kind}")
        assert given.status_code == 200, given.text
        assert not controls(given.text) - {"\t"}
    found = served.client.get("/metrics").text
    assert list(text_string_to_metric_families(found))
    assert not controls(found)


@pytest.fixture
def logged(served: Api) -> Api:
    """A log full of them: names as bytes on the wire, and every word that the log keeps."""
    wires = [bytes((len(label),)) + label + b"\7example\0" for label in _labels()]
    verdicts = tuple(
        VerdictRow(Action.BLOCKED, "lists", word[:100], 3, word, word[:70], word[:70], word[:30], 1)
        for word in WORDS
    )
    rows = [
        event(wire, time=NOW + place, device=f"<b>{place}\x1b", verdict=place % len(WORDS))
        for place, wire in enumerate(wires)
    ]
    idle_box.note(served.data, *rows, verdicts=verdicts)
    return served


def _labels() -> list[bytes]:
    return [word.encode(errors="replace")[:60] for word in WORDS]


def test_a_log_full_of_them_is_read_counted_and_exported(logged: Api) -> None:
    for path in (
        "/v1/log?limit=1000",
        "/v1/statistics/top?by=name",
        "/v1/statistics/top?by=company",
        "/v1/statistics/first-seen",
        "/v1/devices",
        "/metrics",
    ):
        answer = logged.client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        assert not controls(answer.text), path
    rows = logged.client.get("/v1/log?limit=1000").json()["items"]
    assert len(rows) == len(WORDS)
    assert all(row["name"].isascii() and row["name"].isprintable() for row in rows)


def test_a_table_of_them_has_its_rows_and_columns_and_no_formula(logged: Api) -> None:
    answer = logged.client.get("/v1/log:export?format=csv")
    assert answer.status_code == 200, answer.text
    assert not controls(answer.text)
    table = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert len(table) == len(WORDS) + 1
    assert {len(row) for row in table} == {len(table[0])}
    assert not [field for row in table for field in row if field.startswith(FORMULA)]
    lines = logged.client.get("/v1/log:export?format=jsonl").text.splitlines()
    assert len([json.loads(line) for line in lines]) == len(WORDS)


def test_a_stream_of_them_has_one_event_for_each(data_dir: Path) -> None:
    data = idle_box.made(data_dir)
    wires = [bytes((len(label),)) + label + b"\7example\0" for label in _labels()]
    idle_box.note(data, *(event(wire, time=NOW) for wire in wires))
    with api_server.running(data) as server:
        headers = {"Authorization": f"Bearer {server.token('x', Scope.READ)}", "Last-Event-ID": "0"}
        found: list[str] = []
        with httpx.stream("GET", f"{server.url}/v1/live", headers=headers, timeout=20) as stream:
            assert stream.status_code == 200
            for line in stream.iter_lines():
                assert not line or line.startswith((":", "id: ", "event: ", "data: ", "retry: ")), line
                if line.startswith("data: ") and '"name"' in line:
                    found.append(json.loads(line.removeprefix("data: "))["name"])
                if len(found) == len(WORDS):
                    break
    assert len(found) == len(WORDS)
    assert not [name for name in found if controls(name)]
