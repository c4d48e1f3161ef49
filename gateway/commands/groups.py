"""`groups`: devices that are treated alike."""

import time
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import msgspec

from gateway import changes
from gateway import schedule as schedules
from gateway.commands import output, windows
from gateway.commands.output import as_row
from gateway.commands.told import tell
from gateway.data import existing
from gateway.errors import UsageError
from gateway.model import BlockedAnswer, Mode, Profile
from gateway.policy.state import EVERYONE, GroupState
from gateway.schedule import Schedule
from gateway.store import devices, groups
from gateway.store.groups import Group

COLUMNS = ["name", "profile", "mode", "answer", "inherit", "catalogue", "devices", "comment"]
_KINDS: dict[str, Callable[[Any], Any]] = {
    "profile": Profile,
    "mode": Mode,
    "answer": BlockedAnswer,
    "inherit": bool,
    "catalogue": bool,
    "comment": str,
}


def show(options: Namespace) -> int:
    """All of them, with how many devices were put into each."""
    with changes.reading(existing(options.data)) as session:
        found = groups.list_groups(session)
        members = [device.group for device in devices.list_devices(session)]
    rows = [{**_row(group), "devices": members.count(group.name)} for group in found]
    output.rows(rows, COLUMNS, as_json=options.json, empty="")
    return 0


def add(options: Namespace) -> int:
    """Make one."""
    with changes.change(existing(options.data), f"group {options.name} added") as change:
        group = groups.add_group(change.session, options.name, **_given(options))
    return tell(options, f"Group {group.name} is made: {_described(group)}", _row(group), change.applied)


def set(options: Namespace) -> int:  # the act's name on the command line
    """Change what is given."""
    given = _given(options)
    if not given:
        raise UsageError(
            "nothing to change was given",
            hint="`hushgate groups set --help` shows what can be; `hushgate groups` what is",
        )
    with changes.change(existing(options.data), f"group {options.name} changed") as change:
        group = groups.update_group(change.session, options.name, **given)
    return tell(options, f"Group {group.name} is now: {_described(group)}", _row(group), change.applied)


def remove(options: Namespace) -> int:
    """Delete one; its devices go to `everyone`."""
    with changes.change(existing(options.data), f"group {options.name} removed") as change:
        group = groups.remove_group(change.session, options.name)
    sentence = f"Group {group.name} and its rules are gone; its devices are in {EVERYONE} now"
    return tell(options, sentence, _row(group), change.applied)


def schedule(options: Namespace) -> int:
    """Show when a group is treated otherwise, or set it: windows replace those there were."""
    data = existing(options.data)
    if not options.windows and not options.off and options.zone is None:
        return _show_schedule(options)
    if options.off and (options.windows or options.zone):
        raise UsageError("--off ends the schedule: give no windows with it")
    with changes.reading(data) as session:
        before = _schedule(groups.get_group(session, options.name))
    text = ""
    if not options.off:
        if not options.windows and before is None:
            raise UsageError(f"group {options.name} has no schedule", hint="give at least one window")
        chosen = tuple(windows.parse(one) for one in options.windows) or (before.windows if before else ())
        zone = options.zone or (before.zone if before else windows.own_zone())
        text = schedules.write(Schedule(zone, chosen))
    with changes.change(data, f"schedule of group {options.name} changed") as change:
        group = groups.update_group(change.session, options.name, schedule=text)
    return tell(options, f"Group {group.name} is now: {_described(group)}", _row(group), change.applied)


def _show_schedule(options: Namespace) -> int:
    with changes.reading(existing(options.data)) as session:
        group = groups.get_group(session, options.name)
    found = _schedule(group)
    rows = [
        {
            "days": windows.days(one),
            "start": one.start,
            "end": one.end,
            "does": windows.deeds(one),
            "zone": found.zone if found else "",
        }
        for one in (found.windows if found else ())
    ]
    output.rows(
        rows,
        ["days", "start", "end", "does", "zone"],
        as_json=options.json,
        empty=f'no schedule: hushgate groups schedule {group.name} "mon-fri 21:30-06:30 block"',
    )
    if found is not None and not options.json:
        now = schedules.resolved(
            GroupState(group.name, group.profile, group.mode), group.schedule, time.time()
        )
        output.note(f"Now: {_deed(now)}")
    return 0


def _deed(now: GroupState) -> str:
    """What the schedule does at this moment."""
    if not now.scheduled:
        return "nothing of it is in force"
    if now.paused:
        return f"nothing is blocked {now.scheduled}"
    if now.block_all:
        return f"everything is blocked {now.scheduled}"
    return f"profile {now.profile}, {now.mode} {now.scheduled}"


def _schedule(group: Group) -> Schedule | None:
    return schedules.read(group.schedule) if group.schedule else None


def _row(group: Group) -> dict[str, Any]:
    """As a program reads it: the schedule as an object, null without one."""
    return {**as_row(group), "schedule": msgspec.to_builtins(_schedule(group))}


def _given(options: Namespace) -> dict[str, Any]:
    values = {key: getattr(options, key) for key in _KINDS}
    return {key: _KINDS[key](value) for key, value in values.items() if value is not None}


def _described(group: Group) -> str:
    parts = [f"profile {group.profile}", group.mode, f"blocked names answered {group.answer}"]
    if not group.catalogue:
        parts.append("without the catalogue")
    if group.name != EVERYONE:
        parts.append(f"{'with' if group.inherit else 'without'} the rules and lists of {EVERYONE}")
    found = _schedule(group)
    if found is not None:
        parts.append(f"{'; '.join(map(windows.words, found.windows))} ({found.zone})")
    return ", ".join(parts)
