"""Times as people write them on the command line ("10m", "2d", "2026-11-22 10:00") and as they read them."""

import re
import time
from datetime import UTC, datetime

from gateway.errors import UsageError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,6})\s*([smhdw])")
_HINT = 'write "30s", "10m", "2h", "7d"'


def duration(text: str) -> int:
    """Seconds. Raises UsageError."""
    found = _DURATION.fullmatch(text.strip().lower())
    if not found or not int(found[1]):
        raise UsageError(f"{text!r} is no length of time", hint=_HINT)
    return int(found[1]) * _UNITS[found[2]]


def since(text: str, now: float) -> int:
    """Unix time of a date, or of so long ago. Raises UsageError."""
    if _DURATION.fullmatch(text.strip().lower()):
        return int(now) - duration(text)
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):  # no date, or one that no clock has
        raise UsageError(f"{text!r} is no time", hint=f"{_HINT} or a date such as 2026-11-22T10:00") from None


def moment(text: str, now: float) -> int:
    """Unix time of a date, or of so long from now. A date without a zone is in UTC. Raises UsageError."""
    if _DURATION.fullmatch(text.strip().lower()):
        return int(now) + duration(text)
    try:
        when = datetime.fromisoformat(text)
        return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):  # no date, or one that no clock has
        raise UsageError(f"{text!r} is no time", hint=f"{_HINT} or a date such as 2026-11-22") from None


def ago(moment: int, now: float) -> str:
    """ "5 s", "12 min", "3 h", "9 d"."""
    return span(int(now) - moment)


def span(seconds: int) -> str:
    """A length of time in the largest unit of which there are two; "0 s" for what is over."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def past(moment: int, now: float) -> str:
    """ "12 min ago"; "never" for 0."""
    return f"{ago(moment, now)} ago" if moment else "never"


def ends(moment: int, now: float) -> str:
    """When something ends: "in 12 min", "over"; "" for 0, which is never."""
    if not moment:
        return ""
    return f"in {span(moment - int(now))}" if moment > now else "over"


def clock(moment: float, now: float) -> str:
    """The local time of a moment: "14:30", with its date unless that is today's."""
    when, today = time.localtime(moment), time.localtime(now)
    return time.strftime("%H:%M" if when[:3] == today[:3] else "%Y-%m-%d %H:%M", when)
