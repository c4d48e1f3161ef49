"""Many rows by one statement."""

import pytest
from sqlalchemy import literal, select
from sqlalchemy.exc import IntegrityError

from gateway.journal.bulk import Bulk, copy, find
from gateway.journal.tables import HOUR_TOTAL, MARK, NAME
from gateway.store.engine import Database


def test_rows_are_inserted_added_to_replaced_or_left(journal: Database) -> None:
    with journal.write() as connection:
        Bulk(MARK).run(connection, [("a", 1), ("b", 2)])
        Bulk(MARK, add=["value"]).run(connection, [("a", 10), ("c", 3)])
        Bulk(MARK, replace=["value"]).run(connection, [("b", 20)])
        Bulk(MARK, ignore=True).run(connection, [("a", 99), ("d", 4)])
        Bulk(MARK).run(connection, [])
        rows = [tuple(row) for row in connection.execute(select(MARK).order_by(MARK.c.name))]
    assert rows == [("a", 11), ("b", 20), ("c", 3), ("d", 4)]


def test_existing_row_is_an_error_unless_told_otherwise(journal: Database) -> None:
    with journal.write() as connection:
        Bulk(MARK).run(connection, [("a", 1)])
        with pytest.raises(IntegrityError), connection.begin_nested():
            Bulk(MARK).run(connection, [("a", 1)])


def test_values_are_found_by_the_thousand(journal: Database) -> None:
    rows = [(number, f"{number}.example' % ? \\", 0) for number in range(1, 1300)]
    with journal.write() as connection:
        Bulk(NAME).run(connection, rows)
        found = find(connection, NAME, "text", [text for _, text, _ in rows] + ["absent"])
    assert found == {text: number for number, text, _ in rows}


def test_larger_value_stays(journal: Database) -> None:
    with journal.write() as connection:
        Bulk(MARK).run(connection, [("a", 5), ("b", 5)])
        Bulk(MARK, largest=["value"]).run(connection, [("a", 4), ("b", 6), ("c", 7)])
        rows = connection.execute(select(MARK).order_by(MARK.c.name))
        assert [tuple(row) for row in rows] == [("a", 5), ("b", 6), ("c", 7)]


def test_rows_are_copied_within_the_database(journal: Database) -> None:
    of_device = [literal(2) if column.name == "device_id" else column for column in HOUR_TOTAL.columns]
    with journal.write() as connection:
        Bulk(HOUR_TOTAL).run(connection, [(1, 1, 1, 10, 100), (2, 1, 1, 20, 200), (2, 2, 1, 1, 1)])
        rows = select(*of_device).where(HOUR_TOTAL.c.device_id == 1)
        copy(connection, HOUR_TOTAL, rows, add=("count", "size"))
        copy(connection, HOUR_TOTAL, rows)  # what is there stays
        found = connection.execute(select(HOUR_TOTAL).where(HOUR_TOTAL.c.device_id == 2)).all()
    assert sorted(map(tuple, found)) == [(1, 2, 1, 10, 100), (2, 2, 1, 21, 201)]
