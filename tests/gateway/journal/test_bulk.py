"""Many rows by one statement."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gateway.journal.bulk import Bulk, find
from gateway.journal.tables import MARK, NAME
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
    rows = [(number, f"{number}.example' % ? \\") for number in range(1, 1300)]
    with journal.write() as connection:
        Bulk(NAME).run(connection, rows)
        found = find(connection, NAME, "text", [text for _, text in rows] + ["absent"])
    assert found == {text: number for number, text in rows}
