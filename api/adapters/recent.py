"""The last day in the numbers that other products' dashboards show."""

import threading
import time
from collections import Counter

import msgspec

from api.box import ApiBox
from gateway.journal import statistics
from gateway.journal.rollups import WHOLE, Part
from gateway.journal.statistics import Bucket, By, Sum, Summary
from gateway.model import Action
from gateway.store import devices

HOUR = 3600
HOURS = 24
TOP = 100
FRESH = 2.0  # seconds

_BLOCKED = Part(action=Action.BLOCKED)


class Recent(msgspec.Struct, frozen=True):
    """24 hours, the running one included."""

    summary: Summary
    hours: tuple[int, ...]  # attempts of each, oldest first
    blocked: tuple[int, ...]
    names: tuple[Sum, ...]
    blocked_names: tuple[Sum, ...]
    devices: tuple[Sum, ...]
    blocked_devices: tuple[Sum, ...]


def begin(now: float) -> int:
    """When the first of the hours began, Unix seconds."""
    return int(now) // HOUR * HOUR - (HOURS - 1) * HOUR


class Last:
    """What was found last: a dashboard asks for one day in seven requests at once."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._at = float("-inf")
        self._found: Recent | None = None

    def of(self, box: ApiBox) -> Recent:
        """As of now, or of a moment ago."""
        with self._looking:
            if self._found is None or time.monotonic() - self._at >= FRESH:
                self._found, self._at = _look(box), time.monotonic()
            return self._found

    def forget(self) -> None:
        """The log was wiped."""
        with self._looking:
            self._found = None


def recent(box: ApiBox) -> Recent:
    """What the log says of them."""
    return box.kept(Last).of(box)


def _look(box: ApiBox) -> Recent:
    since = begin(time.time())
    with box.journal() as journal:
        asked: Counter[int] = Counter()
        blocked: Counter[int] = Counter()
        for one in statistics.over_time(journal, Bucket.HOUR, since):
            asked[one.time] += one.count
            blocked[one.time] += one.count if one.action == Action.BLOCKED else 0
        hours = [since + number * HOUR for number in range(HOURS)]
        return Recent(
            summary=statistics.summary(journal, since),
            hours=tuple(asked[hour] for hour in hours),
            blocked=tuple(blocked[hour] for hour in hours),
            names=statistics.top(journal, By.NAME, since, part=WHOLE, limit=TOP),
            blocked_names=statistics.top(journal, By.NAME, since, part=_BLOCKED, limit=TOP),
            devices=statistics.top(journal, By.DEVICE, since, part=WHOLE, limit=TOP),
            blocked_devices=statistics.top(journal, By.DEVICE, since, part=_BLOCKED, limit=TOP),
        )


def device_names(box: ApiBox) -> dict[str, str]:
    """Key of a device → what it is called; those without a name are left out."""
    with box.works.reading() as session:
        return {one.address: one.name for one in devices.list_devices(session) if one.name}
