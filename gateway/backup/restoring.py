"""A backup put in the place of what a box holds: all of it in one transaction and one generation, or nothing.

Everything is read and checked before anything changes. What a backup does not hold stays: the log, the history,
accounts and tokens unless it was made with them. Lists come back as they were subscribed to; where the box has no
copy of a list, it has to be fetched again, and until then that list has no say.
"""

from collections.abc import Callable, Container
from typing import BinaryIO

import msgspec

from gateway.author import Author
from gateway.backup import checking, reading
from gateway.backup import format as formats
from gateway.backup.format import Manifest
from gateway.data import Data
from gateway.errors import UsageError
from gateway.journal import dump as log
from gateway.policy import sources
from gateway.policy.fetching import copies
from gateway.store import dump, pauses
from gateway.store.dump import Row
from gateway.store.engine import Database, Session
from gateway.works import Outcome, Works

CAUSE = "backup restored"

_FETCHED = {
    "version": "",
    "etag": "",
    "last_modified": "",
    "fetched": 0,
    "rules": 0,
    "refused": 0,
    "error": "",
}
_CHOSEN = ("id", "events", "enabled")  # what a user says of a webhook
_UNTRIED = {"failures": 0, "last_time": 0, "last_error": "", "retry_at": 0, "lost": 0}


class Restored(msgspec.Struct, frozen=True):
    """What a restore came to, or with a dry run would come to."""

    created: int  # Unix seconds: of the backup
    hushgate: str  # version that made it
    changes: dict[str, dict[str, int]]  # table → rows added, changed, removed
    to_fetch: tuple[int, ...]  # lists without a copy
    left_out: tuple[str, ...]  # webhooks whose secrets neither the backup nor this box knows
    secrets: bool
    log: bool


def restore(
    works: Works,
    data: Data,
    file: BinaryIO,
    by: Author | None = None,
    *,
    told: int = 0,
    dry_run: bool = False,
) -> Outcome[Restored]:
    """Put the backup in `file` in force. Raises UsageError, and whatever a change may; then all is as it was."""
    return works.change_lists(CAUSE, ready(data, file, told=told), by, dry_run=dry_run)


def ready(
    data: Data, file: BinaryIO, *, told: int = 0, files: Container[str] | None = None
) -> Callable[[Session], Restored]:
    """What puts the backup in force, in a transaction of the caller's; all of it checked. Raises UsageError.

    `told`: the number of this box's last notice; webhooks are told of those that follow.
    `files`: the only files that lists may be read from, for somebody afar; None for any.
    """
    backup = reading.read(file)
    checking.check(backup.rows)
    if files is not None:
        _check_files(backup.rows["list"], files)
    to_fetch = tuple(_without_copies(backup.rows["list"], data))

    def act(session: Session) -> Restored:
        webhooks, left_out = _webhooks(session, backup.rows["webhook"], told)
        rows = {**backup.rows, "webhook": webhooks}
        changes = dump.differences(session, rows)
        _end_pauses(session, rows)
        dump.replace(session, rows)
        if backup.manifest.secrets:
            dump.forget(session, "session")  # whoever is logged in was so by the accounts of before
        return _restored(backup.manifest, changes, to_fetch, left_out)

    return act


def restore_log(journal: Database, file: BinaryIO, *, now: int) -> int:
    """Write the backup's events from before this box began to log; how many are new. Raises UsageError.

    May be interrupted: the next time it goes on. `file` is what `restore` has checked.
    """
    manifest = reading.read(file).manifest
    return log.restore(journal, formats.name_of_log(manifest), reading.log(file), now=now)


def _check_files(rows: list[Row], known: Container[str]) -> None:
    """A report quotes a list's lines: who is not on the box must not read its files that way."""
    for row in rows:
        if not sources.is_url(row["source"]) and row["source"] not in known:
            raise UsageError(
                f"the list {row['name']!a} is a file of the box's",
                hint="restore on the box: hushgate restore FILE",
            )


def _restored(
    manifest: Manifest,
    changes: dict[str, dict[str, int]],
    to_fetch: tuple[int, ...],
    left_out: tuple[str, ...],
) -> Restored:
    return Restored(
        manifest.created, manifest.hushgate, changes, to_fetch, left_out, manifest.secrets, manifest.log
    )


def _without_copies(rows: list[Row], data: Data) -> list[int]:
    """The lists that have to be fetched again; their rows forget what was fetched."""
    found = []
    for row in rows:
        version = row["version"]
        if not version or copies.digest(copies.path_of(data.lists, version)) != version:
            row.update(_FETCHED)
            if row["enabled"]:
                found.append(row["id"])
    return found


def _webhooks(session: Session, rows: list[Row], told: int) -> tuple[list[Row], tuple[str, ...]]:
    """Those that can come back, and the URLs of the others.

    One that is here by the same URL keeps its secret, and how far it has come. Others begin with what happens from
    now on; without a secret they do not come back: nobody could tell their messages from forged ones.
    """
    known = {row["url"]: row for row in dump.read_table(session, "webhook")}
    kept, left_out = [], []
    for row in rows:
        here = known.get(row["url"])
        if here is not None:
            kept.append(
                {**here, **{key: row[key] for key in _CHOSEN}, "secret": row["secret"] or here["secret"]}
            )
        elif row["secret"]:
            kept.append({**row, **_UNTRIED, "cursor": told})
        else:
            left_out.append(row["url"])
    return kept, tuple(left_out)


def _end_pauses(session: Session, rows: dict[str, list[Row]]) -> None:
    """A pause of a group or device that is gone would hold for the next one of that name."""
    known = {
        "group": {row["name"] for row in rows["group"]},
        "device": {row["address"] for row in rows["device"]},
    }
    for pause in pauses.list_pauses(session):
        if pause.scope in known and pause.target not in known[pause.scope]:
            pauses.remove_pause(session, pause.scope, pause.target)
