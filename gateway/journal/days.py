"""Sums by the day, made of those by the hour when the hour is over: a month is then read in a thirtieth of the rows.

The mark `rolled` says up to which hour they are complete. An event that comes late for an hour before it is added
to both by the writer, so they agree at any time; a log from before there were days is caught up with in steps.
Names by the day are kept once more for all devices together, as device `EVERYBODY`: what most people ask for.
"""

import msgspec
from sqlalchemy import Connection, func, literal, select

from gateway.journal import bulk, marks
from gateway.journal.gather import HOUR
from gateway.journal.tables import DAY_NAME, DAY_TOTAL, HOUR_NAME, HOUR_TOTAL
from gateway.store.engine import Database

HOURS = 24  # of a day
EVERYBODY = 0  # no device has this number
_LAST = (1 << 31) - 1  # what an hour's column can hold


class Stretch(msgspec.Struct, frozen=True):
    """A time as what has to be read for it: hours, then whole days, then hours. Both ends are included."""

    before: tuple[int, int] | None
    days: tuple[int, int] | None
    after: tuple[int, int] | None


def step(database: Database, now: float) -> bool:
    """Sum up one hour; True while there are more. The hour before this one waits: most late events are its."""
    target = int(now) // HOUR - 1
    with database.read() as connection:
        rolled = marks.read(connection)[marks.ROLLED]
        if rolled >= target:
            return False
    with database.write() as connection:
        rolled = marks.read(connection)[marks.ROLLED]
        within = HOUR_TOTAL.c.hour >= rolled, HOUR_TOTAL.c.hour < target
        hour = connection.execute(select(func.min(HOUR_TOTAL.c.hour)).where(*within)).scalar()
        if hour is not None:
            _sum_up(connection, int(hour))
        marks.put(connection, marks.ROLLED, target if hour is None else int(hour) + 1)
    return hour is not None


def stretch(connection: Connection, since: int, until: int | None) -> Stretch:
    """How to read the hours from `since` to `until` (Unix seconds, None for no end)."""
    return divided(since, until, marks.read(connection)[marks.ROLLED])


def divided(since: int, until: int | None, rolled: int) -> Stretch:
    """The same, where the hours before `rolled` are in the sums by the day."""
    first, last = _ends(since, until)
    whole = -(-first // HOURS), min(last + 1, rolled) // HOURS - 1
    if whole[0] > whole[1]:
        return hours(since, until)
    before, after = (first, whole[0] * HOURS - 1), (whole[1] * HOURS + HOURS, last)
    return Stretch(before if before[0] <= before[1] else None, whole, after if after[0] <= after[1] else None)


def hours(since: int, until: int | None) -> Stretch:
    """How to read them hour by hour."""
    first, last = _ends(since, until)
    return Stretch((first, last) if first <= last else None, None, None)


def _ends(since: int, until: int | None) -> tuple[int, int]:
    """The first and the last hour."""
    return max(0, since // HOUR), _LAST if until is None else min(until // HOUR, _LAST)


def _sum_up(connection: Connection, hour: int) -> None:
    """Add what an hour has to its day."""
    for of_hour, of_day in ((HOUR_TOTAL, DAY_TOTAL), (HOUR_NAME, DAY_NAME)):
        rest = [column for column in of_hour.columns if column.name != "hour"]
        rows = select(literal(hour // HOURS), *rest).where(of_hour.c.hour == hour)
        bulk.copy(connection, of_day, rows, add=("count", "size"))
    key = [HOUR_NAME.c.name_id, HOUR_NAME.c.outcome_id]
    sums = func.sum(HOUR_NAME.c.count), func.sum(HOUR_NAME.c.size)
    together = select(literal(hour // HOURS), literal(EVERYBODY), *key, *sums)
    together = together.where(HOUR_NAME.c.hour == hour).group_by(*key)
    bulk.copy(connection, DAY_NAME, together, add=("count", "size"))
