"""`generations`: every policy that was in force, what was changed with it, and the way back."""

import time
from argparse import Namespace
from typing import Any

import msgspec

from gateway import changes, history
from gateway.commands import output
from gateway.commands.output import as_row
from gateway.commands.times import past
from gateway.commands.told import tell
from gateway.data import existing
from gateway.differences import Differences
from gateway.history import Compared
from gateway.policy import manifest
from gateway.store import generations, snapshots
from gateway.store.engine import Session

COLUMNS = ["number", "when", "author", "whence", "cause", "kept"]
LISTED = 50
MAX_LINES = 200  # of each kind that a person is shown

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def show(options: Namespace) -> int:
    """The last ones, newest first."""
    data = existing(options.data)
    with changes.reading(data) as session:
        kept = snapshots.kept_numbers(session)
        found = generations.list_generations(session, LISTED)
    now = time.time()
    in_force = manifest.current(data.policy).generation
    rows = [
        {**as_row(made), "kept": made.number in kept, "in_force": made.number == in_force} for made in found
    ]
    if not options.json:
        for row in rows:
            row["when"] = past(row["created"], now)
    output.rows(rows, COLUMNS, as_json=options.json, empty="no generation yet: start the box")
    return 0


def one(options: Namespace) -> int:
    """What was changed with it."""
    with changes.reading(existing(options.data)) as session:
        made = generations.get_generation(session, options.number)
        before = generations.list_generations(session, 1, before=made.number)
        if not options.json:
            print(output.harmless(f"Generation {made.number} by {made.author or 'nobody'}: {made.cause}"))
        if not before:
            output.note("the first that is known")
            return 0
        return _differences(options, session, before[0].number, made.number)


def diff(options: Namespace) -> int:
    """What has to change to come from one to the other."""
    with changes.reading(existing(options.data)) as session:
        return _differences(options, session, options.before, options.after)


def restore(options: Namespace) -> int:
    """Go back to one."""
    data = existing(options.data)
    if options.dry_run:
        with changes.reading(data) as session:
            return _differences(options, session, manifest.current(data.policy).generation, options.number)
    act = history.restoring(data.lists, options.number, time.time())
    done, applied = changes.change_lists(data, f"back to generation {options.number}", act)
    code = tell(options, f"All is as it was at generation {done.number}", {"restored": done.number}, applied)
    for text in done.warnings:
        output.note(output.harmless(f"Beware: {text}"))
    return code


def _differences(options: Namespace, session: Session, before: int, after: int) -> int:
    found = history.compare(session, before, after)
    if options.json:
        output.json_line({"before": before, "after": after, **msgspec.to_builtins(found)})
        return 0
    if not any(getattr(found, kind) for kind in Compared.__struct_fields__):
        output.note("no difference")
    for kind in Compared.__struct_fields__:
        _print(kind, getattr(found, kind))
    return 0


def _print(kind: str, found: Differences[Any]) -> None:
    lines = [
        *((_SIGNS["added"], _line(thing)) for thing in found.added),
        *((_SIGNS["removed"], _line(thing)) for thing in found.removed),
        *((_SIGNS["changed"], _change(pair.before, pair.after)) for pair in found.changed),
    ]
    for sign, text in lines[:MAX_LINES]:
        print(output.harmless(f"{sign} {kind.removesuffix('s')} {text}"))
    if len(lines) > MAX_LINES:
        output.note(f"… and {len(lines) - MAX_LINES} more {kind}; --json has all")


def _line(thing: msgspec.Struct) -> str:
    row = as_row(thing)
    shown = [f"{key}={output.cell(row[key])}" for key in ("group", "comment", "version") if row.get(key)]
    return " ".join([*_called(row), *shown])


def _change(before: msgspec.Struct, after: msgspec.Struct) -> str:
    old, new = as_row(before), as_row(after)
    parts = [
        f"{key}: {output.cell(old[key])} → {output.cell(new[key])}"
        for key in old
        if old[key] != new[key] and key != "changed"
    ]
    return f"{' '.join(_called(new))}: {', '.join(parts)}"


def _called(row: dict[str, Any]) -> list[str]:
    return [str(row[key]) for key in ("id", "text", "name", "address") if row.get(key)]
