"""Attacks on memory, time and the log: numbers, nesting, many values, many rules, hostile files, our own mistakes."""

import io
import json
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from api import doors, fetching
from api.auth.passwords import Passwords
from gateway.access import Scope
from gateway.errors import UsageError
from gateway.exchange import gathering, ours, reading, teleporter
from gateway.settings import Panel
from gateway.store import rules
from gateway.store.own_rules import RuleIn, add_own_rules
from gateway.store.rule_bulk import RuleEdit, change_rules
from tests.fakes import api, idle_box, pihole
from tests.fakes.api import Api
from tests.fakes.events import event


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    """A box with both adapters."""
    data = idle_box.made(data_dir)
    panel = Panel(adapters=("adguardhome", "pihole"))
    data.write_settings(msgspec.structs.replace(data.read_settings(), panel=panel))
    with api.serving(data) as found:
        yield found


BIG = (
    "9" * 5000,
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e30",
    str(2**63),
    str(2**64),
    "-1",
    '"1"',
    "1.5",
)


@pytest.mark.parametrize("number", BIG)
def test_numbers_and_nesting_beyond_all_measure_are_refused(served: Api, number: str) -> None:
    headers = {"Content-Type": "application/json"}
    for method, path, body in (
        ("POST", "/v1/rules", f'{{"text": "||a.example^", "expires": {number}}}'),
        ("POST", "/v1/rules", f'{{"text": "||a.example^", "for": {number}}}'),
        ("PUT", "/v1/pauses/all", f'{{"seconds": {number}}}'),
        ("POST", "/v1/tokens", f'{{"name": "x", "scopes": ["read"], "expires": {number}}}'),
        ("POST", "/v1/rules:bulk", f'{{"delete": [{number}]}}'),
        ("POST", "/v1/rules", "[" * 100_000),
        ("POST", "/v1/rules", '{"text":' * 20_000),
    ):
        answer = served.call(method, path, content=body.encode(), headers=headers)
        assert answer.status_code in (200, 201, 400, 404, 413, 422), (path, body[:80], answer.text)
    for path in (
        "rules",
        "lists",
        "tokens",
        "webhooks",
        "log",
        "generations",
        "groups",
        "devices",
        "bundles",
    ):
        answer = served.call("GET", f"/v1/{path}/{number}"[:2000])
        assert answer.status_code in (404, 422), (path, answer.text)


def test_a_body_of_very_many_values_is_refused(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "MAX_VALUES", 50)
    monkeypatch.setattr(doors, "UPLOAD_VALUES", 500)
    names = [f"{number}.example" for number in range(100)]
    body = {"text": "||example^", "names": names}
    assert served.call("POST", "/v1/rules:test", Scope.READ, json=body).status_code == 413
    assert served.call("POST", "/v1/rules:test", json={**body, "names": names[:20]}).status_code == 200
    many = {"create": [{"text": f"||{name}^"} for name in names * 5]}
    assert served.call("POST", "/v1/rules:bulk", json=many).status_code == 413
    many = {"create": [{"text": f"||{name}^"} for name in names]}
    assert served.call("POST", "/v1/rules:bulk", json=many).status_code == 200


def test_rules_of_ones_own_have_a_number_too(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_OWN", 4)
    monkeypatch.setattr(rules, "MAX_PATTERNS", 2)

    def add(text: str) -> int:
        return served.call("POST", "/v1/rules", json={"text": text}).status_code

    assert [add(f"/ads[0-9]{number}/") for number in range(3)] == [201, 201, 409]
    assert add("||a.example^") == 201
    assert add("||a.example^") == 200  # is there already
    number = served.call("GET", "/v1/rules?q=a.example").json()["items"][0]["id"]
    patched = served.call("PATCH", f"/v1/rules/{number}", json={"text": "@@/x[0-9]x/"})
    assert patched.status_code == 409
    assert served.call("POST", "/v1/rules:import", content=b"||b.example^\n||c.example^\n").status_code == 409
    bulk = {"create": [{"text": "||b.example^"}, {"text": "||c.example^"}]}
    assert served.call("POST", "/v1/rules:bulk", json=bulk).status_code == 409
    bulk = {"update": [{"id": number, "text": "/y[0-9]y/"}]}
    assert served.call("POST", "/v1/rules:bulk", json=bulk).status_code == 409
    bulk = {"create": [{"text": "||b.example^"}, {"text": "||c.example^"}], "delete": [number]}
    assert served.call("POST", "/v1/rules:bulk", json=bulk).status_code == 200
    assert add("||d.example^") == 409


def test_fetches_for_callers_are_few_by_whatever_way(served: Api) -> None:
    for _ in range(fetching.MOST):
        assert fetching._AT_ONCE.acquire(blocking=False)
    try:
        token = served.token(Scope.ADMIN)
        tries = (
            served.call("POST", "/v1/lists", json={"source": "https://a.example/x"}),
            served.call("POST", "/v1/lists:refresh"),
            served.call("POST", "/v1/bundles", json={"url": "https://a.example/x"}),
            served.client.post(
                "/control/filtering/add_url", json={"url": "https://a.example/x"}, auth=("x", token)
            ),
            served.client.post("/control/filtering/refresh", json={}, auth=("x", token)),
        )
    finally:
        for _ in range(fetching.MOST):
            fetching._AT_ONCE.release()
    assert [answer.status_code for answer in tries] == [503] * len(tries)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "$argon2id$garbage",
        "$argon2id$v=19$m=99999999,t=9999,p=1$c29tZXNhbHQ$c29tZWhhc2g",
        "\ud800",
        "x" * 9999,
    ],
)
def test_a_restored_password_cannot_ask_for_all_the_memory(stored: str) -> None:
    begin = time.monotonic()
    assert not Passwords().fits(stored, "correct horse battery")
    assert time.monotonic() - begin < 5


