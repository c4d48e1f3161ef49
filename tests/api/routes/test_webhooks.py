"""`/v1/webhooks`."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlmodel import select

from api.webhooks.courier import Courier
from gateway.access import Scope
from gateway.journal import notices
from gateway.settings import Panel
from gateway.store.access_tables import AuditTable, IdempotencyTable
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.receiver import Receiver, receiving

PATH = "/v1/webhooks"


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    data = idle_box.made(data_dir)
    data.write_settings(msgspec.structs.replace(data.read_settings(), panel=Panel(private_webhooks=True)))
    with api.serving(data) as found:
        yield found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(204) as found:
        yield found


def test_an_event_gets_from_the_log_to_a_receiver_that_can_check_it(served: Api, receiver: Receiver) -> None:
    made = served.call("POST", PATH, json={"url": receiver.url, "events": ["first-contact"]})
    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    runner = Courier(served.box)
    runner.start()
    try:
        with served.box.journal() as journal:
            notices.add(journal, notices.FIRST_CONTACT, "192.0.2.7", "Xiaomi", "a.example", 1_700_000_000)
        (got,) = receiver.wait_for(1)
    finally:
        runner.stop(patience=10)
    assert got.json()["company"] == "Xiaomi"
    assert got.is_signed_with(secret)
    assert not got.is_signed_with("whsec_" + "A" * 44)
    shown = served.call("GET", f"{PATH}/{made.json()['id']}")
    assert "secret" not in shown.json()
    assert secret not in served.call("GET", PATH).text


def test_what_happened_before_it_was_added_is_not_told(served: Api, receiver: Receiver) -> None:
    with served.box.journal() as journal:
        notices.add(journal, notices.NEW_DEVICE, "192.0.2.7", "", "", 1)
    served.call("POST", PATH, json={"url": receiver.url})
    assert Courier(served.box).round()
    assert not receiver.got


def test_it_can_be_tried_out(served: Api, receiver: Receiver) -> None:
    made = served.call("POST", PATH, json={"url": receiver.url}).json()
    tried = served.call("POST", f"{PATH}/{made['id']}:test").json()
    assert (tried["delivered"], tried["status"]) == (True, 204)
    assert receiver.got[0].json()["kind"] == "test"
    assert receiver.got[0].is_signed_with(made["secret"])
    receiver.statuses = [500]
    tried = served.call("POST", f"{PATH}/{made['id']}:test").json()
    assert (tried["delivered"], tried["status"], tried["error"]) == (False, 500, "it answers 500")


def test_it_is_changed_and_deleted(served: Api, receiver: Receiver) -> None:
    number = served.call("POST", PATH, json={"url": receiver.url}).json()["id"]
    before = served.call("GET", f"{PATH}/{number}")
    changed = served.call(
        "PATCH",
        f"{PATH}/{number}",
        json={"enabled": False, "events": ["tampering"]},
        headers={"If-Match": before.headers["etag"]},
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["enabled"], changed.json()["events"]) == (False, ["tampering"])
    stale = served.call("DELETE", f"{PATH}/{number}", headers={"If-Match": before.headers["etag"]})
    assert stale.status_code == 412
    assert served.call("DELETE", f"{PATH}/{number}").status_code == 200
    assert served.call("GET", f"{PATH}/{number}").status_code == 404


def test_only_an_admin_has_to_do_with_them(served: Api, receiver: Receiver) -> None:
    body = {"url": receiver.url}
    for scope in (Scope.READ, Scope.RULES, Scope.DEVICES, Scope.EVIDENCE):
        assert served.call("GET", PATH, scope).status_code == 403
        assert served.call("POST", PATH, scope, json=body).status_code == 403
    assert served.client.post(PATH, json=body).status_code == 401


def test_our_own_network_is_refused_unless_the_settings_allow_it(data_dir: Path, receiver: Receiver) -> None:
    with api.serving(idle_box.made(data_dir)) as served:
        refused = served.call("POST", PATH, json={"url": receiver.url})
        assert refused.status_code == 422
        assert "private_webhooks" in refused.json()["hint"]
        named = receiver.url.replace("127.0.0.1", "localhost")  # seen only when it is looked up
        number = served.call("POST", PATH, json={"url": named}).json()["id"]
        tried = served.call("POST", f"{PATH}/{number}:test").json()
    assert not tried["delivered"]
    assert not receiver.got


def test_there_is_an_end_to_how_many_there_may_be(served: Api, receiver: Receiver) -> None:
    for _ in range(20):
        assert served.call("POST", PATH, json={"url": receiver.url}).status_code == 201
    assert served.call("POST", PATH, json={"url": receiver.url}).status_code == 409


def test_no_secret_gets_into_the_history_nor_is_it_answered_twice(served: Api, receiver: Receiver) -> None:
    headers = {"Idempotency-Key": "once"}
    token = served.token(Scope.ADMIN)
    headers["Authorization"] = f"Bearer {token}"
    first = served.client.post(PATH, json={"url": receiver.url}, headers=headers)
    again = served.client.post(PATH, json={"url": receiver.url}, headers=headers)
    secret = first.json()["secret"]
    assert secret not in again.text
    with served.box.works.reading() as session:
        entries = session.exec(select(AuditTable)).all()
        kept = session.exec(select(IdempotencyTable)).all()
    assert any(entry.action == "webhook added" for entry in entries)
    assert secret not in repr(entries) + repr(kept)
