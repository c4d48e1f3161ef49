"""Sums for the dashboard, from the roll-ups alone: the raw log is never scanned. Times are whole hours."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select

from gateway.journal import marks
from gateway.journal.gather import DAY, HOUR
from gateway.journal.rollups import WHOLE, Part, Reading
from gateway.journal.tables import DEVICE, NAME, OUTCOME, SENDER
from gateway.model import Action
from gateway.store.engine import Database

MAX_LIMIT = 1000


class By(StrEnum):
    """What to rank. Rules are ranked by hits.py."""

    NAME = "name"
    DEVICE = "device"
    COMPANY = "company"
    PURPOSE = "purpose"
    COUNTRY = "country"
    LIST = "list"
    CHANNEL = "channel"
    ACTION = "action"


class Bucket(StrEnum):
    """How finely a time is divided."""

    HOUR = "hour"
    DAY = "day"  # UTC


class Sum(msgspec.Struct, frozen=True):
    """How often something was attempted, and the bytes that it took."""

    value: str
    count: int
    bytes: int


class TimeSum(msgspec.Struct, frozen=True):
    """What one hour or day had of one action."""

    time: int  # Unix seconds of its beginning
    action: str
    count: int
    bytes: int


class Summary(msgspec.Struct, frozen=True):
    """A time in a few numbers."""

    asked: int
    blocked: int
    bytes: int
    names: int  # different ones
    devices: int  # that asked at all
    companies: int  # whose hosts were asked for

    @property
    def percent(self) -> float:
        """How much of what was asked was blocked."""
        return round(100 * self.blocked / self.asked, 1) if self.asked else 0.0


def totals(database: Database, since: int, until: int | None = None) -> dict[str, Sum]:
    """Action → sum over the hours from `since` to `until`."""
    found = top(database, By.ACTION, since, until)
    return {total.value: total for total in found}


def top(
    database: Database, by: By, since: int, until: int | None = None, *, part: Part = WHOLE, limit: int = 10
) -> tuple[Sum, ...]:
    """The most frequent ones, most frequent first; what has no value (no company, no list) is left out."""
    limit = max(1, min(limit, MAX_LIMIT))
    with database.read() as connection:
        reading = Reading(connection, since, until, part)
        if by is By.NAME:
            return _top_names(connection, reading, limit)
        if by is By.DEVICE:
            return _top_devices(connection, reading, limit)
        return _by_word(connection, reading.totals("outcome_id"), by.value)[:limit]


def summary(database: Database, since: int, until: int | None = None, *, part: Part = WHOLE) -> Summary:
    """A time in a few numbers."""
    with database.read() as connection:
        reading = Reading(connection, since, until, part)
        rows = reading.totals("outcome_id")
        sums = select(rows.c.outcome_id, func.sum(rows.c.count), func.sum(rows.c.size))
        asked = blocked = size = 0
        companies = set()
        words = _outcomes(connection)
        for outcome, count, volume in connection.execute(sums.group_by(rows.c.outcome_id)):
            word = words[outcome]
            asked, size = asked + int(count), size + int(volume)
            blocked += int(count) if word.action == Action.BLOCKED else 0
            companies.add(word.company)
        names = select(func.count(reading.names(sums=()).c.name_id.distinct()))
        devices = select(func.count(reading.totals("device_id").c.device_id.distinct()))
        return Summary(
            asked=asked,
            blocked=blocked,
            bytes=size,
            names=connection.execute(names).scalar_one(),
            devices=connection.execute(devices).scalar_one(),
            companies=len(companies - {""}),
        )


def over_time(
    database: Database, bucket: Bucket, since: int, until: int | None = None, *, part: Part = WHOLE
) -> tuple[TimeSum, ...]:
    """Bucket by bucket and action by action, oldest first; what had nothing is left out."""
    size = DAY if bucket is Bucket.DAY else HOUR
    with database.read() as connection:
        reading = Reading(connection, since, until, part, hourly=bucket is Bucket.HOUR)
        rows = reading.totals("hour", "outcome_id")
        when = rows.c.hour // (size // HOUR)
        query = select(when, rows.c.outcome_id, func.sum(rows.c.count), func.sum(rows.c.size))
        words = _outcomes(connection)
        sums: dict[tuple[int, str], list[int]] = {}
        for place, outcome, count, volume in connection.execute(query.group_by(when, rows.c.outcome_id)):
            total = sums.setdefault((int(place) * size, words[outcome].action), [0, 0])
            total[0] += int(count)
            total[1] += int(volume)
    return tuple(TimeSum(time, action, *total) for (time, action), total in sorted(sums.items()))


def dropped(database: Database) -> int:
    """Events that senders had to drop, ever: what the log lacks."""
    with database.read() as connection:
        now = connection.execute(select(func.coalesce(func.sum(SENDER.c.dropped), 0))).scalar_one()
        return int(now) + marks.read(connection)[marks.DROPPED]


def _top_names(connection: Connection, reading: Reading, limit: int) -> tuple[Sum, ...]:
    """Ranked by their counts alone; all else is looked up for those that are shown."""
    rows = reading.names(sums=("count",))
    count = func.sum(rows.c.count)
    ranked = select(rows.c.name_id, count).group_by(rows.c.name_id).order_by(count.desc(), rows.c.name_id)
    found = [(int(one), int(number)) for one, number in connection.execute(ranked.limit(limit))]
    ids = [one for one, _ in found]
    rows = reading.names(sums=("size",), among=ids)
    volume = select(rows.c.name_id, func.sum(rows.c.size)).group_by(rows.c.name_id)
    sizes = {row[0]: int(row[1]) for row in connection.execute(volume)}
    words = _words(connection, NAME.c.id, NAME.c.text, ids)
    return tuple(Sum(words.get(one, str(one)), number, sizes.get(one, 0)) for one, number in found)


def _top_devices(connection: Connection, reading: Reading, limit: int) -> tuple[Sum, ...]:
    rows = reading.totals("device_id")
    count = func.sum(rows.c.count)
    ranked = select(rows.c.device_id, count, func.sum(rows.c.size)).group_by(rows.c.device_id)
    found = connection.execute(ranked.order_by(count.desc(), rows.c.device_id).limit(limit)).all()
    words = _words(connection, DEVICE.c.id, DEVICE.c.address, [row[0] for row in found])
    return tuple(Sum(words.get(one, str(one)), int(number), int(size)) for one, number, size in found)


def _words(
    connection: Connection, number: ColumnElement[int], word: ColumnElement[str], ids: Sequence[int]
) -> dict[int, str]:
    return {row[0]: row[1] for row in connection.execute(select(number, word).where(number.in_(ids)))}


def _by_word(connection: Connection, rows: Any, column: str) -> tuple[Sum, ...]:
    query = select(rows.c.outcome_id, func.sum(rows.c.count), func.sum(rows.c.size)).group_by(
        rows.c.outcome_id
    )
    words = _outcomes(connection)
    sums: dict[str, list[int]] = {}
    for outcome, count, size in connection.execute(query):
        if word := getattr(words[outcome], column):
            total = sums.setdefault(word, [0, 0])
            total[0] += int(count)
            total[1] += int(size)
    return tuple(
        sorted((Sum(word, *total) for word, total in sums.items()), key=lambda one: (-one.count, one.value))
    )


def _outcomes(connection: Connection) -> dict[int, Any]:
    """All outcomes: they are as many as lists, companies and actions are, some hundreds."""
    return {row.id: row for row in connection.execute(select(OUTCOME))}
