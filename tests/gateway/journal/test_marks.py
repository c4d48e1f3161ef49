"""Single numbers."""

from gateway.journal import marks
from gateway.store.engine import Database


def test_marks_begin_at_nought_and_are_set_and_added_to(journal: Database) -> None:
    with journal.write() as connection:
        assert set(marks.read(connection).values()) == {0}
        marks.put(connection, marks.EVENT, 2**40)
        marks.put(connection, marks.EVENT, 2**40 + 1)
        marks.add(connection, marks.PURGE, 1)
        marks.add(connection, marks.PURGE, 1)
    with journal.read() as connection:
        found = marks.read(connection)
    assert found == {"event": 2**40 + 1, "purge": 2, "dropped": 0, "clock": 0, "rolled": 0, "notice": 0}
