"""Who attempted what, and what became of it: the sums that Home and the findings are made of, from the roll-ups."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, case, func, select

from gateway.journal.different import Different
from gateway.journal.gather import DAY, HOUR
from gateway.journal.rollups import Part, Reading
from gateway.journal.statistics import MAX_LIMIT, Bucket
from gateway.journal.tables import DEVICE, NAME, OUTCOME, SPAN
from gateway.model import Action
from gateway.store.engine import Database

_MANY = 500  # numbers looked up one by one


class Attempts(msgspec.Struct, frozen=True):
    """How often a device attempted something that ended in one way."""

    device: str  # its key
    company: str
    purpose: str
    country: str
    action: str
    layer: str
    count: int


class Names(msgspec.Struct, frozen=True):
    """How often a device asked for a name."""

    device: str  # its key
    name: str
    company: str
    purpose: str
    country: str
    count: int


class Slice(msgspec.Struct, frozen=True):
    """One hour or day."""

    time: int  # Unix seconds of its beginning
    actions: dict[str, int]  # what became of how many


class Span(msgspec.Struct, frozen=True):
    """A time as Home shows it."""

    attempts: tuple[Attempts, ...]
    names: int  # different ones
    slices: tuple[Slice, ...]  # oldest first; what had nothing is left out


def of_span(
    database: Database, since: int, until: int | None, bucket: Bucket, different: Different | None = None
) -> Span:
    """All of it in one look. `different` remembers names from one look to the next."""
    with database.read() as connection:
        reading = Reading(connection, since, until)
        hourly = bucket is Bucket.HOUR
        by_bucket = Reading(connection, since, until, hourly=True) if hourly else reading
        slices = _slices(connection, by_bucket, bucket)
        sums = {one.time: sum(one.actions.values()) for one in slices}
        begin = since // HOUR * HOUR
        return Span(
            attempts=_by_device(connection, reading),
            names=(different or Different()).names(connection, begin, until, sums),
            slices=slices,
        )


def by_device(database: Database, since: int, until: int | None = None) -> tuple[Attempts, ...]:
    """What each device attempted in the hours from `since` to `until`."""
    with database.read() as connection:
        return _by_device(connection, Reading(connection, since, until))


def blocked_names(
    database: Database, since: int, until: int | None = None, *, limit: int = 200
) -> tuple[Names, ...]:
    """The names of known companies that devices asked for in vain, the most frequent first."""
    with database.read() as connection:
        reading = Reading(connection, since, until, Part(action=Action.BLOCKED.value))
        rows = reading.names_of_devices("device_id", "name_id", "outcome_id")
        company = select(OUTCOME.c.id).where(OUTCOME.c.company != "")
        # All that was blocked of a name counts, also from before the catalogue knew whose it is.
        known = func.max(case((rows.c.outcome_id.in_(company), rows.c.outcome_id)))
        count = func.sum(rows.c.count)
        query = select(rows.c.device_id, rows.c.name_id, known, count)
        query = query.group_by(rows.c.device_id, rows.c.name_id).having(known.is_not(None))
        query = query.order_by(count.desc(), rows.c.device_id, rows.c.name_id)
        found = connection.execute(query.limit(max(1, min(limit, MAX_LIMIT)))).all()
        outcomes = {row.id: row for row in connection.execute(select(OUTCOME))}
        keys = _keys(connection, {row[0] for row in found})
        wanted = select(NAME.c.id, NAME.c.text).where(NAME.c.id.in_({row[1] for row in found}))
        texts = {row.id: row.text for row in connection.execute(wanted)}
    return tuple(
        Names(
            keys.get(device, ""),
            texts.get(name, ""),
            outcomes[outcome].company,
            outcomes[outcome].purpose,
            outcomes[outcome].country,
            int(number),
        )
        for device, name, outcome, number in found
    )


def began(database: Database) -> int:
    """Unix seconds of the first hour that the log still has; 0 for an empty one."""
    with database.read() as connection:
        return int(connection.execute(select(func.min(SPAN.c.hour))).scalar() or 0) * HOUR


def _by_device(connection: Connection, reading: Reading) -> tuple[Attempts, ...]:
    rows = reading.totals("device_id", "outcome_id")
    sums = select(rows.c.device_id, rows.c.outcome_id, func.sum(rows.c.count))
    found = connection.execute(sums.group_by(rows.c.device_id, rows.c.outcome_id)).all()
    # Looked up after the sums: an outcome that is written in between is in none of them.
    outcomes = {row.id: row for row in connection.execute(select(OUTCOME))}
    keys = _keys(connection, {row[0] for row in found})
    counts: dict[tuple[str, str, str, str, str, str], int] = {}
    for device, number, count in found:
        word = outcomes[number]
        key = (
            keys.get(device, ""),
            word.company,
            word.purpose,
            word.country,
            word.action,
            word.layer,
        )
        counts[key] = counts.get(key, 0) + int(count)  # of several lists and channels
    return tuple(Attempts(*key, count) for key, count in sorted(counts.items()))


def _slices(connection: Connection, reading: Reading, bucket: Bucket) -> tuple[Slice, ...]:
    size = DAY if bucket is Bucket.DAY else HOUR
    rows = reading.totals("hour", "outcome_id")
    when = (rows.c.hour // (size // HOUR)).label("place")
    sums = select(when, rows.c.outcome_id, func.sum(rows.c.count)).group_by(when, rows.c.outcome_id)
    found = connection.execute(sums).all()
    actions = {row.id: row.action for row in connection.execute(select(OUTCOME.c.id, OUTCOME.c.action))}
    slices: dict[int, dict[str, int]] = {}
    for place, outcome, count in found:
        of_slice = slices.setdefault(int(place) * size, {})
        action = actions[outcome]
        of_slice[action] = of_slice.get(action, 0) + int(count)
    return tuple(Slice(time, counts) for time, counts in sorted(slices.items()))


def _keys(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """The devices' keys; all of them where many are asked for."""
    wanted = set(numbers)
    query = select(DEVICE.c.id, DEVICE.c.address)
    if len(wanted) <= _MANY:
        query = query.where(DEVICE.c.id.in_(wanted))
    return {row.id: row.address for row in connection.execute(query)}
