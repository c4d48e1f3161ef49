"""Remove names that nothing refers to any more: what a person wiped or time took must not stay as a word list.

In steps: reading the roll-ups takes seconds in a large log, and the writer must not wait for that.
"""

from sqlalchemy import delete, exists, func, select

from gateway.journal import marks
from gateway.journal.tables import HOUR_NAME, HOUR_TOTAL, NAME, NAME_BLOCK
from gateway.store.engine import Database

HOURS_A_STEP = 24
NAMES_A_STEP = 2000


class Sweep:
    """One pass over all names. Call `step` until it is False."""

    def __init__(self) -> None:
        self._hours: list[int] | None = None
        self._used = bytearray()  # one byte a name: a million names are a megabyte
        self._next = 0
        self.removed = 0

    def step(self, database: Database) -> bool:
        """Do a little. True while there is more to do."""
        if self._hours is None:
            self._begin(database)
        elif self._hours:
            self._mark(database, self._hours)
        elif self._next < len(self._used):
            self._remove(database)
        else:
            return False
        return True

    def _begin(self, database: Database) -> None:
        with database.read() as connection:
            self._used = bytearray(1 + (connection.execute(select(func.max(NAME.c.id))).scalar() or 0))
            hours = select(HOUR_TOTAL.c.hour).distinct().order_by(HOUR_TOTAL.c.hour.desc())
            self._hours = list(connection.execute(hours).scalars())

    def _mark(self, database: Database, hours: list[int]) -> None:
        some, hours[-HOURS_A_STEP:] = hours[-HOURS_A_STEP:], []
        query = select(HOUR_NAME.c.name_id).distinct().where(HOUR_NAME.c.hour.in_(some))
        with database.read() as connection:
            for number in connection.execute(query).scalars():
                if number < len(self._used):
                    self._used[number] = 1

    def _remove(self, database: Database) -> None:
        numbers = range(self._next, min(self._next + NAMES_A_STEP, len(self._used)))
        self._next = numbers.stop
        unused = [number for number in numbers if not self._used[number]]
        if not unused:
            return
        # Asked for again since it was looked up: then its block says so.
        again = exists().where(NAME_BLOCK.c.name_id == NAME.c.id)
        with database.write() as connection:
            removed = connection.execute(delete(NAME).where(NAME.c.id.in_(unused), ~again)).rowcount
            if removed:
                marks.add(connection, marks.PURGE, 1)
                self.removed += removed
