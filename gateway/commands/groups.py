"""`groups`: devices that are treated alike."""

from argparse import Namespace
from typing import Any

from gateway import changes
from gateway.commands import output
from gateway.commands.box import as_row
from gateway.data import existing
from gateway.model import BlockedAnswer, Mode, Profile
from gateway.store import groups

COLUMNS = ["name", "profile", "mode", "answer", "inherit", "comment"]


def show(options: Namespace) -> int:
    """All of them."""
    with changes.reading(existing(options.data)) as session:
        found = groups.list_groups(session)
    output.rows([as_row(group) for group in found], COLUMNS, as_json=options.json, empty="")
    return 0


def add(options: Namespace) -> int:
    """Make one."""
    with changes.change(existing(options.data), f"group {options.name} added") as change:
        group = groups.add_group(change.session, options.name, **_given(options))
    return _told(options, group, change)


def set(options: Namespace) -> int:  # the act's name on the command line
    """Change what is given."""
    with changes.change(existing(options.data), f"group {options.name} changed") as change:
        group = groups.update_group(change.session, options.name, **_given(options))
    return _told(options, group, change)


def remove(options: Namespace) -> int:
    """Delete one; its devices go to `everyone`."""
    with changes.change(existing(options.data), f"group {options.name} removed") as change:
        group = groups.remove_group(change.session, options.name)
    return _told(options, group, change)


def _given(options: Namespace) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if options.profile is not None:
        given["profile"] = Profile(options.profile)
    if options.mode is not None:
        given["mode"] = Mode(options.mode)
    if options.answer is not None:
        given["answer"] = BlockedAnswer(options.answer)
    if options.inherit is not None:
        given["inherit"] = options.inherit
    return given


def _told(options: Namespace, group: groups.Group, change: "changes.Change") -> int:
    output.pairs({**as_row(group), **change.summary()}, as_json=options.json)
    return 0
