"""`backup` and `restore`."""

import contextlib
import os
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from gateway import changes, subscriptions
from gateway.backup import making, restoring
from gateway.backup.restoring import Restored
from gateway.commands import output
from gateway.commands.output import as_row, counted
from gateway.commands.told import tell
from gateway.data import Data, existing
from gateway.errors import UsageError
from gateway.journal import dump, notices
from gateway.store.engine import Database, open_journal
from gateway.works import plainly

_NOUNS = {
    "group": "groups",
    "rule": "rules",
    "device": "devices",
    "list": "lists",
    "bundle": "bundles",
    "bundle_key": "keys of bundles",
    "webhook": "webhooks",
    "account": "accounts",
    "token": "tokens",
}


def backup(options: Namespace) -> int:
    """Write the archive; it is there whole or not at all."""
    data = existing(options.data)
    now = int(time.time())
    if options.file == "-":
        if sys.stdout.isatty():
            raise UsageError(
                "a backup is no text for a terminal", hint="name a file, or pipe it: … - | ssh …"
            )
        for piece in _pieces(options, data, now):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return 0
    named = options.file or f"hushgate-{datetime.fromtimestamp(now):%Y%m%d-%H%M%S}.tar.gz"
    path = Path(named).absolute()
    if path.is_dir():
        raise UsageError(f"{path} is a folder", hint="name a file in it")
    size = _write(path, _pieces(options, data, now))
    if options.json:
        output.json_line({"file": str(path), "bytes": size, "created": now})
    else:
        print(output.harmless(f"Backup: {path} ({size / 1e6:.1f} MB)"))
        if options.with_secrets:
            output.note("It holds secrets: keep it as you keep a password.")
    return 0


def restore(options: Namespace) -> int:
    """Check the archive, then put it in force."""
    data = existing(options.data)
    path = Path(options.file)
    if not path.is_file():  # a pipe cannot be read twice
        raise UsageError(f"there is no file {path}", hint="give a file that `hushgate backup` wrote")
    with path.open("rb") as file, changes.works(data) as works:
        with _journal(data) as journal:
            told = notices.last_id(journal)
        outcome = restoring.restore(works, data, file, told=told, dry_run=options.dry_run)
        done = outcome.result
        events = 0
        if done.log and not options.dry_run:
            with _journal(data) as journal:
                events = restoring.restore_log(journal, file, now=int(time.time()))
    row = {**as_row(done), "dry_run": options.dry_run, "events": events}
    code = tell(options, _sentence(done, would=options.dry_run), row, outcome.applied)
    if not options.json:
        for url in done.left_out:
            output.note(output.harmless(f"The webhook {url} is left out: the backup lacks its secret."))
        if done.log and not options.dry_run:
            output.note(f"{counted(events, 'event')} of before this box began to log are in its log now.")
    if not options.dry_run:
        _fetch(options, data, done)
    return code


def _pieces(options: Namespace, data: Data, now: int) -> Iterator[bytes]:
    settings = data.read_settings()
    with contextlib.ExitStack() as until:
        session = until.enter_context(changes.reading(data))
        log: Iterator[bytes] = iter(())
        if options.with_log:
            log = dump.files(until.enter_context(_journal(data)))
        yield from making.archive(session, settings, now=now, secrets=options.with_secrets, log=log)


@contextlib.contextmanager
def _journal(data: Data) -> Iterator[Database]:
    with plainly(), contextlib.closing(open_journal(data.root, data.read_settings().store.url)) as journal:
        yield journal


def _write(path: Path, pieces: Iterator[bytes]) -> int:
    beside = path.with_name(f"{path.name}.part")
    beside.unlink(missing_ok=True)
    size = 0
    try:
        # For its owner alone from its first moment on, whatever the umask.
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                size += file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)  # no longer there where all went well
    return size


def _sentence(done: Restored, *, would: bool) -> str:
    made = datetime.fromtimestamp(done.created).astimezone()
    parts = []
    for table, noun in _NOUNS.items():
        counts = done.changes.get(table, {})
        said = [f"{count} {what}" for what, count in counts.items() if count]
        if said:
            parts.append(f"{noun} {', '.join(said)}")
    what = "; ".join(parts) or "nothing is different"
    return f"{'Would restore' if would else 'Restored'} the backup of {made:%Y-%m-%d %H:%M}: {what}"


def _fetch(options: Namespace, data: Data, done: Restored) -> None:
    """What cannot be fetched now, the keeper goes on trying."""
    if done.to_fetch and not options.json:
        output.note(f"Fetching {counted(len(done.to_fetch), 'list')} …")
    settings = data.read_settings()
    for number in done.to_fetch:
        for one in subscriptions.refresh(data, settings, str(number))[0]:
            if one.reason and not options.json:
                output.note(output.harmless(f"{one.list.name} could not be fetched: {one.reason}"))
