"""Sums for the dashboard, from the hourly roll-ups alone: the raw log is never scanned. Times are whole hours."""

from enum import StrEnum

import msgspec
from sqlalchemy import ColumnElement, func, select

from gateway.journal import marks
from gateway.journal.tables import DEVICE, HOUR_NAME, HOUR_TOTAL, NAME, OUTCOME, SENDER
from gateway.journal.write import HOUR
from gateway.store.engine import Database

MAX_LIMIT = 1000


class By(StrEnum):
    """What to rank."""

    NAME = "name"
    DEVICE = "device"
    COMPANY = "company"
    PURPOSE = "purpose"
    COUNTRY = "country"
    LIST = "list"
    CHANNEL = "channel"
    ACTION = "action"


class Sum(msgspec.Struct, frozen=True):
    """How often something was attempted, and the bytes that it took."""

    value: str
    count: int
    bytes: int


class HourSum(msgspec.Struct, frozen=True):
    """What one hour had of one action."""

    hour: int  # Unix seconds of its beginning
    action: str
    count: int
    bytes: int


def totals(database: Database, since: int, until: int | None = None) -> dict[str, Sum]:
    """Action → sum over the hours from `since` to `until`."""
    found = top(database, By.ACTION, since, until)
    return {total.value: total for total in found}


def top(
    database: Database, by: By, since: int, until: int | None = None, *, action: str = "", limit: int = 10
) -> tuple[Sum, ...]:
    """The most frequent ones, most frequent first; what has no value (no company, no list) is left out."""
    table = HOUR_NAME if by is By.NAME else HOUR_TOTAL
    joined = table.join(OUTCOME, OUTCOME.c.id == table.c.outcome_id)
    value: ColumnElement[str]
    match by:
        case By.NAME:
            key, value = HOUR_NAME.c.name_id, NAME.c.text
        case By.DEVICE:
            key, value = HOUR_TOTAL.c.device_id, DEVICE.c.address
        case _:
            key = value = OUTCOME.c[by.value]
    conditions = [table.c.hour >= since // HOUR]
    if until is not None:
        conditions.append(table.c.hour <= until // HOUR)
    if action:
        conditions.append(OUTCOME.c.action == action)
    if key is value:
        conditions.append(value != "")
    count, size = func.sum(table.c.count), func.sum(table.c.size)
    ranked = select(key.label("key"), count.label("number"), size.label("volume"))
    ranked = ranked.select_from(joined).where(*conditions).group_by(key)
    ranked = ranked.order_by(count.desc(), key).limit(max(1, min(limit, MAX_LIMIT)))
    with database.read() as connection:
        rows = connection.execute(ranked).all()
        words: dict[object, str] = {}
        if key is not value:  # looked up for the few that are shown, not for all that are counted
            source = NAME if by is By.NAME else DEVICE
            query = select(source.c.id, value.label("word")).where(source.c.id.in_([row.key for row in rows]))
            words = {row.id: row.word for row in connection.execute(query)}
    return tuple(Sum(words.get(row.key, str(row.key)), int(row.number), int(row.volume)) for row in rows)


def hours(database: Database, since: int, until: int | None = None) -> tuple[HourSum, ...]:
    """Hour by hour and action by action, oldest first."""
    query = select(
        HOUR_TOTAL.c.hour,
        OUTCOME.c.action,
        func.sum(HOUR_TOTAL.c.count).label("number"),
        func.sum(HOUR_TOTAL.c.size).label("volume"),
    ).select_from(HOUR_TOTAL.join(OUTCOME, OUTCOME.c.id == HOUR_TOTAL.c.outcome_id))
    query = query.where(HOUR_TOTAL.c.hour >= since // HOUR)
    if until is not None:
        query = query.where(HOUR_TOTAL.c.hour <= until // HOUR)
    query = query.group_by(HOUR_TOTAL.c.hour, OUTCOME.c.action).order_by(HOUR_TOTAL.c.hour, OUTCOME.c.action)
    with database.read() as connection:
        return tuple(
            HourSum(row.hour * HOUR, row.action, int(row.number), int(row.volume))
            for row in connection.execute(query)
        )


def dropped(database: Database) -> int:
    """Events that senders had to drop, ever: what the log lacks."""
    with database.read() as connection:
        now = connection.execute(select(func.coalesce(func.sum(SENDER.c.dropped), 0))).scalar_one()
        return int(now) + marks.read(connection)[marks.DROPPED]
