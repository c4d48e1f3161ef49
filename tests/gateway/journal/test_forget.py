"""Events leave, and what pointed to them with them."""

from sqlalchemy import select

from gateway.journal import marks, search
from gateway.journal.forget import forget_events
from gateway.journal.search import Filters
from gateway.journal.tables import (
    ADDRESS_BLOCK,
    BLOCK,
    DEVICE_BLOCK,
    EVENT,
    NAME_BLOCK,
    OUTCOME_BLOCK,
    SPAN,
    TYPE_BLOCK,
    VERDICT_BLOCK,
)
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event


def _blocks(journal: Database) -> list[set[tuple[int, int]]]:
    with journal.read() as connection:
        return [
            {(row[0], row[1]) for row in connection.execute(select(table))}
            for table in (NAME_BLOCK, DEVICE_BLOCK, OUTCOME_BLOCK)
        ]


def _expected(journal: Database) -> list[set[tuple[int, int]]]:
    """What the block tables must hold, from the events themselves."""
    rows = search.newest(journal, Filters(), limit=10_000).rows
    with journal.read() as connection:
        events = connection.execute(select(EVENT.c.id, EVENT.c.name_id, EVENT.c.device_id)).all()
    assert len(events) == len(rows)
    return [
        {(row.name_id, row.id // BLOCK) for row in events if row.name_id is not None},
        {(row.device_id, row.id // BLOCK) for row in events},
    ]


def test_blocks_say_what_is_left(journal: Database) -> None:
    rows = [event(f"n{number % 7}.example", device=f"192.0.2.{number % 3}") for number in range(2 * BLOCK)]
    Writer(journal).write([batch(event("first.example"), *rows, event(None, verdict=1))], NOW)
    with journal.write() as connection:
        assert forget_events(connection, 1, 700, EVENT.c.device_id == 1) > 0
        assert forget_events(connection, 1, 3) > 0
        assert forget_events(connection, 1, 3) == 0
    assert _blocks(journal)[:2] == _expected(journal)
    with journal.write() as connection:
        forget_events(connection, 1, 3 * BLOCK)
    assert _blocks(journal) == [set(), set(), set()]
    with journal.read() as connection:
        assert connection.execute(select(SPAN.c.rows)).scalars().all() == [0]


def test_types_rules_and_addresses_are_sought_where_they_are_left(journal: Database) -> None:
    rows = [event(kind=28, verdict=1, address="203.0.113.5")] + [event()] * (BLOCK + 1)
    Writer(journal).write([batch(*rows, event(kind=28, verdict=1, address="203.0.113.5"))], NOW)
    tables = (TYPE_BLOCK, VERDICT_BLOCK, ADDRESS_BLOCK)

    def blocks() -> list[list[int]]:
        with journal.read() as connection:
            return [
                sorted(connection.execute(select(table.c.block).distinct()).scalars()) for table in tables
            ]

    assert blocks() == [[0, 1], [0, 1], [0, 1]]
    with journal.write() as connection:
        forget_events(connection, 1, 1)
    assert blocks() == [[0, 1], [1], [1]]
    assert len(search.newest(journal, Filters(type="AAAA", line=12, address="203.0.113.5")).rows) == 1


def test_writer_notices_when_its_newest_block_has_lost_something(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event("a.example"))], NOW)
    with journal.write() as connection:
        forget_events(connection, 1, 1)
    writer.write([batch(event("a.example"), sequence=2)], NOW)
    assert len(search.newest(journal, Filters(name="a.example")).rows) == 1


def test_old_blocks_cost_the_writer_nothing(journal: Database) -> None:
    Writer(journal).write([batch(*[event()] * (2 * BLOCK))], NOW)
    with journal.write() as connection:
        forget_events(connection, 1, 10)
        assert marks.read(connection)[marks.PURGE] == 0
