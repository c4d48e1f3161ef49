"""Failures are slowed: each one more than a few doubles the wait. Knows no clock; times are monotonic seconds."""

from collections import OrderedDict
from dataclasses import dataclass

MAX_KEYS = 4096  # a flood of senders must not fill the memory: whoever failed longest ago is forgotten


@dataclass(slots=True)
class _Failures:
    count: int
    last: float
    until: float


class Throttle:
    """Counts attempts by key. An attempt counts as failed until it has passed: many at once gain nothing."""

    def __init__(self, *, free: int, most: float, forget: float) -> None:
        self._free = free  # failures that cost nothing: people mistype
        self._most = most  # seconds
        self._forget = forget  # seconds without a failure after which all is forgiven
        self._keys: OrderedDict[str, _Failures] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Seconds until this one may try; 0.0 for now."""
        found = self._keys.get(key)
        return max(found.until - now, 0.0) if found else 0.0

    def charge(self, key: str, now: float) -> None:
        """Count an attempt."""
        found = self._keys.pop(key, None)
        if found is None or now - found.last >= self._forget:
            found = _Failures(0, now, now)
        found.count += 1
        found.last = now
        over = found.count - self._free
        found.until = now + (min(2.0 ** min(over, 30), self._most) if over > 0 else 0.0)
        self._keys[key] = found
        if len(self._keys) > MAX_KEYS:
            self._keys.popitem(last=False)

    def passed(self, key: str) -> None:
        """It was no failure: start anew."""
        self._keys.pop(key, None)
