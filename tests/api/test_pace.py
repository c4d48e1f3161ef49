"""So many at once, then one by one."""

from hypothesis import given
from hypothesis import strategies as st

from api.pace import Pace


def test_a_burst_goes_and_then_one_at_a_time() -> None:
    pace = Pace(burst=3, every=2.0)
    assert [pace.wait(100.0) for _ in range(5)] == [0.0, 0.0, 0.0, 2.0, 2.0]
    assert pace.wait(101.0) == 1.0
    assert pace.wait(102.0) == 0.0
    assert pace.wait(102.0) == 2.0
    assert [pace.wait(200.0) for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(1, 5))
def test_in_no_time_more_go_than_the_burst_and_what_has_come_since(gaps: list[int], burst: int) -> None:
    pace, now, went = Pace(burst=burst, every=4.0), 50.0, []
    for gap in gaps:
        now += gap
        wait = pace.wait(now)
        assert 0.0 <= wait <= 4.0
        if not wait:
            went.append(now)
    for first, since in enumerate(went):
        for last in range(first, len(went)):
            assert last - first + 1 <= burst + (went[last] - since) / 4.0
