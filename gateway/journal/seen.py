"""Who has asked: how often, since when, and when last. From the roll-ups."""

import msgspec
from sqlalchemy import select

from gateway.journal import statistics
from gateway.journal.rollups import Part
from gateway.journal.statistics import By
from gateway.journal.tables import DEVICE
from gateway.model import Action
from gateway.store.engine import Database

MAX_DEVICES = statistics.MAX_LIMIT


class Seen(msgspec.Struct, frozen=True):
    """One device of the log."""

    address: str  # its key
    asked: int
    blocked: int
    last: int  # Unix seconds, to within a minute
    first: int  # Unix seconds


def devices(database: Database) -> tuple[Seen, ...]:
    """The devices that asked most, the last one seen first."""
    blocked = _asked(database, Part(action=Action.BLOCKED.value))
    asked = _asked(database, Part())
    query = select(DEVICE.c.address, DEVICE.c.first, DEVICE.c.last).where(DEVICE.c.address.in_(asked))
    with database.read() as connection:
        found = [
            Seen(key, asked[key], blocked.get(key, 0), last, first)
            for key, first, last in connection.execute(query)
        ]
    return tuple(sorted(found, key=lambda one: -one.last))


def _asked(database: Database, part: Part) -> dict[str, int]:
    return {
        one.value: one.count for one in statistics.top(database, By.DEVICE, 0, part=part, limit=MAX_DEVICES)
    }
