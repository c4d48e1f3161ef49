"""What is new is noticed once, in the transaction that stores it."""

import pytest
from sqlalchemy import select

from gateway.journal import firsts, news, notices
from gateway.journal.firsts import Contact
from gateway.journal.tables import DEVICE
from gateway.journal.wipe import wipe_device
from gateway.journal.write import Writer
from gateway.model import Action, VerdictRow
from gateway.store.engine import Database
from tests.fakes.events import ALLOWED, BLOCKED, NOW, batch, event

ALIBABA = VerdictRow(Action.BLOCKED, "lists", "big", 3, "", "Alibaba", "ads", "SG", 7)
VERDICTS = (ALLOWED, BLOCKED, ALIBABA)


def _told(journal: Database, after: int = 0) -> list[tuple[str, str, str, str]]:
    return [(one.kind, one.device, one.subject, one.detail) for one in notices.onwards(journal, after, 1000)]


def _times(journal: Database) -> dict[str, tuple[int, int]]:
    with journal.read() as connection:
        return {row.address: (row.first, row.last) for row in connection.execute(select(DEVICE))}


def test_new_device_and_its_first_contacts_are_told_once(journal: Database) -> None:
    for _ in range(2):  # the second time by another process
        writer = Writer(journal)
        for _ in range(2):
            sequence = notices.last_id(journal) + 1 + len(_times(journal))
            rows = [event(), event("tracking.miui.com", verdict=1), event(None, verdict=2)]
            writer.write([batch(*rows, verdicts=VERDICTS, sequence=sequence, sender=str(id(writer)))], NOW)
    assert _told(journal) == [
        ("new-device", "192.0.2.7", "", ""),
        ("first-contact", "192.0.2.7", "Alibaba", ""),
        ("first-contact", "192.0.2.7", "Xiaomi", "tracking.miui.com"),
    ]
    assert firsts.contacts(journal) == (
        Contact("192.0.2.7", "Alibaba", NOW),
        Contact("192.0.2.7", "Xiaomi", NOW),
    )


def test_second_device_has_first_contacts_of_its_own(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event("a.miui.com", verdict=1))], NOW)
    last = notices.last_id(journal)
    writer.write([batch(event("b.miui.com", verdict=1, device="192.0.2.8", time=NOW + 5), sequence=2)], NOW)
    assert _told(journal, last) == [
        ("new-device", "192.0.2.8", "", ""),
        ("first-contact", "192.0.2.8", "Xiaomi", "b.miui.com"),
    ]


def test_flood_of_forged_senders_is_told_of_up_to_a_limit(
    journal: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(news, "MAX_AN_HOUR", 5)
    writer = Writer(journal)
    for sequence in (1, 2):
        rows = [event(device=f"192.0.2.{number}") for number in range(sequence * 4)]
        writer.write([batch(*rows, sequence=sequence)], NOW)
    assert len(_told(journal)) == 5
    assert "too many to be told" in caplog.text
    writer.write([batch(event(device="198.51.100.1"), sequence=3)], NOW + 3600)
    assert _told(journal)[-1][1] == "198.51.100.1"


def test_device_is_seen_first_and_last_by_its_own_times(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event(time=NOW + 100), event(time=NOW), event(time=NOW + 50))], NOW)
    assert _times(journal) == {"192.0.2.7": (NOW, NOW + 100)}
    writer.write([batch(event(time=NOW + 100 + news.SEEN_STEP - 1), sequence=2)], NOW)
    assert _times(journal)["192.0.2.7"] == (NOW, NOW + 100)  # not each second
    writer.write([batch(event(time=NOW + 100 + news.SEEN_STEP), sequence=3)], NOW)
    assert _times(journal)["192.0.2.7"] == (NOW, NOW + 100 + news.SEEN_STEP)
    writer.write([batch(event(time=NOW - 9000), sequence=4)], NOW)
    assert _times(journal)["192.0.2.7"] == (NOW - 9000, NOW + 100 + news.SEEN_STEP)


def test_what_is_rolled_back_is_new_again(journal: Database) -> None:
    writer = Writer(journal)
    with pytest.raises(ZeroDivisionError):
        _break_off(writer)
    assert _told(journal) == []
    writer.write([batch(event(verdict=1))], NOW)
    assert [kind for kind, *_ in _told(journal)] == ["new-device", "first-contact"]


def _break_off(writer: Writer) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notices, "insert", lambda *_: 1 // 0)
        writer.write([batch(event(verdict=1))], NOW)


def test_wiped_device_is_new_when_it_comes_again(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event(verdict=1))], NOW)
    wipe_device(journal, "192.0.2.7")
    assert _told(journal) == []
    assert firsts.contacts(journal) == ()
    last = notices.last_id(journal)
    writer.write([batch(event(verdict=1), sequence=2)], NOW)
    assert [kind for kind, *_ in _told(journal, last)] == ["new-device", "first-contact"]


def test_event_of_nobody_is_no_new_device(journal: Database) -> None:
    Writer(journal).write([batch(event(None, device=""))], NOW)
    assert _told(journal) == []
