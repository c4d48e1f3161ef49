"""`log`: what the phones attempted, newest last, or as it happens."""

import shutil
import sys
import time
from argparse import Namespace
from datetime import datetime

from gateway.commands import output
from gateway.commands.box import as_row
from gateway.commands.times import since
from gateway.data import existing
from gateway.journal import search
from gateway.journal.search import Filters, LogRow
from gateway.store.engine import Database, open_journal

POLL = 0.25  # seconds between looks while following: the journal itself is up to two seconds behind


def log(options: Namespace) -> int:
    """Print the last rows; with --follow go on until Ctrl-C."""
    data = existing(options.data)
    database = open_journal(data.root, data.read_settings().store.url)
    filters = Filters(
        since=since(options.since, time.time()) if options.since else None,
        devices=(options.device,) if options.device else (),
        name=options.name or "",
        action=options.action or "",
        company=options.company or "",
    )
    try:
        last = search.last_id(database)
        page = search.newest(database, filters, limit=options.limit)
        for row in reversed(page.rows):
            _show(row, as_json=options.json)
        if not page.rows and not options.json and not options.follow:
            output.note("nothing in the log yet: point a phone at the box, or try `hushgate demo`")
        if options.follow:
            _follow(database, filters, max(last, page.rows[0].id if page.rows else 0), as_json=options.json)
    finally:
        database.close()
    return 0


def _follow(database: Database, filters: Filters, after: int, *, as_json: bool) -> None:
    while True:
        page = search.onwards(database, filters, after)
        for row in page.rows:
            _show(row, as_json=as_json)
        if page.cursor == after:
            time.sleep(POLL)
        after = page.cursor


def _show(row: LogRow, *, as_json: bool) -> None:
    if as_json:
        output.json_line(as_row(row))
        return
    count = f" ×{row.count}" if row.count > 1 else ""
    whose = ", ".join(part for part in (row.company, row.purpose, row.country) if part)
    rule = (
        f"[{row.rule.layer} {row.rule.list}{f':{row.rule.line}' if row.rule.line else ''}]"
        if row.rule
        else ""
    )
    moment = time.strftime("%H:%M:%S", time.localtime(_unix(row.time)))
    line = f"{moment}  {row.device:<15}  {row.action:<9}  {row.name or '-'} {row.type}{count}"
    line = f"{line:<84}  {whose}  {rule}".rstrip()
    width = shutil.get_terminal_size((200, 24)).columns
    print(output.harmless(line)[: width if sys.stdout.isatty() else None], flush=True)


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
