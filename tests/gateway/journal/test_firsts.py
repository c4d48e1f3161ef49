"""What was seen for the first time."""

from gateway.journal import days, firsts
from gateway.journal.firsts import FirstName, NewDevice
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event

OTHER = "192.0.2.8"
DAY = 86400


def _fill(journal: Database) -> None:
    rows = [
        event("old.example", time=NOW - DAY),
        event("new.example", time=NOW + 60),
        event("new.example", time=NOW, count=2),
        event("new.example", time=NOW + 30, device=OTHER),
        event("newer.example", time=NOW + 90, device=OTHER),
        event("old.example", time=NOW + 90, device=OTHER),
        event(None, device=""),
    ]
    Writer(journal).write([batch(*rows)], NOW)


def test_names_by_the_time_of_their_first_event_newest_first(journal: Database) -> None:
    _fill(journal)
    for _ in range(2):
        assert firsts.names(journal, NOW) == (
            FirstName("newer.example", NOW + 90, 1, (OTHER,)),
            FirstName("new.example", NOW, 4, ("192.0.2.7", OTHER)),
        )
        while days.step(journal, NOW + 9 * DAY):
            pass
    assert [one.name for one in firsts.names(journal, 0)][-1] == "old.example"
    assert len(firsts.names(journal, 0, limit=1)) == 1
    assert firsts.names(journal, NOW + 91) == ()


def test_names_that_one_device_asked_for(journal: Database) -> None:
    _fill(journal)
    assert [one.name for one in firsts.names(journal, NOW, devices=("192.0.2.7",))] == ["new.example"]
    assert firsts.names(journal, 0, devices=("'; --",)) == ()


def test_new_devices_newest_first_and_nobody_is_none(journal: Database) -> None:
    _fill(journal)
    assert firsts.new_devices(journal, 0) == (
        NewDevice(OTHER, NOW + 30, NOW + 90),
        NewDevice("192.0.2.7", NOW - DAY, NOW + 60),
    )
    assert [one.device for one in firsts.new_devices(journal, NOW)] == [OTHER]


def test_contacts_of_some_devices(journal: Database) -> None:
    rows = [event(verdict=1), event(verdict=1, device=OTHER, time=NOW + 5)]
    Writer(journal).write([batch(*rows)], NOW)
    assert [one.device for one in firsts.contacts(journal)] == [OTHER, "192.0.2.7"]
    assert [one.first for one in firsts.contacts(journal, devices=(OTHER,))] == [NOW + 5]
    assert firsts.contacts(journal, NOW + 6) == ()