def test_rows_that_would_fill_the_memory_are_counted_before_they_are_made() -> None:
    objects = b"[" + b"{}," * 400_000 + b"{}]"
    with pytest.raises(UsageError, match="more than"):
        ours.decode(b'{"format": "hushgate-rules", "version": 1, "rules": ' + objects + b"}")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as file:
        member = tarfile.TarInfo("adlist.json")
        member.size = len(objects)
        file.addfile(member, io.BytesIO(objects))
    with pytest.raises(UsageError, match="more than"):
        teleporter.read(packed.getvalue())


def test_settings_that_would_fill_the_memory_are_left_out() -> None:
    gravity = io.BytesIO()
    with zipfile.ZipFile(gravity, "w") as file:
        file.writestr("etc/pihole/gravity.db", pihole.gravity())
        file.writestr("etc/pihole/pihole.toml", b"a" + b".a" * 400_000 + b"=1")
    begin = time.monotonic()
    read = teleporter.read(gravity.getvalue())
    assert "its local names are left out" in read.refused[-1].reason
    assert time.monotonic() - begin < 30


def test_a_file_that_says_the_same_for_ever_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_FOUND", 100)
    assert len(reading.read(b"0.0.0.0 a.example\n" * 100).rules) == 1
    with pytest.raises(UsageError, match="more than 100 entries"):
        reading.read(b"0.0.0.0 a.example b.example\n" * 51)


def test_a_wipe_that_was_cut_off_is_made_good_when_it_is_asked_for_again(
    served: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle_box.note(served.data, event("a.example", device="192.0.2.7"))
    headers = {"Idempotency-Key": "wipe", "Authorization": f"Bearer {served.token(Scope.ADMIN)}"}

    def fail(*_: object) -> None:
        raise RuntimeError("the plug is pulled")

    with monkeypatch.context() as patch:
        patch.setattr("api.routes.devices.wipe_device", fail)
        cut = served.client.delete("/v1/devices/192.0.2.7?wipe=true", headers=headers)
    assert cut.status_code == 500
    assert served.call("GET", "/v1/log").json()["items"]
    again = served.client.delete("/v1/devices/192.0.2.7?wipe=true", headers=headers)
    assert again.status_code == 200, again.text
    assert served.call("GET", "/v1/log").json()["items"] == []


def test_answers_hold_no_trace_of_our_own_mistakes(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT * FROM secret; /var/lib/hushgate")

    monkeypatch.setattr("gateway.store.audit.list_entries", fail)
    answer = served.call("GET", "/v1/audit")
    assert answer.status_code == 500
    assert "SELECT" not in answer.text
    assert "/var/lib" not in answer.text
    assert json.loads(answer.text)["title"] == "Internal Server Error"


def test_what_is_asked_for_forges_no_line_of_the_log(
    served: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("our own mistake")

    monkeypatch.setattr("gateway.store.bundles.get_bundle", fail)
    answer = served.call("GET", "/v1/bundles/x%0aERROR%20all%20is%20lost%1b[31m")
    assert answer.status_code == 500
    said = [record.getMessage() for record in caplog.records if record.name == "api.problems"]
    assert len(said) == 1
    assert said[0].isprintable()


def test_the_bounds_are_those_of_the_store_too(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_OWN", 1)
    with pytest.raises(UsageError, match="more than 1 rules"), served.box.works.change("x") as change:
        add_own_rules(change.session, [RuleIn("||a.example^"), RuleIn("||b.example^")], now=1)
    with pytest.raises(UsageError, match="more than 1 rules"), served.box.works.change("x") as change:
        change_rules(change.session, create=[RuleIn("||a.example^"), RuleIn("||b.example^")], now=1)
    with served.box.works.change("x") as change:
        made = rules.add_rule(change.session, "||a.example^", now=1)
        change_rules(change.session, update=[RuleEdit(id=made.id, comment="still mine")], now=1)
