"""`devices`: the phones and other things that ask, named or not."""

import time
from argparse import Namespace

from gateway import changes
from gateway.commands import output
from gateway.commands.output import as_row
from gateway.commands.times import past
from gateway.commands.told import tell
from gateway.data import Data, existing
from gateway.errors import HushgateError, UsageError
from gateway.inventory import inventory
from gateway.journal import seen
from gateway.journal.seen import Seen
from gateway.journal.wipe import wipe_device
from gateway.policy.publish import Applied
from gateway.store import addresses, devices
from gateway.store.engine import open_journal
from gateway.works import plainly

COLUMNS = ["key", "name", "kind", "maker", "group", "tags", "addresses", "asked", "blocked", "last_seen"]
SHOWN = 2  # addresses in a row of the table: a phone has a dozen in a week


def show(options: Namespace) -> int:
    """All that have been named, then all others that the log has seen."""
    data = existing(options.data)
    with changes.reading(data) as session:
        rows = [as_row(one) for one in inventory(session, _seen(data))]
    if not options.json:
        for row in rows:
            row["last_seen"] = past(row["last_seen"], time.time())
            row["maker"] = "(random MAC)" if row["randomised"] else row["maker"][:24]
            row["addresses"] = _short(row["addresses"])
    empty = "nobody has asked yet: make the box a phone's DNS server, or try `hushgate demo`"
    output.rows(rows, COLUMNS, as_json=options.json, empty=empty)
    return 0


def set(options: Namespace) -> int:  # the act's name on the command line
    """Name one, or move it to another group."""
    if options.name is options.kind is options.group is options.tags is None:
        raise UsageError("nothing to change was given", hint="give --name, --kind, --group or --tags")
    tags = None if options.tags is None else tuple(tag for tag in options.tags.split(",") if tag.strip())
    with changes.change(existing(options.data), f"device {options.device} changed") as change:
        device = devices.put_device(
            change.session,
            devices.key_meant(change.session, options.device),
            now=int(time.time()),
            name=options.name,
            kind=options.kind,
            group=options.group,
            tags=tags,
        )
    called = f" ({device.name})" if device.name else ""
    tagged = f", tagged {', '.join(device.tags)}" if device.tags else ""
    sentence = f"Device {device.address}{called} is in group {device.group}{tagged}"
    row = {"key": device.address, **as_row(device)}
    for of_the_store in ("id", "address", "first_seen", "last_seen"):
        del row[of_the_store]
    return tell(options, sentence, row, change.applied)


def remove(options: Namespace) -> int:
    """Forget one and wipe what it did."""
    data = existing(options.data)
    with changes.reading(data) as session:
        key = devices.key_meant(session, options.device)
    wiped, applied = forget(data, key)
    if not wiped and applied is None:
        raise UsageError(f"no device {options.device}", hint="`hushgate devices` shows them")
    sentence = f"Device {key} is forgotten, and {wiped} rows of the log with it"
    return tell(options, sentence, {"device": key, "wiped_rows": wiped}, applied)


def forget(data: Data, key: str) -> tuple[int, Applied | None]:
    """Remove the device and wipe its log: how many rows, and the generation without it if it was named."""
    applied = None
    with changes.reading(data) as session:
        is_named = key in {device.address for device in devices.list_devices(session)}
    if is_named:
        with changes.change(data, f"device {key} removed") as change:
            devices.remove_device(change.session, key)
        applied = change.applied
    else:
        with changes.noting(data) as session:
            addresses.drop_device(session, key)
    journal = open_journal(data.root, data.read_settings().store.url)
    try:
        with plainly():
            return wipe_device(journal, key), applied
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


def _short(found: list[str]) -> list[str]:
    """The addresses that people know first: IPv4, then what was seen last."""
    shown = sorted(found, key=lambda address: ":" in address)[:SHOWN]
    more = len(found) - len(shown)
    return [*shown, f"+{more}"] if more else shown
