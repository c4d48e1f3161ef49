"""Who has asked, how often and when last. From the hourly roll-ups, and the last row of each for its time."""

from datetime import datetime

import msgspec

from gateway.journal import search, statistics
from gateway.journal.search import Filters
from gateway.journal.statistics import By
from gateway.store.engine import Database

MAX_DEVICES = statistics.MAX_LIMIT


class Seen(msgspec.Struct, frozen=True):
    """One address of the log."""

    address: str
    asked: int
    blocked: int
    last: int  # Unix seconds; 0 where its rows are gone already and the roll-ups are left


def devices(database: Database) -> tuple[Seen, ...]:
    """The addresses that asked most, the last one seen first."""
    blocked = {
        one.value: one.count
        for one in statistics.top(database, By.DEVICE, 0, action="blocked", limit=MAX_DEVICES)
    }
    found = [
        Seen(one.value, one.count, blocked.get(one.value, 0), _last(database, one.value))
        for one in statistics.top(database, By.DEVICE, 0, limit=MAX_DEVICES)
    ]
    return tuple(sorted(found, key=lambda one: -one.last))


def _last(database: Database, address: str) -> int:
    rows = search.newest(database, Filters(devices=(address,)), limit=1).rows
    return int(datetime.fromisoformat(rows[0].time).timestamp()) if rows else 0
