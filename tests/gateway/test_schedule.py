"""What a schedule says at a time, on the odd days of the year too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import schedule
from gateway.errors import UsageError
from gateway.model import Mode, Profile
from gateway.policy.state import GroupState
from gateway.schedule import WEEK, Day, Schedule, Window

# Half hours, none at all, a change at midnight, one of half an hour, one that left out 2011-12-30.
ZONES = (
    *("Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"),
    *("America/St_Johns", "Asia/Beirut", "UTC", "Africa/Casablanca"),
)
DAY = 86_400


def moment(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def night(*days: Day, zone: str = "Europe/Berlin", start: str = "21:30", end: str = "06:30") -> Schedule:
    return Schedule(zone, (Window(start, end, days or WEEK, block="everything"),))


def is_on(found: Schedule, text: str) -> bool:
    return schedule.at(found, moment(text, found.zone)).window is not None


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("2026-11-20 21:29:59", False),  # a Friday
        ("2026-11-20 21:30", True),
        ("2026-11-21 00:00", True),
        ("2026-11-21 06:29:59", True),
        ("2026-11-21 06:30", False),
        ("2026-11-21 22:00", False),  # Saturday
        ("2026-11-20 03:00", False),  # of a Thursday's night, which is not named
    ],
)
def test_a_window_past_midnight_belongs_to_the_day_on_which_it_starts(text: str, on: bool) -> None:
    assert is_on(night(Day.FRI), text) is on


def test_the_first_window_that_fits_counts_and_its_end_is_known() -> None:
    lunch = Window("12:00", "14:00", pause=True)
    day = Window("08:00", "18:00", mode=Mode.OBSERVE)
    both = Schedule("UTC", (lunch, day))
    noon = moment("2026-11-20 12:30")
    assert schedule.at(both, noon) == (lunch, moment("2026-11-20 14:00"))
    assert schedule.at(both, noon - 3600) == (day, moment("2026-11-20 12:00"))
    assert schedule.at(both, noon + DAY / 2) == (None, moment("2026-11-21 08:00"))
    assert schedule.at(Schedule("UTC", (day, lunch)), noon) == (day, moment("2026-11-20 18:00"))


def test_windows_that_adjoin_are_one_and_what_never_ends_has_no_end() -> None:
    halves = (Window("00:00", "12:00", block="everything"), Window("12:00", "24:00", block="everything"))
    found = schedule.at(Schedule("UTC", halves), moment("2026-11-20 13:00"))
    assert found == (halves[1], moment("2026-11-21 00:00"))
    whole = Schedule("UTC", (Window("00:00", "24:00", pause=True),))
    assert schedule.at(whole, moment("2026-11-20 13:00")) == (whole.windows[0], 0)


def test_a_time_that_is_left_out_is_the_moment_of_the_change() -> None:
    # Berlin, 2026-03-29: 02:00 is 03:00.
    change = moment("2026-03-29 01:00")
    found = night(start="02:30", end="04:00")
    assert schedule.at(found, change - 1) == (None, change)
    assert schedule.at(found, change) == (found.windows[0], moment("2026-03-29 02:00"))
    gone = night(start="02:10", end="02:50")
    assert schedule.at(gone, change).window is None
    assert schedule.at(gone, change - 1).until == moment("2026-03-30 00:10")


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    # Berlin, 2026-10-25: 03:00 is 02:00.
    first, second = moment("2026-10-25 00:30"), moment("2026-10-25 01:30")
    before, after = night(start="01:00", end="02:30"), night(start="02:30", end="04:00")
    assert [schedule.at(before, time).window is None for time in (first - 1, first, second)] == [
        False,
        True,
        True,
    ]
    assert [schedule.at(after, time).window is None for time in (first - 1, first, second)] == [
        True,
        False,
        False,
    ]


def test_a_day_that_a_zone_left_out_does_no_harm() -> None:
    # Apia went from Thursday, 2011-12-29, to Saturday.
    friday = night(Day.FRI, zone="Pacific/Apia", start="08:00", end="18:00")
    found = schedule.at(friday, moment("2011-12-29 12:00", "Pacific/Apia"))
    assert found == (None, moment("2012-01-06 08:00", "Pacific/Apia"))


def _first_moment(day: date, clock: str, zone: ZoneInfo) -> int:
    """By looking at the clock each minute."""
    hours, minutes = map(int, clock.split(":"))
    wanted = datetime.combine(day, datetime.min.time()) + timedelta(hours=hours, minutes=minutes)
    now = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=26)
    while now.astimezone(zone).replace(tzinfo=None) < wanted:
        now += timedelta(minutes=1)
    return int(now.timestamp())


_clocks = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
_days = st.lists(st.sampled_from(WEEK), min_size=1, max_size=7, unique=True).map(tuple)
_windows = st.builds(
    Window, _clocks, _clocks, _days, profile=st.sampled_from(Profile), block=st.just("everything")
).filter(lambda window: window.start != window.end)
_schedules = st.builds(
    Schedule, st.sampled_from(ZONES), st.lists(_windows, min_size=1, max_size=4).map(tuple)
)
# All that the zones have known since 2005, changes of offset above all.
_moments = st.integers(1_104_537_600, 1_900_000_000)
_changes = st.sampled_from(
    [
        moment(text)
        for text in ("2026-03-29 01:00", "2026-10-25 01:00", "2011-12-30 10:00", "2018-11-04 03:00")
    ]
)


@given(_schedules, st.one_of(_moments, st.builds(lambda at, by: at + by, _changes, st.integers(-DAY, DAY))))
def test_it_says_what_a_clock_on_the_wall_says(found: Schedule, now: int) -> None:
    zone = ZoneInfo(found.zone)
    today = datetime.fromtimestamp(now, zone).date()
    expected = None
    for window in found.windows:
        for day in (today - timedelta(days=2), today - timedelta(days=1), today):
            if WEEK[day.weekday()] not in window.days:
                continue
            ends = day + timedelta(days=window.end <= window.start)
            if _first_moment(day, window.start, zone) <= now < _first_moment(ends, window.end, zone):
                expected = expected or window
    assert schedule.at(found, now).window == expected


@given(_schedules, st.one_of(_moments, st.floats(-1e20, 1e20)))
def test_the_next_change_is_after_now_and_nothing_changes_before(found: Schedule, now: float) -> None:
    window, until = schedule.at(found, now)
    if 0 < now < 1e11 and until:
        assert until > now
        assert schedule.at(found, (now + until) / 2) == (window, until)
        assert schedule.at(found, until).window != window


@pytest.mark.parametrize("now", [-1e300, -1.0, 0.0, 1e13, 1e300, float("inf"), float("-inf")])
def test_a_wild_clock_does_no_harm(now: float) -> None:
    window, until = schedule.at(night(), now)
    assert window is None or window in night().windows
    assert until == 0 or until > now


@given(_schedules)
def test_what_is_written_is_read(found: Schedule) -> None:
    assert schedule.read(schedule.write(found)) == found


@given(st.text())
def test_any_text_is_a_schedule_or_refused(text: str) -> None:
    try:
        found = schedule.read(text)
    except UsageError:
        return
    assert schedule.read(schedule.write(found)) == found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"zone": "UTC"}', "windows"),
        ('{"zone": "UTC", "windows": []}', "length"),
        (
            '{"zone": "UTC", "windows": [{"start": "25:00", "end": "06:30", "pause": true}]}',
            "pattern|matching",
        ),
        ('{"zone": "UTC", "windows": [{"start": "06:00", "end": "06:30"}]}', "window 1 changes nothing"),
        (
            '{"zone": "UTC", "windows": [{"start": "06:00", "end": "06:00", "pause": true}]}',
            "ends when it starts",
        ),
        (
            '{"zone": "UTC", "windows": [{"start": "06:00", "end": "07:00", "pause": true, "mode": "observe"}]}',
            "would not count",
        ),
        ('{"zone": "UTC", "windows": [{"start": "06:00", "end": "07:00", "pausing": true}]}', "pausing"),
        (
            '{"zone": "../etc/passwd", "windows": [{"start": "06:00", "end": "07:00", "pause": true}]}',
            "time zone",
        ),
        ('{"zone": "Europe", "windows": [{"start": "06:00", "end": "07:00", "pause": true}]}', "time zone"),
        (
            '{"zone": "Mars/Base", "windows": [{"start": "06:00", "end": "07:00", "pause": true}]}',
            "time zone",
        ),
        ("[" * 10_000, "cannot be read"),
        ("x" * 20_000, "too long"),
    ],
)
def test_what_is_no_schedule_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        schedule.read(text)


def test_a_group_is_what_its_schedule_makes_of_it() -> None:
    kids = GroupState("kids")
    assert schedule.resolved(kids, "", 0) == kids
    text = schedule.write(
        Schedule(
            "Europe/Berlin",
            (
                Window("21:30", "06:30", (Day.FRI,), block="everything"),
                Window("08:00", "13:00", (Day.SUN,), profile=Profile.STRICT, mode=Mode.OBSERVE),
                Window("00:00", "24:00", (Day.MON, Day.TUE), pause=True),
            ),
        )
    )

    def at(when: str) -> GroupState:
        return schedule.resolved(kids, text, moment(when, "Europe/Berlin"))

    friday = at("2026-11-20 22:00")
    assert (friday.block_all, friday.paused, friday.profile) == (True, False, Profile.BALANCED)
    assert (friday.scheduled, friday.until) == (
        "by the schedule until 06:30",
        moment("2026-11-21 06:30", "Europe/Berlin"),
    )
    sunday = at("2026-11-22 09:00")
    assert (sunday.block_all, sunday.profile, sunday.mode) == (False, Profile.STRICT, Mode.OBSERVE)
    monday = at("2026-11-23 01:00")
    assert (monday.paused, monday.scheduled) == (True, "by the schedule until Wed 00:00")
    idle = at("2026-11-25 12:00")
    assert (idle.scheduled, idle.until) == ("", moment("2026-11-27 21:30", "Europe/Berlin"))


def test_a_stored_schedule_that_is_broken_names_its_group() -> None:
    with pytest.raises(UsageError, match="group kids: the schedule cannot be read"):
        schedule.resolved(GroupState("kids"), "{", 0)
