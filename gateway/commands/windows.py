"""Windows of a schedule as people write and read them: "mon-fri 21:30-06:30 block"."""

import os
import re
from pathlib import Path

import msgspec

from gateway.errors import UsageError
from gateway.model import Mode, Profile
from gateway.schedule import WEEK, Day, Window

_HINT = 'as in "mon-fri 21:30-06:30 block", "sat,sun 08:00-12:00 strict", "daily 13:00-14:00 pause"'
_TIMES = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})")
_LOCALTIME = Path("/etc/localtime")  # a link into the zones, see localtime(5)


def parse(text: str) -> Window:
    """DAYS START-END WHAT…; without days it is every day. Raises UsageError."""
    words = text.lower().split()
    at = next((place for place, word in enumerate(words) if _TIMES.fullmatch(word)), None)
    if at is None or at > 1:
        raise UsageError(f"{text!r} is no window of time", hint=_HINT)
    start, end = (time.zfill(5) for time in words[at].split("-"))
    given: dict[str, object] = {"start": start, "end": end}
    if at:
        given["days"] = _days(words[0])
    for word in words[at + 1 :]:
        if word == "block":
            given["block"] = "everything"
        elif word == "pause":
            given["pause"] = True
        elif word in list(Profile):
            given["profile"] = word
        elif word in list(Mode):
            given["mode"] = word
        else:
            raise UsageError(f"{word!r} is nothing that a window can do", hint=_HINT)
    try:
        return msgspec.convert(given, Window)
    except msgspec.ValidationError:
        raise UsageError(f"{words[at]!r} is no time of day", hint=_HINT) from None


def days(window: Window) -> str:
    """ "daily", "mon-fri", "sat, sun"."""
    if set(window.days) == set(WEEK):
        return "daily"
    places = sorted(WEEK.index(day) for day in window.days)
    if len(places) > 2 and places == list(range(places[0], places[-1] + 1)):
        return f"{WEEK[places[0]]}-{WEEK[places[-1]]}"
    return ",".join(WEEK[place] for place in places)


def deeds(window: Window) -> str:
    """What it does: "block", "strict observe"."""
    block = "block" if window.block else ""
    return " ".join(word for word in (block, window.profile, window.mode, "pause" * window.pause) if word)


def words(window: Window) -> str:
    """What `parse` reads."""
    return f"{days(window)} {window.start}-{window.end} {deeds(window)}"


def own_zone() -> str:
    """The time zone of this machine, as far as it says so; else UTC."""
    if zone := os.environ.get("TZ", "").lstrip(":"):
        return zone
    found = str(_LOCALTIME.resolve()).partition("/zoneinfo/")[2]
    return found.removeprefix("posix/") or "UTC"


def _days(text: str) -> tuple[Day, ...]:
    if text == "daily":
        return WEEK
    found: list[Day] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in list(Day) or (dash and last not in list(Day)):
            raise UsageError(f"{part!r} is no day of the week", hint=_HINT)
        begin, end = WEEK.index(Day(first)), WEEK.index(Day(last or first))
        found += [WEEK[(begin + more) % 7] for more in range((end - begin) % 7 + 1)]
    return tuple(dict.fromkeys(found))
