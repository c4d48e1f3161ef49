"""`audit`: who changed what, and from where."""

import time
from argparse import Namespace

import msgspec

from gateway import changes
from gateway.commands import output
from gateway.commands.output import as_row
from gateway.commands.times import past, since
from gateway.data import existing
from gateway.store import audit as entries

COLUMNS = ["when", "who", "whence", "action", "target", "generation"]


def audit(options: Namespace) -> int:
    """The newest first."""
    now = time.time()
    with changes.reading(existing(options.data)) as session:
        found = entries.list_entries(
            session,
            limit=options.limit,
            who=options.who,
            action=options.action,
            since=since(options.since, now) if options.since else None,
        )
    rows = [as_row(entry) for entry in found]
    if not options.json:
        for row in rows:
            row["when"] = past(row["time"], now)
            row["generation"] = row["generation"] or ""
            row["detail"] = msgspec.json.encode(row["detail"]).decode()
    output.rows(rows, COLUMNS, as_json=options.json, empty="nothing has been changed yet")
    return 0
