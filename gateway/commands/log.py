"""`log`: what the phones attempted, newest last, or as it happens."""

import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gateway.commands import output, who
from gateway.commands.output import as_row
from gateway.commands.times import since
from gateway.data import Data, existing
from gateway.errors import OwnFault, UsageError
from gateway.journal import search
from gateway.journal.export.stream import Format, export
from gateway.journal.search import Filters, LogRow
from gateway.policy.state import DeviceState
from gateway.store.engine import Database, open_journal
from gateway.works import plainly

SHOWN = 100  # rows for a person who names no number
POLL = 0.25  # seconds between looks while following: the journal itself is up to two seconds behind


def log(options: Namespace) -> int:
    """Print the last rows, as JSON all of them; with --follow go on until Ctrl-C."""
    data = existing(options.data)
    names = _names(data)
    filters = _filters(options, data)
    paper = _Paper(names, as_json=options.json)
    database = open_journal(data.root, data.read_settings().store.url)
    try:
        with plainly():
            if options.export:
                return _export(database, data, filters, options.export)
            if options.json and options.limit is None and not options.follow:
                _all(database, filters, paper)
                return 0
            last = search.last_id(database)
            page = search.newest(database, filters, limit=options.limit or SHOWN)
            for row in reversed(page.rows):
                paper.show(row)
            if options.follow:
                if not page.rows:
                    output.note("nothing yet; each attempt is shown as it comes, until Ctrl-C")
                _follow(database, filters, max(last, page.rows[0].id if page.rows else 0), paper)
    finally:
        database.close()
    if not page.rows and not options.json:
        output.note(_nothing(filters))
    return 0


def _filters(options: Namespace, data: Data) -> Filters:
    device = who.key(data, _devices(data), options.device) if options.device else ""
    return Filters(
        since=since(options.since, time.time()) if options.since else None,
        devices=(device,) if device else (),
        name=options.name or "",
        action=options.action or "",
        company=options.company or "",
        list=options.list or "",
        type=options.type or "",
    )


def _export(database: Database, data: Data, filters: Filters, target: Path) -> int:
    """Write the rows to a file of the kind that its name says; a whole one, or none."""
    form = target.suffix.removeprefix(".").lower()
    if form not in [*Format]:
        kinds = ", ".join(f".{one}" for one in Format)
        raise UsageError(f"{target.name} is of no kind that is known", hint=f"a name that ends in {kinds}")
    pieces = export(database, data.root, data.read_settings().store.url, filters, Format(form))
    beside = target.with_name(f"{target.name}.part")
    try:
        with beside.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        beside.replace(target)
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written: {error.strerror}", hint="choose another place"
        ) from None
    finally:
        beside.unlink(missing_ok=True)
    output.note(f"The log is in {target}")
    return 0


def _nothing(filters: Filters) -> str:
    if filters == Filters():
        return "nothing in the log yet: make the box a phone's DNS server, or try `hushgate demo`"
    return "nothing in the log is like that: try fewer options, or an earlier --since"


def _all(database: Database, filters: Filters, paper: "_Paper") -> None:
    """The whole log, for a program to read: oldest first."""
    for row in search.rows(database, filters):
        paper.show(row)


def _follow(database: Database, filters: Filters, after: int, paper: "_Paper") -> None:
    while True:
        page = search.onwards(database, filters, after)
        for row in page.rows:
            paper.show(row)
        if page.cursor == after:
            time.sleep(POLL)
        after = page.cursor


class _Paper:
    """Prints row after row, and the day where it changes."""

    def __init__(self, names: Mapping[str, str], *, as_json: bool) -> None:
        self._names = names
        self._as_json = as_json
        self._day = time.strftime("%Y-%m-%d")
        self._width = shutil.get_terminal_size((200, 24)).columns if sys.stdout.isatty() else None

    def show(self, row: LogRow) -> None:
        if self._as_json:
            output.json_line(as_row(row))
            return
        when = datetime.fromisoformat(row.time).astimezone()
        if (day := when.strftime("%Y-%m-%d")) != self._day:
            print(day)
            self._day = day
        print(output.harmless(line(row, when, self._names))[: self._width], flush=True)


def line(row: LogRow, when: datetime, names: Mapping[str, str]) -> str:
    """One row for people. `names`: key or address → what its owner calls the device."""
    count = f" ×{row.count}" if row.count > 1 else ""
    about = ", ".join(part for part in (row.company, row.purpose, row.country) if part)
    if row.rule is not None:
        place = f":{row.rule.line}" if row.rule.line else ""
        about = f"{about}  [{row.rule.layer} {row.rule.list}{place}]".lstrip()
    device = names.get(row.device) or row.device
    what = f"{row.name or '-'}{count}"
    # What matters most comes first: the rest of a line is cut where the terminal is narrow.
    return f"{when:%H:%M:%S}  {device:<15.20}  {row.action:<9}  {row.type:<5}  {what:<38}  {about}".rstrip()


def _devices(data: Data) -> tuple[DeviceState, ...]:
    try:
        return who.known(data)
    except OwnFault:  # the log is there to be read when the policy is damaged, too
        return ()


def _names(data: Data) -> dict[str, str]:
    return {at: one.name for one in _devices(data) for at in (one.address, *one.addresses)}
