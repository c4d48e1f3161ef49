"""Which ids can hold the rows that a search wants."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.journal import narrow
from gateway.journal.narrow import Wanted
from gateway.journal.tables import BLOCK
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event


def test_without_wishes_everything_is_one_range(journal: Database) -> None:
    with journal.read() as connection:
        assert list(narrow.ranges(connection, (5, 900), Wanted())) == [[(5, 900)]]


def test_empty_log_has_no_ids(journal: Database) -> None:
    with journal.read() as connection:
        assert narrow.ids_between(connection, None, None) is None


def test_only_the_blocks_of_a_name_are_looked_at(journal: Database) -> None:
    writer = Writer(journal)
    rows = [event("common.example")] * (3 * BLOCK)
    writer.write([batch(event("rare.example"), *rows, event("rare.example"))], NOW)
    with journal.read() as connection:
        (found,) = narrow.ranges(connection, (1, 3 * BLOCK + 2), Wanted(names=(1,)))
        numbers = {1: found}
        (found,) = narrow.ranges(connection, (1, 3 * BLOCK + 2), Wanted(names=(2,)))
        numbers[2] = found
    rare = min(numbers.values(), key=lambda ranges: sum(last - first for first, last in ranges))
    assert rare == [(3 * BLOCK, 3 * BLOCK + 2), (1, BLOCK - 1)]


def test_two_that_never_met_are_sought_nowhere(journal: Database) -> None:
    rows = [event("a.example", device="192.0.2.1"), event("b.example", device="192.0.2.2")]
    Writer(journal).write([batch(*rows)], NOW)
    with journal.read() as connection:
        hits = [
            list(narrow.ranges(connection, (1, 2), Wanted(names=(name,), devices=(device,))))
            for name in (1, 2)
            for device in (1, 2)
        ]
    assert sorted(map(len, hits)) == [0, 0, 1, 1]


@given(st.sets(st.integers(0, 40)))
def test_runs_cover_exactly_their_blocks(blocks: set[int]) -> None:
    runs = narrow._runs(sorted(blocks))
    assert {block for first, last in runs for block in range(first, last + 1)} == blocks
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(runs))


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 900))), st.integers(0, 20))
def test_merged_hours_touch_what_any_of_them_touches(hours: list[tuple[int, int]], block: int) -> None:
    ranges = sorted((first, first + size) for first, size in hours)
    low, high = block * BLOCK, block * BLOCK + BLOCK - 1
    expected = any(first <= high and last >= low for first, last in ranges)
    assert narrow._touches(block, narrow._merged(ranges)) == expected
