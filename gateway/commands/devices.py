"""`devices`: the phones and other things that ask, named or not."""

import time
from argparse import Namespace
from typing import Any

from gateway import changes
from gateway.commands import output, who
from gateway.commands.output import as_row
from gateway.commands.times import past
from gateway.commands.told import tell
from gateway.data import Data, existing
from gateway.errors import HushgateError, UsageError
from gateway.journal import seen
from gateway.journal.seen import Seen
from gateway.journal.wipe import wipe_device
from gateway.policy.publish import Applied
from gateway.policy.state import EVERYONE
from gateway.store import devices
from gateway.store.engine import open_journal
from gateway.works import plainly

COLUMNS = ["address", "name", "kind", "group", "tags", "asked", "blocked", "last_seen"]


def show(options: Namespace) -> int:
    """All that have been named, then all others that the log has seen."""
    data = existing(options.data)
    with changes.reading(data) as session:
        named = devices.list_devices(session)
    asked = {one.address: one for one in _seen(data)}
    rows = [{**as_row(device), **_counts(asked.pop(device.address, None))} for device in named]
    rows += [{**_nameless(one), **_counts(one)} for one in asked.values()]
    if not options.json:
        for row in rows:
            row["last_seen"] = past(row["last_seen"], time.time())
    empty = "nobody has asked yet: make the box a phone's DNS server, or try `hushgate demo`"
    output.rows(rows, COLUMNS, as_json=options.json, empty=empty)
    return 0


def set(options: Namespace) -> int:  # the act's name on the command line
    """Name one, or move it to another group."""
    if options.name is options.group is options.tags is None:
        raise UsageError("nothing to change was given", hint="give --name, --group or --tags")
    tags = None if options.tags is None else tuple(tag for tag in options.tags.split(",") if tag.strip())
    with changes.change(existing(options.data), f"device {options.device} changed") as change:
        device = devices.put_device(
            change.session,
            who.address(devices.list_devices(change.session), options.device),
            now=int(time.time()),
            name=options.name,
            group=options.group,
            tags=tags,
        )
    called = f" ({device.name})" if device.name else ""
    tagged = f", tagged {', '.join(device.tags)}" if device.tags else ""
    sentence = f"Device {device.address}{called} is in group {device.group}{tagged}"
    return tell(options, sentence, as_row(device), change.applied)


def remove(options: Namespace) -> int:
    """Forget one and wipe what it did."""
    data = existing(options.data)
    with changes.reading(data) as session:
        address = who.address(devices.list_devices(session), options.device)
    wiped, applied = forget(data, address)
    if not wiped and applied is None:
        raise UsageError(f"no device {options.device}", hint="`hushgate devices` shows them")
    sentence = f"Device {address} is forgotten, and {wiped} rows of the log with it"
    return tell(options, sentence, {"device": address, "wiped_rows": wiped}, applied)


def forget(data: Data, address: str) -> tuple[int, Applied | None]:
    """Remove the device and wipe its log: how many rows, and the generation without it if it was named."""
    applied = None
    with changes.reading(data) as session:
        is_named = address in {device.address for device in devices.list_devices(session)}
    if is_named:
        with changes.change(data, f"device {address} removed") as change:
            devices.remove_device(change.session, address)
        applied = change.applied
    journal = open_journal(data.root, data.read_settings().store.url)
    try:
        with plainly():
            return wipe_device(journal, address), applied
    finally:
        journal.close()


def _seen(data: Data) -> tuple[Seen, ...]:
    """What the log has; nothing, and a word about it, where the log cannot be read."""
    try:
        journal = open_journal(data.root, data.read_settings().store.url)
        try:
            with plainly():
                return seen.devices(journal)
        finally:
            journal.close()
    except HushgateError as error:
        output.note(f"What they did is not known: {error}")
        return ()


def _counts(one: Seen | None) -> dict[str, Any]:
    if one is None:
        return {"asked": 0, "blocked": 0, "last_seen": 0}
    return {"asked": one.asked, "blocked": one.blocked, "last_seen": one.last}


def _nameless(one: Seen) -> dict[str, Any]:
    return {"id": 0, "address": one.address, "name": "", "kind": "", "group": EVERYONE, "tags": []}
