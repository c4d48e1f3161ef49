from hypothesis import given
from hypothesis import strategies as st

from api.auth.throttle import MAX_KEYS, Throttle


def test_a_few_failures_cost_nothing_then_each_doubles_the_wait() -> None:
    made = Throttle(free=2, most=10.0, forget=3600.0)
    waits, now = [], 0.0
    for _ in range(7):
        made.charge("a", now)
        waits.append(made.wait("a", now))
        now += waits[-1]
    assert waits == [0.0, 0.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert made.wait("b", now) == 0.0


def test_success_and_time_forgive() -> None:
    made = Throttle(free=0, most=10.0, forget=100.0)
    made.charge("a", 0.0)
    assert made.wait("a", 1.0) == 1.0
    made.passed("a")
    assert made.wait("a", 1.0) == 0.0
    for _ in range(3):
        made.charge("b", 0.0)
    made.charge("b", 100.0)
    assert made.wait("b", 100.0) == 2.0


def test_what_is_remembered_is_bounded() -> None:
    made = Throttle(free=0, most=1e9, forget=1e9)
    for number in range(MAX_KEYS + 10):
        made.charge(str(number), 0.0)
    assert len(made._keys) == MAX_KEYS
    assert made.wait("0", 0.0) == 0.0
    assert made.wait(str(MAX_KEYS), 0.0) > 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 1e6)), max_size=50))
def test_nobody_waits_longer_than_the_most(attempts: list[tuple[str, float]]) -> None:
    made = Throttle(free=1, most=60.0, forget=900.0)
    for key, now in sorted(attempts, key=lambda one: one[1]):
        made.charge(key, now)
        assert 0.0 <= made.wait(key, now) <= 60.0
