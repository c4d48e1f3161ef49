"""A backup: everything but the log, in one archive, as it was at one moment.

Secrets are left out unless somebody asks for them: an archive is carried about and kept in other places than the
box. Without them it holds no account, no token, no webhook's secret; a list's URL is there whole, for without its
key it would be of no use. Sessions, pauses, the history and what the server keeps to itself are never in it.
"""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from gateway.archives.checks import Member
from gateway.archives.writing import packed
from gateway.backup import format as formats
from gateway.backup.format import FileNote, Manifest
from gateway.settings import Settings
from gateway.store import dump
from gateway.store.engine import Session
from gateway.version import version


def archive(
    session: Session, settings: Settings, *, now: int, secrets: bool = False, log: Iterable[bytes] = ()
) -> Iterator[bytes]:
    """The archive, piece by piece; the same box at the same time gives the same bytes. `log`: files of events."""
    return packed(_members(session, settings, now, secrets, log), now)


def _members(
    session: Session, settings: Settings, now: int, secrets: bool, log: Iterable[bytes]
) -> Iterator[Member]:
    notes: dict[str, FileNote] = {}

    def member(name: str, content: bytes) -> Member:
        digest = hashlib.sha256(content).hexdigest()
        notes[name] = FileNote(digest, len(content), content.count(b"\n"))
        return Member(name, content)

    for table in (*dump.STATE, *(dump.SECRETS if secrets else ())):
        yield member(formats.table_file(table), _lines(session, table, secrets))
    yield member(formats.SETTINGS, msgspec.json.format(msgspec.json.encode(_shown(settings)), indent=1))
    with_log = False
    for number, content in enumerate(log, 1):
        with_log = True
        yield member(f"log/{number:06}.jsonl", content)
    manifest = Manifest(
        format=formats.FORMAT,
        version=formats.VERSION,
        schema=dump.SCHEMA,
        hushgate=version(),
        created=now,
        files=notes,
        secrets=secrets,
        log=with_log,
    )
    yield Member(formats.MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def _lines(session: Session, table: str, secrets: bool) -> bytes:
    found = bytearray()
    for row in dump.read_table(session, table):
        if table == "webhook" and not secrets:
            row["secret"] = ""
        found += msgspec.json.encode(row) + b"\n"
    return bytes(found)


def _shown(settings: Settings) -> Settings:
    """The settings without the database's password."""
    if not settings.store.url:
        return settings
    store = msgspec.structs.replace(settings.store, url="(a PostgreSQL server)")
    return msgspec.structs.replace(settings, store=store)
