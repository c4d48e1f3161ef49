"""How often something may be asked for, by all callers together. Knows no clock; times are monotonic seconds."""

import threading


class Pace:
    """`burst` at once, then one each `every` seconds. Any thread may use it."""

    def __init__(self, *, burst: int, every: float) -> None:
        self._room = (burst - 1) * every
        self._every = every
        self._lock = threading.Lock()
        self._free = 0.0  # when all of the burst is there again

    def wait(self, now: float) -> float:
        """Seconds until the next one may go; 0.0: this one may, and counts."""
        with self._lock:
            free = max(self._free, now)
            over = free - now - self._room
            if over <= 0:
                self._free = free + self._every
            return max(over, 0.0)
