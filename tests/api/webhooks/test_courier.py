"""Notices get to their receivers: in order, again after a failure, given up after a day."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.webhooks import courier, sending
from api.webhooks.courier import Courier
from api.webhooks.sending import Message, SendFault
from gateway.journal import notices
from gateway.store import devices, webhooks
from gateway.store.webhooks import Webhook
from tests.fakes import api, idle_box
from tests.fakes.api import Api

NOW = 1_700_000_000
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


class Post:
    """Takes messages, or fails as it is told."""

    def __init__(self) -> None:
        self.fault: SendFault | None = None
        self.got: list[dict[str, object]] = []
        self.tried = 0

    def __call__(self, url: str, message: Message) -> int:
        assert url == "https://hook.example/"
        self.tried += 1
        if self.fault is not None:
            raise self.fault
        self.got.append(json.loads(message.body))
        return 200


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


def subscribe(served: Api, *events: str, cursor: int = 0) -> int:
    with served.box.works.noting() as session:
        made = webhooks.add_webhook(
            session, "https://hook.example/", SECRET, events=events, now=NOW, cursor=cursor
        )
    return made.id


def notice(served: Api, kind: str = notices.NEW_DEVICE, subject: str = "", now: float = NOW) -> int:
    with served.box.journal() as journal:
        return notices.add(journal, kind, "192.0.2.7", subject, "", now)


def state(served: Api, number: int) -> Webhook:
    with served.box.works.reading() as session:
        return webhooks.get_webhook(session, number)


def test_notices_arrive_once_and_in_order(served: Api) -> None:
    post, number = Post(), subscribe(served)
    with served.box.works.noting() as session:
        devices.put_device(session, "192.0.2.7", now=1, name="Anna's phone")
    for subject in ("one", "two", "three"):
        notice(served, subject=subject)
    runner = Courier(served.box, post, Clock())
    assert runner.round()
    assert runner.round()
    assert [event["subject"] for event in post.got] == ["one", "two", "three"]
    assert post.got[0]["device"] == {"key": "192.0.2.7", "name": "Anna's phone"}
    assert state(served, number).cursor == 3


def test_only_what_was_asked_for_is_sent(served: Api) -> None:
    post, number = Post(), subscribe(served, notices.TAMPERING)
    notice(served)
    Courier(served.box, post, Clock()).round()
    assert state(served, number).cursor == 1
    notice(served, notices.TAMPERING)
    Courier(served.box, post, Clock()).round()
    assert [event["kind"] for event in post.got] == ["tampering"]


def test_a_failed_delivery_is_tried_again_ever_later_and_nothing_is_left_out(served: Api) -> None:
    post, clock, number = Post(), Clock(), subscribe(served)
    runner = Courier(served.box, post, clock)
    notice(served, subject="one")
    post.fault = SendFault("it answers 500", status=500)
    waits = []
    for _ in range(4):
        runner.round()
        runner.round()  # too early: nothing is tried
        waits.append(state(served, number).retry_at - clock.now)
        clock.now = state(served, number).retry_at
    assert waits == [5, 10, 20, 40]
    assert post.tried == 4
    assert state(served, number).last_error == "it answers 500"
    post.fault = None
    notice(served, subject="two")
    runner.round()
    assert [event["subject"] for event in post.got] == ["one", "two"]
    assert state(served, number).failures == 0


def test_after_a_day_old_notices_are_given_up_and_counted(served: Api) -> None:
    post, clock, number = Post(), Clock(), subscribe(served)
    notice(served, subject="old")
    notice(served, subject="older news", now=NOW + 10)
    clock.now = NOW + courier.GIVE_UP + 60
    notice(served, subject="new", now=clock.now)
    post.fault = SendFault("it answers 500", status=500)
    Courier(served.box, post, clock).round()
    assert (state(served, number).lost, state(served, number).cursor) == (2, 2)
    post.fault = None
    clock.now += courier.LAST_WAIT
    Courier(served.box, post, clock).round()
    assert [event["subject"] for event in post.got] == ["new"]


def test_who_wants_no_more_gets_no_more(served: Api, caplog: pytest.LogCaptureFixture) -> None:
    post, number = Post(), subscribe(served)
    post.fault = SendFault("it answers 410", status=sending.GONE)
    notice(served)
    with caplog.at_level(logging.WARNING):
        assert Courier(served.box, post, Clock()).round()
    assert not state(served, number).enabled
    assert not Courier(served.box, post, Clock()).round()
    assert SECRET not in caplog.text


def test_a_clock_that_was_years_ahead_puts_nothing_off_for_years(served: Api) -> None:
    post, clock, number = Post(), Clock(), subscribe(served)
    post.fault = SendFault("it answers 500", status=500)
    notice(served)
    clock.now = NOW + 20 * 365 * 86_400
    Courier(served.box, post, clock).round()
    notice(served, subject="now", now=NOW)
    post.fault, clock.now = None, NOW
    Courier(served.box, post, clock).round()
    assert [event["subject"] for event in post.got] == ["now"]
    assert state(served, number).failures == 0


def test_a_log_that_was_begun_anew_is_read_from_its_beginning(served: Api) -> None:
    post = Post()
    subscribe(served, cursor=500)
    notice(served, subject="first of the new log")
    runner = Courier(served.box, post, Clock())
    runner.round()
    runner.round()
    assert [event["subject"] for event in post.got] == ["first of the new log"]


def test_a_webhook_that_is_deleted_meanwhile_is_no_error(served: Api) -> None:
    number = subscribe(served)
    notice(served)

    def send(_url: str, _message: Message) -> int:
        with served.box.works.noting() as session:
            webhooks.remove_webhook(session, number)
        return 200

    assert Courier(served.box, send, Clock()).round()


def test_it_starts_ends_and_is_woken(served: Api) -> None:
    post = Post()
    runner = Courier(served.box, post, Clock())
    runner.start()
    runner.stop(patience=10)
    runner.stop()
    assert not runner.round()
