"""Two keys of one device become one, beside a running writer."""

from collections import Counter

import pytest

from gateway.journal import days, firsts, notices, search, statistics
from gateway.journal.merge import merge_device
from gateway.journal.rollups import Part
from gateway.journal.search import Filters
from gateway.journal.statistics import By
from gateway.journal.tables import BLOCK
from gateway.journal.wipe import wipe_device
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event

OLD, MAC = "192.0.2.7", "aa:bb:cc:dd:ee:ff"
DAY = 86400


def _count(journal: Database, key: str) -> int:
    return len(search.newest(journal, Filters(devices=(key,)), limit=10_000).rows)


def _sums(journal: Database) -> list[tuple[str, int]]:
    return [(one.value, one.count) for one in statistics.top(journal, By.DEVICE, 0)]


def test_key_that_is_free_is_a_new_name_for_the_device(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event(verdict=1))], NOW)
    assert merge_device(journal, OLD, MAC) == 0
    assert (_count(journal, OLD), _count(journal, MAC)) == (0, 1)
    assert {one.device for one in notices.onwards(journal, 0)} == {MAC}
    writer.write([batch(event(), event(device=MAC), sequence=2)], NOW)  # the writer has not been told
    assert (_count(journal, OLD), _count(journal, MAC)) == (1, 2)


@pytest.mark.parametrize("summed", [False, True])
def test_all_that_two_keys_have_is_put_together(journal: Database, summed: bool) -> None:
    writer = Writer(journal)
    rows = [
        event(
            f"n{number % 5}.example",
            device=(OLD, MAC, "192.0.2.9")[number % 3],
            time=NOW + number * 60,
            verdict=number % 7 == 0,
        )
        for number in range(6 * BLOCK)
    ]
    writer.write([batch(*rows)], NOW)
    if summed:
        while days.step(journal, NOW + 60 * DAY):
            pass
    before = {by: statistics.top(journal, by, 0) for by in (By.NAME, By.ACTION, By.COMPANY)}
    third = _count(journal, "192.0.2.9")
    assert merge_device(journal, OLD, MAC) == 2 * BLOCK
    assert merge_device(journal, OLD, MAC) == 0
    assert (_count(journal, OLD), _count(journal, MAC), _count(journal, "192.0.2.9")) == (0, 4 * BLOCK, third)
    assert _sums(journal) == [(MAC, 4 * BLOCK), ("192.0.2.9", 2 * BLOCK)]
    assert {by: statistics.top(journal, by, 0) for by in before} == before
    of_device = statistics.top(journal, By.NAME, 0, part=Part(devices=(MAC,)))
    names = Counter(row.name for row in search.newest(journal, Filters(devices=(MAC,)), limit=10_000).rows)
    assert {one.value: one.count for one in of_device} == names
    assert {one.device for one in firsts.contacts(journal)} == {MAC, "192.0.2.9"}
    assert {one.device: (one.first, one.last) for one in firsts.new_devices(journal, 0)}[MAC][0] == NOW
    writer.write([batch(event(device=MAC, time=NOW), sequence=2)], NOW)
    assert _count(journal, MAC) == 4 * BLOCK + 1
    assert wipe_device(journal, MAC) == 4 * BLOCK + 1
    assert _sums(journal) == [("192.0.2.9", 2 * BLOCK)]
    left = statistics.top(journal, By.NAME, 0)
    assert sum(one.count for one in left) == 2 * BLOCK


def test_unknown_and_hostile_keys_change_nothing(journal: Database) -> None:
    Writer(journal).write([batch(event())], NOW)
    for old, new in (("192.0.2.99", MAC), (OLD, OLD), ("'; --", "\0"), ("", OLD)):
        assert merge_device(journal, old, new) == 0
    assert _count(journal, OLD) == 1
