"""`devices`: the phones and other things that ask."""

import time
from argparse import Namespace

from gateway import changes
from gateway.commands import output
from gateway.commands.box import as_row
from gateway.commands.times import ago
from gateway.data import existing
from gateway.store import devices

COLUMNS = ["address", "name", "kind", "group", "tags", "last_seen"]


def show(options: Namespace) -> int:
    """All that have been named or seen."""
    with changes.reading(existing(options.data)) as session:
        found = devices.list_devices(session)
    rows = [as_row(device) for device in found]
    if not options.json:
        for row in rows:
            row["last_seen"] = f"{ago(row['last_seen'], time.time())} ago"
    output.rows(rows, COLUMNS, as_json=options.json, empty="no device has been named yet")
    return 0


def set(options: Namespace) -> int:  # the act's name on the command line
    """Name one, or move it to another group."""
    tags = None if options.tags is None else tuple(tag for tag in options.tags.split(",") if tag.strip())
    with changes.change(existing(options.data), f"device {options.address} changed") as change:
        device = devices.put_device(
            change.session,
            options.address,
            now=int(time.time()),
            name=options.name,
            group=options.group,
            tags=tags,
        )
    output.pairs({**as_row(device), **change.summary()}, as_json=options.json)
    return 0


def remove(options: Namespace) -> int:
    """Forget one and wipe what it did."""
    wiped = changes.forget_device(existing(options.data), options.address)
    output.pairs({"device": options.address, "wiped_rows": wiped}, as_json=options.json)
    return 0
