"""Changes over HTTP: tried, made once, audited, with their version."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.access import Scope
from gateway.model import Channel, EventRow
from gateway.names import from_text
from gateway.store import audit, devices, groups, rules
from gateway.store.audit import Entry
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.list_server import serving, text

PHONE, TABLET = "192.0.2.7", "192.0.2.8"
RULE = {"text": "||a.example^"}


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


def last_entry(served: Api) -> Entry:
    with served.box.works.reading() as session:
        return audit.list_entries(session, limit=1)[0]


def asked(served: Api, *pairs: tuple[str, str, int]) -> None:
    """Device, name, how often."""
    now = int(time.time())
    rows = [
        EventRow(now, device, Channel.DNS, from_text(name), 1, "", 0, 0, count, 60)
        for device, name, count in pairs
    ]
    idle_box.note(served.data, *rows)


def count_rules(served: Api) -> int:
    with served.box.works.reading() as session:
        return len(rules.list_rules(session))


def test_a_dry_run_says_what_would_change_and_changes_nothing(served: Api) -> None:
    asked(served, (PHONE, "www.a.example", 3), (TABLET, "a.example", 5), (PHONE, "b.example", 9))
    with served.box.works.change("named") as change:
        devices.put_device(change.session, PHONE, now=1, name="Anna's phone")
    before = served.box.policy().generation
    tried = served.call("POST", "/v1/rules?dry_run=true", Scope.RULES, Scope.READ, json=RULE)
    assert tried.status_code == 200, tried.text
    told = tried.json()
    assert (told["dry_run"], told["generation"]) == (True, before)
    assert told["result"]["text"] == "||a.example^"
    assert [rule["text"] for rule in told["rules"]["added"]] == ["||a.example^"]
    number = told["result"]["id"]
    place = {"layer": "rules", "list": "everyone", "line": number, "text": "||a.example^"}
    by_rule = {"action": "blocked", "rule": place}
    nobody = {"action": "allowed", "rule": None}
    assert told["verdicts"] == [
        {
            "device": TABLET,
            "device_name": "",
            "name": "a.example",
            "count": 5,
            "before": nobody,
            "after": by_rule,
        },
        {
            "device": PHONE,
            "device_name": "Anna's phone",
            "name": "www.a.example",
            "count": 3,
            "before": nobody,
            "after": by_rule,
        },
    ]
    assert (told["looked_at"], told["truncated"]) == (3, False)
    assert count_rules(served) == 0
    assert served.box.policy().generation == before
    assert idle_box.says(served.data, "a.example") == "allowed"


def test_a_dry_run_of_a_removal_shows_what_would_be_allowed_again(served: Api) -> None:
    number = served.call("POST", "/v1/rules", json=RULE).json()["id"]
    asked(served, (PHONE, "a.example", 1))
    told = served.call("DELETE", f"/v1/rules/{number}?dry_run=true").json()
    (changed,) = told["verdicts"]
    assert (changed["before"]["action"], changed["after"]["action"]) == ("blocked", "allowed")
    assert count_rules(served) == 1


def test_the_same_request_under_the_same_key_is_made_once(served: Api) -> None:
    key = {"Idempotency-Key": "k1"}
    token = {"Authorization": f"Bearer {served.token(Scope.RULES)}"}
    first = served.client.post("/v1/rules", json=RULE, headers={**token, **key})
    again = served.client.post("/v1/rules", json=RULE, headers={**token, **key})
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert served.box.policy().generation == 2
    other = served.client.post("/v1/rules", json={"text": "||b.example^"}, headers={**token, **key})
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]


def test_what_is_gone_by_then_is_answered_as_the_first_time(served: Api) -> None:
    headers = {"Idempotency-Key": "k1", "Authorization": f"Bearer {served.token(Scope.ADMIN)}"}
    with serving({"/mine": text(b"listed.example\n")}) as server:
        body = {"source": f"http://127.0.0.1:{server.port}/mine", "name": "mine"}
        first = served.client.post("/v1/lists", json=body, headers=headers)
    assert first.status_code == 201, first.text
    # Nobody serves the list any more: a second subscription would fail before it comes to any change.
    again = served.client.post("/v1/lists", json=body, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"


def test_the_key_of_one_caller_is_nothing_to_another(served: Api) -> None:
    key = {"Idempotency-Key": "k1"}
    assert served.call("POST", "/v1/rules", json=RULE, headers=key).status_code == 201
    assert served.call("POST", "/v1/rules", json={"text": "||b.example^"}, headers=key).status_code == 201


def test_what_failed_may_be_tried_again_under_its_key(served: Api) -> None:
    key = {"Idempotency-Key": "k1", "Authorization": f"Bearer {served.token(Scope.RULES)}"}
    body = {"text": "||a.example^", "group": "kids"}
    assert served.client.post("/v1/rules", json=body, headers=key).status_code == 404
    with served.box.works.change("group") as change:
        groups.add_group(change.session, "kids")
    assert served.client.post("/v1/rules", json=body, headers=key).status_code == 201


def test_two_at_once_under_one_key_make_one_change(served: Api) -> None:
    headers = {"Idempotency-Key": "k1", "Authorization": f"Bearer {served.token(Scope.RULES)}"}
    answers: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        answers.append(served.client.post("/v1/rules", json=RULE, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.headers.get("idempotency-replayed", "") for answer in answers) == [
        "",
        "true",
        "true",
        "true",
    ]
    assert served.box.policy().generation == 2


def test_a_dry_run_takes_no_key(served: Api) -> None:
    headers = {"Idempotency-Key": "k1", "Authorization": f"Bearer {served.token(Scope.RULES)}"}
    tried = served.client.post("/v1/rules?dry_run=true", json=RULE, headers=headers)
    assert tried.json()["dry_run"]
    assert served.client.post("/v1/rules", json=RULE, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_refused(served: Api, key: str) -> None:
    assert served.call("POST", "/v1/rules", json=RULE, headers={"Idempotency-Key": key}).status_code == 422


def test_the_audit_says_who_changed_what_from_what_to_what(served: Api) -> None:
    made = served.call("POST", "/v1/rules", Scope.RULES, json={**RULE, "comment": "x" * 400}).json()
    entry = last_entry(served)
    assert entry.who.startswith("token ")
    assert (entry.whence, entry.target, entry.generation) == ("127.0.0.1", f"rule {made['id']}", 2)
    assert entry.detail["after"]["text"] == "||a.example^"
    assert len(entry.detail["after"]["comment"]) == 300
    served.call("PATCH", f"/v1/rules/{made['id']}", json={"enabled": False})
    detail = last_entry(served).detail
    assert (detail["before"]["enabled"], detail["after"]["enabled"]) == (True, False)
    assert "text" not in detail["before"]
    served.call("DELETE", f"/v1/rules/{made['id']}")
    assert last_entry(served).detail.keys() == {"before"}


def test_a_secret_is_answered_once_and_kept_nowhere(served: Api) -> None:
    headers = {"Idempotency-Key": "k1", "Authorization": f"Bearer {served.token(Scope.ADMIN)}"}
    body = {"name": "backup", "scopes": ["read"]}
    tried = served.client.post("/v1/tokens?dry_run=true", json=body, headers=headers)
    assert tried.status_code == 200, tried.text
    assert tried.json()["verdicts"] == []
    made = served.client.post("/v1/tokens", json=body, headers=headers)
    assert made.status_code == 201, made.text
    again = served.client.post("/v1/tokens", json=body, headers=headers)
    assert again.status_code == 409
    assert "not kept" in again.json()["detail"]
    secret = made.json()["token"]
    with served.box.works.reading() as session:
        entries = audit.list_entries(session, limit=10)
    assert secret not in repr(entries)
    stored = b"".join(path.read_bytes() for path in served.data.root.glob("hushgate.db*"))
    assert secret.encode() not in stored
