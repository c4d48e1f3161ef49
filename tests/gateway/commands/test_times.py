from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.commands.times import ago, clock, duration, ends, moment, past, since
from gateway.errors import UsageError

NOW = 1_800_000_000.9


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("10m", 600),
        ("2h", 7200),
        ("7d", 604_800),
        ("2w", 1_209_600),
        (" 10 M ", 600),
        ("999999s", 999_999),
    ],
)
def test_length_of_time_is_seconds(text: str, seconds: int) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "10", "m", "0m", "000h", "-1h", "1.5h", "1h30m", "1y", "9999999s", "1 0m", "ten m"]
)
def test_what_is_no_length_of_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="is no length of time") as caught:
        duration(text)
    assert "10m" in caught.value.hint


def test_moment_is_so_long_ago_or_a_date() -> None:
    assert since("1h", NOW) == 1_800_000_000 - 3600
    assert since("2026-11-22T10:00+00:00", NOW) == int(datetime(2026, 11, 22, 10, tzinfo=UTC).timestamp())
    assert since("2026-11-22", NOW) == int(datetime(2026, 11, 22).timestamp())


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "0m", "0001-01-01", "9999-12-31T23:59:59-23:59"]
)
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    try:
        found = since(text, NOW)
    except UsageError as error:
        hint = error.hint
    else:
        assert text.startswith(("0001", "9999"))  # whether that far can be told depends on the time zone
        assert abs(found) < 1 << 40
        return
    assert "10m" in hint


def test_moment_to_come_is_in_so_long_or_a_date_in_utc() -> None:
    assert moment("90d", NOW) == 1_800_000_000 + 90 * 86_400
    assert moment("2026-11-22", NOW) == int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
    assert moment("2026-11-22T10:00+02:00", NOW) == int(datetime(2026, 11, 22, 8, tzinfo=UTC).timestamp())
    with pytest.raises(UsageError, match="is no time"):
        moment("tomorrow", NOW)


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_a_usage_error(text: str) -> None:
    try:
        since(text, NOW)
    except UsageError:
        return


@given(st.datetimes())
def test_any_date_is_a_moment_or_a_usage_error(date: datetime) -> None:
    try:
        since(date.isoformat(), NOW)
    except UsageError:
        return


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 d"),
        (86_400 * 400, "400 d"),
        (-5, "0 s"),  # a clock that was set back
    ],
)
def test_age_is_told_in_the_largest_unit_of_which_there_are_two(seconds: int, text: str) -> None:
    assert ago(int(NOW) - seconds, NOW) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, ""), (-1, "over"), (90, "in 90 s"), (600, "in 10 min"), (86_400 * 3, "in 3 d")],
)
def test_end_is_told_as_the_time_that_is_left(seconds: int, text: str) -> None:
    assert ends(int(NOW) + seconds if seconds else 0, NOW) == text


def test_past_moment_is_so_long_ago_or_never_was() -> None:
    assert past(int(NOW) - 600, NOW) == "10 min ago"
    assert past(0, NOW) == "never"


def test_clock_has_a_date_only_where_it_is_not_today() -> None:
    noon = datetime(2026, 11, 22, 12).timestamp()
    assert clock(noon + 9000, noon) == "14:30"
    assert clock(noon + 86_400, noon) == "2026-11-23 12:00"
