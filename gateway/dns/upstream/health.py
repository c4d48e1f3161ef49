"""How well one upstream does. The time is handed in, in monotonic seconds. Never touches the network."""

from typing import Literal

import msgspec

State = Literal["untested", "up", "down"]

SMOOTHING = 0.25  # weight of the newest latency
FAILURES_TO_DOWN = 3  # in a row; a lost packet or two is no outage
FIRST_BACKOFF = 1.0  # seconds until a failed upstream is tried beside the others
MAX_BACKOFF = 60.0
EXPLORE = 60.0  # seconds after which an unused upstream's latency is measured again

MIN_PATIENCE = 0.1  # seconds before a second upstream is asked
MAX_PATIENCE = 0.4  # so that a dead upstream costs less than the second a person notices
GUESS = 0.1  # latency of an upstream never asked


class UpstreamStatus(msgspec.Struct, frozen=True):
    """What `status` shows of one upstream."""

    url: str
    domain: str  # "" for the upstreams of everything
    state: State
    sent: int
    failed: int
    wrong: int  # packets that did not match what was asked
    latency_ms: float  # 0 before the first answer
    last_error: str
    last_asked: int = 0  # Unix seconds; 0: never
    last_ok: int = 0  # when it last answered; 0: never


class Health:
    """Latency, failures in a row, and when to try again."""

    def __init__(self) -> None:
        self.sent = 0
        self.failed = 0
        self.last_error = ""
        self.state: State = "untested"
        self._latency = 0.0
        self._spread = 0.0
        self._in_a_row = 0
        self._backoff = FIRST_BACKOFF
        self._retry_at = 0.0
        self._sent_at = self._answered_at = float("-inf")

    @property
    def sent_at(self) -> float:
        """When it was last asked; before the first time minus infinity."""
        return self._sent_at

    @property
    def answered_at(self) -> float:
        """When it last answered; before the first time minus infinity."""
        return self._answered_at

    @property
    def latency(self) -> float:
        """Smoothed seconds to an answer."""
        return self._latency or GUESS

    @property
    def latency_ms(self) -> float:
        """For people; 0 before the first answer."""
        return round(self._latency * 1000, 1)

    @property
    def retry_at(self) -> float:
        """When a failed upstream is to be tried again."""
        return self._retry_at

    @property
    def patience(self) -> float:
        """Seconds to wait for it before another is asked too."""
        if not self._latency:
            return MAX_PATIENCE / 2
        return min(max(2 * self._latency + 4 * self._spread, MIN_PATIENCE), MAX_PATIENCE)

    def asked(self, now: float) -> None:
        """A query left."""
        self.sent += 1
        self._sent_at = now
        if self.state == "down":
            self._retry_at = now + self._backoff  # one probe for each wait, not one for each query

    def answered(self, seconds: float, now: float = 0.0) -> None:
        """An answer came after `seconds`."""
        self._answered_at = now
        if self._latency:
            self._spread += SMOOTHING * (abs(seconds - self._latency) - self._spread)
            self._latency += SMOOTHING * (seconds - self._latency)
        else:
            self._latency, self._spread = max(seconds, 1e-6), seconds / 2
        self.state = "up"
        self._in_a_row = 0
        self._backoff = FIRST_BACKOFF

    def erred(self, now: float, error: str) -> None:
        """A query failed: no answer, a wrong one, or no way there."""
        self.failed += 1
        self.last_error = error
        if self.state == "untested":
            self._in_a_row = FAILURES_TO_DOWN  # it never worked: nothing speaks for a mere lost packet
        self._count(now)

    def overtaken(self, now: float) -> None:
        """Another upstream, asked later, answered first. Its own answer may still come and clear this."""
        if self.state != "down":
            self._count(now)

    def _count(self, now: float) -> None:
        self._in_a_row += 1
        if self.state == "down":
            self._backoff = min(self._backoff * 2, MAX_BACKOFF)
            self._retry_at = now + self._backoff
        elif self._in_a_row >= FAILURES_TO_DOWN:
            self.state = "down"
            self._retry_at = now + self._backoff

    def is_due(self, now: float) -> bool:
        """Should it be asked beside the chosen one, to learn how it does?"""
        if self.state == "down":
            return now >= self._retry_at
        return now - self._sent_at >= EXPLORE
