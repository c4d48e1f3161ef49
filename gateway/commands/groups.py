"""`groups`: devices that are treated alike."""

from argparse import Namespace
from collections.abc import Callable
from typing import Any

from gateway import changes
from gateway.commands import output
from gateway.commands.output import as_row
from gateway.commands.told import tell
from gateway.data import existing
from gateway.errors import UsageError
from gateway.model import BlockedAnswer, Mode, Profile
from gateway.policy.state import EVERYONE
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
    rows = [{**as_row(group), "devices": members.count(group.name)} for group in found]
    output.rows(rows, COLUMNS, as_json=options.json, empty="")
    return 0


def add(options: Namespace) -> int:
    """Make one."""
    with changes.change(existing(options.data), f"group {options.name} added") as change:
        group = groups.add_group(change.session, options.name, **_given(options))
    return tell(options, f"Group {group.name} is made: {_described(group)}", as_row(group), change.applied)


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
    return tell(options, f"Group {group.name} is now: {_described(group)}", as_row(group), change.applied)


def remove(options: Namespace) -> int:
    """Delete one; its devices go to `everyone`."""
    with changes.change(existing(options.data), f"group {options.name} removed") as change:
        group = groups.remove_group(change.session, options.name)
    sentence = f"Group {group.name} and its rules are gone; its devices are in {EVERYONE} now"
    return tell(options, sentence, as_row(group), change.applied)


def _given(options: Namespace) -> dict[str, Any]:
    values = {key: getattr(options, key) for key in _KINDS}
    return {key: _KINDS[key](value) for key, value in values.items() if value is not None}


def _described(group: Group) -> str:
    parts = [f"profile {group.profile}", group.mode, f"blocked names answered {group.answer}"]
    if not group.catalogue:
        parts.append("without the catalogue")
    if group.name != EVERYONE:
        parts.append(f"{'with' if group.inherit else 'without'} the rules and lists of {EVERYONE}")
    return ", ".join(parts)
