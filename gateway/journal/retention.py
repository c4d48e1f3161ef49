"""What is too old or too much leaves the log, in small steps that never hold the writer up.

Events go by age and by size, the oldest first; roll-ups stay longer. A clock that jumps must not empty the log:
after a jump, nothing goes by age for a day.
"""

import logging
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, Table, delete, func, select, tuple_, update

from gateway.journal import marks, notices
from gateway.journal.forget import STEP, forget_events
from gateway.journal.gather import DAY, HOUR
from gateway.journal.sweep import Sweep
from gateway.journal.tables import (
    DAY_HIT,
    DAY_NAME,
    DAY_TOTAL,
    EVENT,
    HOUR_NAME,
    HOUR_TOTAL,
    SENDER,
    SPAN,
)
from gateway.store.engine import Database

log = logging.getLogger(__name__)

ROLLUP_DAYS = 366
SENDER_DAYS = 30  # a sender is one run of a process: it is long gone by then
JUMP = (
    3 * DAY
)  # since the last time the clock was seen; a box switched off for longer waits a day, that is all
HOLD = DAY
ROLLUPS_A_STEP = 2000
HOURS_SHARE = 20  # a twentieth of the hours trimmed: then names are looked through again
_NEVER = 1 << 30  # an hour that never comes
PAGES_A_STEP = 500
# PostgreSQL gives space back only within a table, so its size says little; measured with 1 M ordinary rows.
POSTGRES_ROW = 150


class Limits(msgspec.Struct, frozen=True):
    """How long and how much."""

    days: int = 30
    max_mb: int = 2000
    rollup_days: int = ROLLUP_DAYS


