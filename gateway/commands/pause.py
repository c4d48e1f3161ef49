"""`pause`: block nothing for a while."""

import time
from argparse import Namespace
from typing import Any

from gateway import changes
from gateway.commands import output
from gateway.commands.times import clock, duration, span
from gateway.commands.told import tell
from gateway.data import Data, existing
from gateway.dns.links.pause import boot_id
from gateway.errors import UsageError
from gateway.policy.pauses import left
from gateway.policy.state import PauseState
from gateway.store import devices, groups, pauses
from gateway.store.engine import Session

Whom = tuple[str, str]  # scope and target of a pause


def pause(options: Namespace) -> int:
    """Begin, end or show."""
    data = existing(options.data)
    if options.device and options.group:
        raise UsageError("a pause is for a device or a group, not both", hint="give one of them")
    if options.off and options.duration:
        raise UsageError("--off ends a pause, a length of time begins one", hint="give one of them")
    with changes.reading(data) as session:
        whom = _whom(session, options)
    if options.off:
        return _end(options, data, whom)
    if options.duration is None:
        return _show(options, data)
    return _begin(options, data, whom, duration(options.duration))


def _begin(options: Namespace, data: Data, whom: Whom, seconds: int) -> int:
    made = PauseState(
        *whom,
        until=int(time.time()) + seconds,
        boot_until=time.clock_gettime(time.CLOCK_BOOTTIME) + seconds,
        boot_id=boot_id(),
    )
    with changes.change(data, f"pause of {_called(whom)} for {options.duration}") as change:
        pauses.put_pause(change.session, made)
    sentence = f"Nothing is blocked for {_called(whom)} until {clock(made.until, time.time())}"
    row = {"paused": True, "scope": made.scope, "target": made.target, "seconds": seconds}
    return tell(options, sentence, row, change.applied)


def _end(options: Namespace, data: Data, whom: Whom) -> int:
    with changes.reading(data) as session:
        pausing = whom in {(one.scope, one.target) for one in pauses.list_pauses(session)}
    row = {"paused": False, "scope": whom[0], "target": whom[1], "was_paused": pausing}
    if not pausing:
        return tell(options, f"There was no pause for {_called(whom)}", row, None)
    with changes.change(data, f"pause of {_called(whom)} ended") as change:
        pauses.remove_pause(change.session, *whom)
    return tell(options, f"The pause for {_called(whom)} is over", row, change.applied)


def _whom(session: Session, options: Namespace) -> Whom:
    if options.device:
        return "device", devices.key_meant(session, options.device)
    return ("group", groups.get_group(session, options.group).name) if options.group else ("all", "")


def _called(whom: Whom) -> str:
    scope, target = whom
    return "everybody" if scope == "all" else f"{scope} {target}"


def _show(options: Namespace, data: Data) -> int:
    now, boot = time.time(), time.clock_gettime(time.CLOCK_BOOTTIME)
    with changes.reading(data) as session:
        found = pauses.list_pauses(session)
    rows: list[dict[str, Any]] = []
    for one in found:
        seconds = int(left(one, now, boot, boot_id()))
        if seconds > 0 and options.json:
            rows.append({"scope": one.scope, "target": one.target, "seconds_left": seconds})
        elif seconds > 0:
            rows.append({"paused": _called((one.scope, one.target)), "left": span(seconds)})
    empty = "nothing is paused: `hushgate pause 10m` would"
    output.rows(rows, ["paused", "left"], as_json=options.json, empty=empty)
    return 0
