"""Remove names that nothing refers to any more: what a person wiped or time took must not stay as a word list.

In steps: reading the roll-ups takes seconds in a large log, and the writer must not wait for that.
"""

from sqlalchemy import Table, delete, exists, func, select

from gateway.journal import marks
from gateway.journal.tables import DAY_NAME, DAY_TOTAL, HOUR_NAME, HOUR_TOTAL, NAME, NAME_BLOCK
from gateway.store.engine import Database

TIMES_A_STEP = 24  # hours or days
NAMES_A_STEP = 2000


class Sweep:
    """One pass over all names. Call `step` until it is False."""

    def __init__(self) -> None:
        self._times: list[tuple[Table, list[int]]] | None = None  # what is still to be read of each roll-up
        self._used = bytearray()  # one byte a name: a million names are a megabyte
        self._next = 0
        self.removed = 0

    def step(self, database: Database) -> bool:
        """Do a little. True while there is more to do."""
        if self._times is None:
            self._begin(database)
        elif self._times:
            self._mark(database, *self._times[-1])
        elif self._next < len(self._used):
            self._remove(database)
        else:
            return False
        return True

    def _begin(self, database: Database) -> None:
        with database.read() as connection:
            self._used = bytearray(1 + (connection.execute(select(func.max(NAME.c.id))).scalar() or 0))
            self._times = []
            for names, totals in ((DAY_NAME, DAY_TOTAL), (HOUR_NAME, HOUR_TOTAL)):
                (when, *_) = totals.primary_key.columns
                times = select(when).distinct().order_by(when.desc())
                if found := list(connection.execute(times).scalars()):
                    self._times.append((names, found))

    def _mark(self, database: Database, table: Table, times: list[int]) -> None:
        some, times[-TIMES_A_STEP:] = times[-TIMES_A_STEP:], []
        if not times and self._times:
            self._times.pop()
        (when, *_) = table.primary_key.columns
        query = select(table.c.name_id).distinct().where(when.in_(some))
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
