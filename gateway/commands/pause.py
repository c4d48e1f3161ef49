"""`pause`: block nothing for a while."""

import time
from argparse import Namespace
from typing import Any

from gateway import changes
from gateway.commands import output
from gateway.commands.times import duration
from gateway.data import existing
from gateway.dns.links.pause import boot_id
from gateway.errors import UsageError
from gateway.policy.state import PauseState
from gateway.store import pauses


def pause(options: Namespace) -> int:
    """Begin, end or show."""
    data = existing(options.data)
    if options.device and options.group:
        raise UsageError("a pause is for a device or a group, not both", hint="give one of them")
    scope, target = _for_whom(options)
    if options.off:
        with changes.change(data, f"pause of {target or scope} ended") as change:
            ended = pauses.remove_pause(change.session, scope, target)
        output.pairs(
            {"paused": False, "was_paused": ended is not None, **change.summary()}, as_json=options.json
        )
        return 0
    if options.duration is None:
        return _show(options)
    seconds = duration(options.duration)
    made = PauseState(
        scope,
        target,
        until=int(time.time()) + seconds,
        boot_until=time.clock_gettime(time.CLOCK_BOOTTIME) + seconds,
        boot_id=boot_id(),
    )
    with changes.change(data, f"pause of {target or scope} for {options.duration}") as change:
        pauses.put_pause(change.session, made)
    output.pairs(
        {"paused": True, "scope": scope, "target": target, "seconds": seconds, **change.summary()},
        as_json=options.json,
    )
    return 0


def _for_whom(options: Namespace) -> tuple[str, str]:
    if options.device:
        return "device", options.device
    return ("group", options.group) if options.group else ("all", "")


def _show(options: Namespace) -> int:
    now, boot = time.time(), time.clock_gettime(time.CLOCK_BOOTTIME)
    with changes.reading(existing(options.data)) as session:
        found = pauses.list_pauses(session)
    left: list[dict[str, Any]] = [
        {
            "scope": one.scope,
            "target": one.target,
            "seconds_left": int(one.boot_until - boot if one.boot_id == boot_id() else one.until - now),
        }
        for one in found
    ]
    output.rows(
        [row for row in left if row["seconds_left"] > 0],
        ["scope", "target", "seconds_left"],
        as_json=options.json,
        empty="nothing is paused",
    )
    return 0
