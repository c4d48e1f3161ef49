"""Reads the roll-ups for a time: whole days where there are sums by the day, hours at the edges."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, false, func, select, union_all

from gateway.journal import days
from gateway.journal.filters import Words, same_word
from gateway.journal.tables import DAY_NAME, DAY_TOTAL, DEVICE, HOUR_NAME, HOUR_TOTAL, OUTCOME
from gateway.journal.words import clean


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Of whom and of what. Empty means of all; words are compared without regard to case."""

    devices: tuple[str, ...] = ()  # their keys
    action: Words = ""
    company: Words = ""


WHOLE = Part()
SUMS = ("count", "size")
_MAX_DAYS = 1000  # more are only between days of which one is a wild clock's


class Reading:
    """The roll-ups of one time and part, to select from."""

    def __init__(
        self,
        connection: Connection,
        since: int,
        until: int | None,
        part: Part = WHOLE,
        *,
        hourly: bool = False,
    ) -> None:
        self._connection = connection
        if connection.dialect.name == "postgresql":
            # A month of names is summed up in memory: 4 MB, as it usually is, sends it to the disk.
            connection.exec_driver_sql("SET LOCAL work_mem = '32MB'")
        self._stretch = days.hours(since, until) if hourly else days.stretch(connection, since, until)
        self._devices = _devices(connection, part)
        self._outcomes = _outcomes(connection, part)

    def totals(self, *keys: str) -> FromClause:
        """Rows of these keys (of hour, device_id, outcome_id), count and size. A key may come more than once.

        `hour` of a whole day is its first.
        """
        return self._read(HOUR_TOTAL, DAY_TOTAL, keys, self._only(DAY_TOTAL))

    def names(self, sums: tuple[str, ...] = SUMS, among: Sequence[int] | None = None) -> FromClause:
        """Rows of name_id and these sums, of all names or those `among` these numbers, likewise."""
        only = self._only(DAY_NAME)
        if self._devices is None:
            only.append(DAY_NAME.c.device_id == days.EVERYBODY)
        return self._read(HOUR_NAME, DAY_NAME, ("name_id",), only, sums, among)

    def flows(self) -> FromClause:
        """Rows of name_id and outcome_id, count and size."""
        only = self._only(DAY_NAME)
        if self._devices is None:
            only.append(DAY_NAME.c.device_id == days.EVERYBODY)
        return self._read(HOUR_NAME, DAY_NAME, ("name_id", "outcome_id"), only)

    def names_of_devices(self, *keys: str) -> FromClause:
        """Rows of these keys (of device_id, name_id, outcome_id), count and size."""
        only = [DAY_NAME.c.device_id != days.EVERYBODY, *self._only(DAY_NAME)]
        return self._read(HOUR_NAME, DAY_NAME, keys, only)

    def _read(
        self,
        by_hour: Table,
        by_day: Table,
        keys: tuple[str, ...],
        only: list[ColumnElement[bool]],
        sums: tuple[str, ...] = SUMS,
        among: Sequence[int] | None = None,
    ) -> FromClause:
        def summed(table: Table, *conditions: ColumnElement[bool]) -> Select[Any]:
            named = [] if among is None else [table.c.name_id.in_(among)]
            return _summed(table, keys, sums, *conditions, *named)

        parts = [
            summed(by_hour, by_hour.c.hour.between(*bounds), *self._only(by_hour))
            for bounds in (self._stretch.before, self._stretch.after)
            if bounds is not None
        ]
        if self._stretch.days is not None:
            parts.append(summed(by_day, self._within(by_day, self._stretch.days), *only))
        if not parts:
            parts.append(summed(by_hour, false()))
        return union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()

    def _within(self, by_day: Table, ends: tuple[int, int]) -> ColumnElement[bool]:
        """Named one by one: then the database goes to a device's rows of each day, and passes over all others."""
        bounds = select(func.min(DAY_TOTAL.c.day), func.max(DAY_TOTAL.c.day))
        first, last = self._connection.execute(bounds).one()
        if first is None:
            return false()
        first, last = max(first, ends[0]), min(last, ends[1])
        if last - first > _MAX_DAYS:
            return by_day.c.day.between(first, last)
        return by_day.c.day.in_(range(first, last + 1))

    def _only(self, table: Table) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self._devices is not None:
            found.append(table.c.device_id.in_(self._devices))
        if self._outcomes is not None:
            found.append(table.c.outcome_id.in_(self._outcomes))
        return found


def _summed(
    table: Table, keys: tuple[str, ...], sums: tuple[str, ...], *conditions: ColumnElement[bool]
) -> Select[Any]:
    """Summed up before it is joined with others: the first step is what makes many rows few."""
    columns: list[ColumnElement[Any]] = [
        table.c.day * days.HOURS if key == "hour" and "day" in table.c else table.c[key] for key in keys
    ]
    named = [column.label(key) for key, column in zip(keys, columns, strict=True)]
    summed = [func.sum(table.c[column]).label(column) for column in sums]
    return select(*named, *summed).where(*conditions).group_by(*columns)


def _devices(connection: Connection, part: Part) -> tuple[int, ...] | None:
    if not part.devices:
        return None
    keys = [clean(text) for text in part.devices]
    return tuple(connection.execute(select(DEVICE.c.id).where(DEVICE.c.address.in_(keys))).scalars())


def _outcomes(connection: Connection, part: Part) -> tuple[int, ...] | None:
    alike = [
        same_word(OUTCOME.c[word], getattr(part, word))
        for word in ("action", "company")
        if getattr(part, word)
    ]
    if not alike:
        return None
    return tuple(connection.execute(select(OUTCOME.c.id).where(*alike)).scalars())
