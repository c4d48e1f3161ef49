"""A group's schedule: by which windows of the week it is treated otherwise. Pure: whoever asks brings the time.

A boundary of a window is the first moment of its day at which a clock in the schedule's zone shows that time or a
later one. So a time that a change to summer time leaves out is the moment of the change, of a time that comes twice
the first one counts, and windows that adjoin leave no gap on any day.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from gateway.errors import UsageError
from gateway.model import Mode, Profile
from gateway.policy.state import GroupState

MAX_WINDOWS = 32  # each is looked at for every generation
MAX_TEXT = 16_000  # characters of a schedule as it is stored
DAY_MINUTES = 24 * 60
_LAST = 253_000_000_000  # Unix seconds: year 9987, beyond which no calendar here reaches
_FIRST = 100_000  # Unix seconds: no zone is so far behind that its date is before 1970
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,3}")
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_NEAR, _FAR = 11, 60  # days that are searched for the next change; a zone may leave a day out


class Day(StrEnum):
    """Of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEK = tuple(Day)


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """From `start` to `end` of these days; past midnight where the end is not after the start."""

    start: Annotated[str, msgspec.Meta(pattern=_CLOCK)]  # "21:30"
    end: Annotated[str, msgspec.Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
    days: Annotated[tuple[Day, ...], msgspec.Meta(min_length=1, max_length=7)] = WEEK  # on which it starts
    profile: Profile | None = None
    mode: Mode | None = None
    block: Literal["", "everything"] = ""  # but for the user's own exceptions and what the catalogue keeps
    pause: bool = False  # nothing is blocked


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of several windows that fit at once the first counts."""

    zone: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]  # IANA: "Europe/Berlin"
    windows: Annotated[tuple[Window, ...], msgspec.Meta(min_length=1, max_length=MAX_WINDOWS)]


class Moment(NamedTuple):
    """What a schedule says at one time."""

    window: Window | None  # that counts now
    until: int  # Unix seconds at which another one does, or none; 0 for never


def read(text: str) -> Schedule:
    """The schedule in this JSON. Raises UsageError."""
    if len(text) > MAX_TEXT:
        raise UsageError("the schedule is too long", hint=f"at most {MAX_WINDOWS} windows")
    try:
        found = msgspec.json.decode(text, type=Schedule)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"the schedule cannot be read: {_plain(str(error))}",
            hint='{"zone": "Europe/Berlin", "windows": [{"start": "21:30", "end": "06:30", "block": "everything"}]}',
        ) from None
    check(found)
    return found


def write(schedule: Schedule) -> str:
    """What `read` reads, as it is stored."""
    return msgspec.json.encode(schedule).decode()


def check(schedule: Schedule) -> None:
    """Does all of it mean something? Raises UsageError."""
    zone_of(schedule.zone)
    for number, window in enumerate(schedule.windows, 1):
        if window.start == window.end:
            raise UsageError(f"window {number} ends when it starts", hint="the whole day is 00:00 to 24:00")
        changed = [window.profile, window.mode, window.block]
        if not any(changed) and not window.pause:
            raise UsageError(
                f"window {number} changes nothing", hint="give it a profile, a mode, block or pause"
            )
        if any(changed) and window.pause:
            raise UsageError(f"window {number} pauses, and what else it says would not count")


def zone_of(name: str) -> ZoneInfo:
    """The IANA time zone. Raises UsageError."""
    try:
        if not _ZONE.fullmatch(name):
            raise ValueError
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: "Europe" is a folder
        raise UsageError(
            f"no time zone {name[:64]!r}", hint="as in Europe/Berlin, Asia/Shanghai, UTC"
        ) from None


def at(schedule: Schedule, now: float) -> Moment:
    """What counts at Unix time `now`, however wrong that is, and until when; `until` is always after `now`."""
    if now > _LAST:
        return Moment(at(schedule, _LAST).window, 0)  # no change is after that
    now = max(now, _FIRST)
    zone = zone_of(schedule.zone)
    # One may last past midnight, on the clock of a zone that has left a day out.
    first = datetime.fromtimestamp(now, zone).date() - timedelta(days=2)
    for days in (_NEAR, _FAR):
        spans = list(_spans(schedule, zone, first, days))
        counts = _first(spans, now)
        horizon = _moment(
            first + timedelta(days=days), 0, zone
        )  # from here on other windows are in force, too
        for moment in sorted({edge for span in spans for edge in span[1:] if now < edge < horizon}):
            if _first(spans, moment) != counts:
                return Moment(None if counts is None else schedule.windows[counts], moment)
    return Moment(None if counts is None else schedule.windows[counts], 0)


def resolved(group: GroupState, text: str, now: float) -> GroupState:
    """The group as its schedule (JSON; "" for none) has it at Unix time `now`. Raises UsageError."""
    if not text:
        return group
    try:
        schedule = read(text)
    except UsageError as error:
        raise UsageError(f"group {group.name}: {error}", hint=error.hint) from None
    window, until = at(schedule, now)
    if window is None:
        return msgspec.structs.replace(group, until=until)
    return msgspec.structs.replace(
        group,
        profile=window.profile or group.profile,
        mode=window.mode or group.mode,
        block_all=window.block == "everything",
        paused=window.pause,
        scheduled=f"by the schedule{_until(until, now, zone_of(schedule.zone))}",
        until=until,
    )


def _until(until: int, now: float, zone: ZoneInfo) -> str:
    """ " until 06:30", with the day unless that is within a day; "" for what has no end."""
    if not until:
        return ""
    end = datetime.fromtimestamp(until, zone)
    return f" until {end:%H:%M}" if until - now < DAY_MINUTES * 60 else f" until {end:%a %H:%M}"


_Span = tuple[int, int, int]  # place of the window, Unix seconds of its start and of its end


def _spans(schedule: Schedule, zone: ZoneInfo, first: date, days: int) -> Iterator[_Span]:
    """When the windows are in force that start on one of so many days."""
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        for place, window in enumerate(schedule.windows):
            if WEEK[day.weekday()] in window.days:
                start, end = _minutes(window.start), _minutes(window.end)
                yield (
                    place,
                    _moment(day, start, zone),
                    _moment(day, end if end > start else end + DAY_MINUTES, zone),
                )


def _first(spans: list[_Span], moment: float) -> int | None:
    return min((place for place, start, end in spans if start <= moment < end), default=None)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> int:
    """The first Unix second at which a clock shows so many minutes of this day, or later."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    first = int(wall.replace(tzinfo=zone).timestamp())
    second = int(wall.replace(tzinfo=zone, fold=1).timestamp())
    if first <= second:
        return first  # of a time that comes twice the first one
    # Left out (PEP 495): the clock is put forward between these two, and shows a later time from then on.
    after = _offset(first, zone)
    low, high = second, first
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(middle, zone) == after else (middle, high)
    return high


def _offset(moment: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(moment, UTC).astimezone(zone).utcoffset()


def _plain(text: str) -> str:
    """What a decoder says, without what it may quote."""
    return "".join(char if char.isprintable() else "�" for char in text)[:200]
