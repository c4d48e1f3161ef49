"""Latency, failures and waits of one upstream, in made-up time."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.dns.upstream.health import (
    EXPLORE,
    FAILURES_TO_DOWN,
    FIRST_BACKOFF,
    MAX_BACKOFF,
    MAX_PATIENCE,
    MIN_PATIENCE,
    Health,
)


def down(at: float = 0.0) -> Health:
    health = Health()
    health.answered(0.01)
    for _ in range(FAILURES_TO_DOWN):
        health.asked(at)
        health.erred(at, "silent")
    return health


def state(health: Health) -> str:
    return health.state


def test_latency_is_smoothed() -> None:
    health = Health()
    assert (health.state, health.latency_ms) == ("untested", 0)
    health.answered(0.010)
    assert health.latency_ms == 10
    health.answered(0.050)
    assert health.latency_ms == 20
    assert health.state == "up"


def test_some_failures_in_a_row_and_no_less_mean_down() -> None:
    health = Health()
    for _ in range(2):
        health.answered(0.01)
        for _ in range(FAILURES_TO_DOWN - 1):
            health.erred(0.0, "lost")
    assert state(health) == "up"
    health.erred(0.0, "lost again")
    assert state(health) == "down"
    assert health.last_error == "lost again"


def test_upstream_that_never_worked_is_down_at_its_first_failure() -> None:
    health = Health()
    health.erred(0.0, "refused")
    assert state(health) == "down"


def test_failed_upstream_is_due_after_growing_waits() -> None:
    health, now, waits = down(), 0.0, []
    for _ in range(9):
        assert not health.is_due(health.retry_at - 0.01)
        waits.append(health.retry_at - now)
        now = health.retry_at
        assert health.is_due(now)
        health.asked(now)
        assert not health.is_due(now)  # one probe is enough
        health.erred(now, "silent")
    assert waits[0] == FIRST_BACKOFF
    assert waits == sorted(waits)
    assert waits[-1] == MAX_BACKOFF


def test_one_answer_brings_it_back() -> None:
    health = down()
    health.answered(0.02)
    assert state(health) == "up"
    for _ in range(FAILURES_TO_DOWN):
        health.erred(100.0, "silent")
    assert health.retry_at == 100.0 + FIRST_BACKOFF


def test_being_overtaken_counts_until_its_own_answer_comes() -> None:
    health = Health()
    health.answered(0.5)
    for _ in range(FAILURES_TO_DOWN):
        health.overtaken(1.0)
    assert state(health) == "down"
    retry_at = health.retry_at
    health.overtaken(1.5)
    assert health.retry_at == retry_at
    health.answered(0.5)
    assert state(health) == "up"
    assert health.failed == 0


def test_unused_upstream_is_measured_now_and_then() -> None:
    health = Health()
    assert health.is_due(0.0)
    health.asked(0.0)
    health.answered(0.01)
    assert not health.is_due(EXPLORE - 1)
    assert health.is_due(EXPLORE)


@given(st.lists(st.floats(0, 10), max_size=30))
def test_patience_stays_within_bounds(latencies: list[float]) -> None:
    health = Health()
    for seconds in latencies:
        health.answered(seconds)
        assert MIN_PATIENCE <= health.patience <= MAX_PATIENCE
    assert health.latency > 0


def test_when_it_was_asked_and_when_it_answered_is_known() -> None:
    health = Health()
    assert health.sent_at == health.answered_at == float("-inf")
    health.asked(100.0)
    health.answered(0.5, 100.5)
    health.asked(200.0)
    assert (health.sent_at, health.answered_at) == (200.0, 100.5)
