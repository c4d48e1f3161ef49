"""A device's data is gone when its owner says so."""

from pathlib import Path

from sqlalchemy import func, select

from gateway.journal import search, statistics
from gateway.journal.search import Filters
from gateway.journal.statistics import By
from gateway.journal.tables import DEVICE, DEVICE_BLOCK, HOUR_NAME, NAME, NAME_BLOCK
from gateway.journal.wipe import wipe_device
from gateway.journal.write import Writer
from gateway.store.engine import Database, open_journal
from tests.fakes.events import NOW, batch, event

DEMO = "192.0.2.99"


def test_nothing_of_the_device_is_left_and_all_of_the_others(journal: Database) -> None:
    writer = Writer(journal)
    rows = [
        event(f"n{number % 50}.example", device=DEMO if number % 2 else "192.0.2.7", time=NOW + number)
        for number in range(4000)
    ]
    writer.write([batch(*rows, event("secret.example", device=DEMO), event(None, device=DEMO))], NOW)
    assert wipe_device(journal, DEMO) == 2002
    left = search.newest(journal, Filters(), limit=10_000).rows
    assert len(left) == 2000
    assert {row.device for row in left} == {"192.0.2.7"}
    assert [one.value for one in statistics.top(journal, By.DEVICE, 0)] == ["192.0.2.7"]
    assert statistics.totals(journal, 0)["allowed"].count == 2000
    with journal.read() as connection:
        assert connection.execute(select(DEVICE.c.address)).scalars().all() == ["192.0.2.7"]
        assert connection.execute(select(func.count()).select_from(NAME)).scalar() == 25
        for table in (DEVICE_BLOCK, NAME_BLOCK, HOUR_NAME):
            ids = set(connection.execute(select(table.c[1] if table is HOUR_NAME else table.c[0])).scalars())
            assert ids
    assert search.newest(journal, Filters(name="n1.example")).rows == ()
    assert len(search.newest(journal, Filters(name="n2.example")).rows) == 80


def test_wiping_twice_or_an_unknown_device_is_no_error(journal: Database) -> None:
    Writer(journal).write([batch(event(device=DEMO))], NOW)
    assert wipe_device(journal, DEMO) == 1
    assert wipe_device(journal, DEMO) == 0
    assert wipe_device(journal, "'; --") == 0
    assert wipe_device(journal, "\0") == 0


def test_device_that_comes_back_begins_anew(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event("old.example", device=DEMO))], NOW)
    wipe_device(journal, DEMO)
    writer.write([batch(event("new.example", device=DEMO), sequence=2)], NOW)
    assert [row.name for row in search.newest(journal, Filters(devices=(DEMO,))).rows] == ["new.example"]


def test_wiped_names_are_not_even_in_the_files(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    Writer(journal).write([batch(event("very-secret.example", device=DEMO), event())], NOW)
    wipe_device(journal, DEMO)
    assert not any(b"very-secret" in path.read_bytes() for path in tmp_path.iterdir())
    journal.close()
    assert not any(b"very-secret" in path.read_bytes() for path in tmp_path.iterdir())
