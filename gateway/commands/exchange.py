"""`rules import` and `rules export`: from and to files of whatever format."""

import sys
import time
from argparse import Namespace
from pathlib import Path

from gateway import changes, subscriptions
from gateway.commands import output
from gateway.commands.output import as_row, counted
from gateway.commands.told import tell
from gateway.data import Data, existing
from gateway.errors import UsageError
from gateway.exchange import ours, reading, writing
from gateway.exchange.held import rules_of
from gateway.exchange.take import Taken, take
from gateway.exchange.values import Imported
from gateway.store import lists

MAX_SHOWN = 20  # refused lines that a person is shown


def bring(options: Namespace) -> int:
    """Take rules, and from other products lists, groups and devices too; in force when this returns."""
    data = existing(options.data)
    imported = reading.read(_content(options.file), options.format, group=options.group)
    source = "standard input" if options.file == "-" else Path(options.file).name
    with (
        changes.works(data) as works,
        works.change(f"import of {source}", dry_run=options.dry_run) as change,
    ):
        taken = take(change.session, imported, now=int(time.time()))
        change.detail = {"format": imported.format}
    row = {
        **as_row(taken),
        "format": imported.format,
        "refused": [as_row(one) for one in imported.refused],
        "more_refused": imported.more_refused,
        "dry_run": options.dry_run,
    }
    code = tell(options, _sentence(taken, would=options.dry_run), row, change.applied)
    if not options.json:
        _report(imported)
    if not options.dry_run:
        _fetch(options, data, taken)
    return code


def give(options: Namespace) -> int:
    """Write the user's own rules to stdout."""
    with changes.reading(existing(options.data)) as session:
        held = rules_of(session, options.group)
    if options.format == "json":
        sys.stdout.write(ours.encode(held).decode())
        return 0
    for line in writing.lines(held.rules, options.format):
        sys.stdout.write(f"{line}\n")
    return 0


def _content(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(reading.MAX_BYTES + 1)
    path = Path(file)
    if not path.is_file():  # a pipe or a device would keep us waiting
        raise UsageError(f"there is no file {path}", hint="give a file, or - for standard input")
    with path.open("rb") as opened:
        return opened.read(reading.MAX_BYTES + 1)


def _sentence(taken: Taken, *, would: bool) -> str:
    parts = [counted(taken.rules, "rule")]
    if taken.lists:
        parts.append(counted(len(taken.lists), "list"))
    if taken.groups:
        parts.append(counted(len(taken.groups), "group"))
    if taken.devices:
        parts.append(counted(taken.devices, "device"))
    there = f" ({counted(taken.rules_kept, 'rule')} there already)" if taken.rules_kept else ""
    return f"{'Would take' if would else 'Taken'}: {', '.join(parts)}{there}"


def _report(imported: Imported) -> None:
    for one in imported.refused[:MAX_SHOWN]:
        line = f"line {one.line}: " if one.line else ""
        output.note(output.harmless(f"Not taken: {line}{one.text}: {one.reason}"))
    more = len(imported.refused) - MAX_SHOWN + imported.more_refused
    if more > 0:
        output.note(f"… and {more} more")


def _fetch(options: Namespace, data: Data, taken: Taken) -> None:
    """The lists come after the rules: what cannot be fetched now, the keeper goes on trying."""
    settings = data.read_settings()
    for number in taken.lists:
        with changes.reading(data) as session:
            one = lists.get_list(session, number)
        if not one.enabled:
            continue
        if not options.json:
            output.note(output.harmless(f"Fetching {one.name} …"))
        for done in subscriptions.refresh(data, settings, str(number))[0]:
            what = f"failed: {done.reason}" if done.reason else f"{done.list.rules} rules"
            if not options.json:
                output.note(output.harmless(f"{done.list.name}: {what}"))
