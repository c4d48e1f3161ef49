"""Where notices are sent, as it is stored."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.errors import Conflict, Missing, UsageError
from gateway.store import webhooks
from gateway.store.engine import Session, open_store
from gateway.store.webhooks import Webhook


@pytest.fixture
def session(data_dir: Path) -> Iterator[Session]:
    with closing(open_store(data_dir)) as database, database.writing() as found:
        yield found


def add(session: Session, url: str = "https://a.example/hook", **more: int) -> Webhook:
    return webhooks.add_webhook(
        session, url, "whsec_x", events=("tampering",), now=7, cursor=more.get("cursor", 3)
    )


def test_what_is_added_is_there_without_its_secret(session: Session) -> None:
    made = add(session)
    assert webhooks.list_webhooks(session) == (made,)
    assert made.events == ("tampering",)
    assert not hasattr(made, "secret")
    assert webhooks.secret_of(session, made.id) == "whsec_x"


def test_a_change_gives_it_a_fresh_start(session: Session) -> None:
    made = add(session)
    webhooks.failed(session, made.id, "x\0" * 1000, cursor=5, now=9, retry_at=99, lost=2, gone=False)
    failing = webhooks.get_webhook(session, made.id)
    assert (failing.failures, failing.retry_at, failing.lost, failing.cursor) == (1, 99, 2, 5)
    assert len(failing.last_error) <= 300
    assert "\0" not in failing.last_error
    changed = webhooks.update_webhook(session, made.id, events=(), enabled=False)
    assert (changed.failures, changed.retry_at, changed.events, changed.enabled) == (0, 0, (), False)


def test_the_cursor_never_goes_back_by_itself(session: Session) -> None:
    made = add(session, cursor=10)
    webhooks.delivered(session, made.id, cursor=4, now=9)
    webhooks.skipped(session, made.id, cursor=5)
    assert webhooks.get_webhook(session, made.id).cursor == 10
    webhooks.skipped(session, made.id, cursor=12)
    assert webhooks.get_webhook(session, made.id).cursor == 12
    assert webhooks.update_webhook(session, made.id, cursor=0).cursor == 0


def test_who_wants_no_more_is_switched_off(session: Session) -> None:
    made = add(session)
    webhooks.failed(session, made.id, "gone", cursor=3, now=9, retry_at=99, lost=0, gone=True)
    assert not webhooks.get_webhook(session, made.id).enabled


def test_what_is_gone_is_missing_and_no_error_for_who_delivers(session: Session) -> None:
    made = add(session)
    assert webhooks.remove_webhook(session, made.id) == made
    webhooks.delivered(session, made.id, cursor=9, now=9)
    webhooks.skipped(session, made.id, cursor=9)
    webhooks.failed(session, made.id, "x", cursor=9, now=9, retry_at=9, lost=0, gone=False)
    for number in (made.id, 0, -1, 2**40):
        with pytest.raises(Missing):
            webhooks.get_webhook(session, number)


def test_there_is_an_end_to_them(session: Session) -> None:
    for _ in range(webhooks.MAX_WEBHOOKS):
        add(session)
    with pytest.raises(Conflict):
        add(session)


@pytest.mark.parametrize("url", ["", "https://a.example/\n", "x" * 2001])
def test_an_address_is_one_bounded_line(session: Session, url: str) -> None:
    if url.endswith("\n"):
        url = f"https://a.example/{url}b"
    with pytest.raises(UsageError):
        add(session, url)
