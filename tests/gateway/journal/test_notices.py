"""What people are to be told of."""

import pytest

from gateway.journal import notices
from gateway.journal.notices import Notice
from gateway.store.engine import Database

NOW = 1_700_000_000


def test_notices_come_in_order_and_each_once(journal: Database) -> None:
    ids = [
        notices.add(journal, notices.LIST_FAILED, "", f"list {number}", "no route", NOW + 0.5)
        for number in range(3)
    ]
    assert ids == [1, 2, 3] == [one.id for one in notices.onwards(journal, 0)]
    assert notices.onwards(journal, 1, limit=1) == (Notice(2, NOW, "list-failed", "", "list 1", "no route"),)
    assert notices.onwards(journal, 3) == ()
    assert [one.id for one in notices.newest(journal, limit=2)] == [3, 2]
    assert [one.id for one in notices.newest(journal, before=2)] == [1]
    assert notices.last_id(journal) == 3


def test_old_ones_go_and_their_numbers_never_come_again(
    journal: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "KEPT", 2)
    for number in range(4):
        notices.add(journal, notices.TAMPERING, "", str(number), "", NOW + number)
    with journal.write() as connection:
        notices.forget(connection, 0)
    assert [one.subject for one in notices.onwards(journal, 0)] == ["2", "3"]
    with journal.write() as connection:
        notices.forget(connection, NOW + 100)
    assert notices.onwards(journal, 0) == ()
    assert notices.add(journal, notices.TAMPERING, "", "", "", NOW) == 5


def test_hostile_words_are_stored_cut_and_harmless(journal: Database) -> None:
    notices.add(journal, "new-device", "\0'", "\ud800", "x" * 1000, NOW)
    (found,) = notices.onwards(journal, 0)
    assert (found.device, found.subject, len(found.detail)) == ("\ufffd'", "\ufffd", 500)


def test_nothing_to_tell_is_no_error(journal: Database) -> None:
    with journal.write() as connection:
        assert notices.insert(connection, []) == 0