class Retention:
    """Keeps the log within its limits. Call `step` until it is False, and again a minute later."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seen: tuple[float, float] | None = None  # wall clock and monotonic clock together
        self._held_until = 0.0  # monotonic
        self._sweep: Sweep | None = None
        self._swept = 0.0  # wall clock
        self._hours_trimmed = 0
        self._trimmed = False

    def step(self, database: Database, now: float, monotonic: float) -> bool:
        """Do a little; True while there is more to do. Raises what SQLAlchemy raises."""
        if self._sweep is not None:
            if self._sweep.step(database):
                return True
            self._sweep = None
        if self._trusts(database, now, monotonic) and self._by_age(database, int(now)):
            return True
        if not 0 <= now - self._swept < DAY or self._trimmed:
            self._sweep = Sweep()
            self._swept = now
            self._trimmed = False
            return True
        return self._by_size(database) or _give_back(database)

    def _trusts(self, database: Database, now: float, monotonic: float) -> bool:
        if self._seen is None:
            with database.write() as connection:
                before = marks.read(connection)[marks.CLOCK]
                marks.put(connection, marks.CLOCK, int(now))
            jumped = before > 0 and now - before > JUMP
        else:
            jumped = (now - self._seen[0]) - (monotonic - self._seen[1]) > HOUR
        if jumped:
            log.warning("the clock has jumped forward: for a day nothing leaves the log because of its age")
            self._held_until = monotonic + HOLD
        if self._seen is None or jumped or now - self._seen[0] > HOUR:
            self._seen = (now, monotonic)
            with database.write() as connection:
                marks.put(connection, marks.CLOCK, int(now))
        return monotonic >= self._held_until

    def _by_age(self, database: Database, now: int) -> bool:
        oldest_hour = (now - self._limits.days * DAY) // HOUR
        with database.write() as connection:
            span = connection.execute(
                select(SPAN).where(SPAN.c.hour < oldest_hour).order_by(SPAN.c.hour)
            ).first()
            if span is not None:
                _shorten(connection, span.hour, span.first_id, span.last_id)
                return True
            # Never shorter than the events': the names of an event must be found in the roll-ups (see sweep.py).
            oldest_hour = (now - max(self._limits.rollup_days, self._limits.days) * DAY) // HOUR
            if _forget_sums(connection, (HOUR_NAME, HOUR_TOTAL, DAY_NAME, DAY_TOTAL, DAY_HIT), oldest_hour):
                return True
            _forget_senders(connection, now - SENDER_DAYS * DAY)
            notices.forget(connection, now - self._limits.days * DAY)
        return False

    def _by_size(self, database: Database) -> bool:
        """The oldest hour goes, events and names; the totals, which are small, only when all else is gone."""
        with database.write() as connection:
            if _used(connection) <= self._limits.max_mb << 20:
                return False
            span = connection.execute(select(SPAN).order_by(SPAN.c.first_id)).first()
            if span is None:
                return _forget_sums(connection, (HOUR_NAME, DAY_NAME, HOUR_TOTAL, DAY_TOTAL, DAY_HIT), _NEVER)
            first_hour = connection.execute(select(func.min(SPAN.c.hour))).scalar_one()
            if _forget_sums(connection, (HOUR_NAME, DAY_NAME), first_hour):
                return True
            if _shorten(connection, span.hour, span.first_id, span.last_id):
                # Where names never come again, they and not the events fill the disk: they must go in between,
                # or all events would go in vain.
                hours = connection.execute(select(func.count()).select_from(SPAN)).scalar_one()
                self._hours_trimmed += 1
                if self._hours_trimmed * HOURS_SHARE > hours:
                    self._hours_trimmed = 0
                    self._trimmed = True
        return True


def _shorten(connection: Connection, hour: int, first: int, last: int) -> bool:
    """Take the first ids of an hour away, and the hour itself when none is left: then True."""
    end = min(last, first + STEP - 1)
    forget_events(connection, first, end, EVENT.c.time >= hour * HOUR, EVENT.c.time < (hour + 1) * HOUR)
    if end >= last:
        connection.execute(delete(SPAN).where(SPAN.c.hour == hour))
        return True
    connection.execute(update(SPAN).where(SPAN.c.hour == hour).values(first_id=end + 1))
    return False


def _forget_sums(connection: Connection, tables: Iterable[Table], before_hour: int) -> bool:
    """Take some of the hours (or whole days) before this hour away; False if there were none in any table."""
    for table in tables:
        keys = list(table.primary_key.columns)
        when = keys[0]
        limit = before_hour if when.name == "hour" else before_hour * HOUR // DAY
        old = select(*keys).where(when < limit).order_by(*keys).limit(ROLLUPS_A_STEP)
        rows = [tuple(row) for row in connection.execute(old)]
        if rows:  # deleted in the order of the key, up to the last one found
            connection.execute(delete(table).where(when < limit, tuple_(*keys) <= tuple_(*rows[-1])))
            return True
    return False


def _forget_senders(connection: Connection, before: int) -> None:
    old = SENDER.c.seen < before
    dropped = connection.execute(select(func.sum(SENDER.c.dropped)).where(old)).scalar()
    if dropped:
        marks.add(connection, marks.DROPPED, int(dropped))
    connection.execute(delete(SENDER).where(old))


def _used(connection: Connection) -> int:
    """Bytes that the log takes, without what is free to be used again."""
    if connection.dialect.name == "sqlite":
        pages, free, size = (
            int(connection.exec_driver_sql(f"PRAGMA {what}").scalar_one())
            for what in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size
    return POSTGRES_ROW * int(
        connection.execute(select(func.coalesce(func.sum(SPAN.c.rows), 0))).scalar_one()
    )


def _give_back(database: Database) -> bool:
    """Hand free pages back to the disk when they are many; a few are soon used again."""
    if not database.is_sqlite:
        return False
    with database.write() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        free = int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())
        if free < PAGES_A_STEP or free * 4 < pages:
            return False
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA incremental_vacuum({PAGES_A_STEP})")
        cursor.fetchall()  # each step of the statement frees one page: it has to be run to its end
        cursor.close()
    return True
