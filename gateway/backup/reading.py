"""A backup's archive → its manifest and rows. All of it is read, and its sums compared, before anything is done."""

import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from gateway.archives import reading
from gateway.archives.checks import ArchiveFault, Member
from gateway.backup import format as formats
from gateway.backup.format import FileNote, Manifest
from gateway.errors import UsageError
from gateway.journal import dump as dump_of_log
from gateway.store import dump
from gateway.store.dump import Row

_REFERENCE = "restore another backup: this one is damaged, or somebody has changed it"


class Backup(msgspec.Struct, frozen=True):
    """What an archive holds, its sums being right and each row fit for its table."""

    manifest: Manifest
    rows: dict[str, list[Row]]  # table → its rows; parents before their children


def read(file: BinaryIO) -> Backup:
    """Everything but the log. Raises UsageError: an archive, a version, a sum or a row that is not right."""
    notes: dict[str, FileNote] = {}
    manifest: Manifest | None = None
    rows: dict[str, list[Row]] = {}
    held = 0
    for member in reading.members(file, formats.LIMITS):
        if member.name == formats.MANIFEST:
            manifest = formats.manifest_of(member.content)
            continue
        lines = member.content.count(b"\n")
        notes[member.name] = FileNote(hashlib.sha256(member.content).hexdigest(), len(member.content), lines)
        if formats.is_log(member.name):
            dump_of_log.check(member.content)
        table = formats.table_of(member.name)
        if table is not None:
            held += len(member.content)
            if held > formats.MAX_TABLES:
                raise ArchiveFault(f"the backup holds more than {formats.MAX_TABLES >> 20} MB of rows")
            rows[table] = list(_rows(table, member))
    if manifest is None:
        raise UsageError("the archive is no backup of Hushgate's", hint="hushgate backup makes one")
    _check_sums(manifest, notes)
    wanted = [*dump.STATE, *(dump.SECRETS if manifest.secrets else ())]
    if set(rows) != set(wanted):
        odd = ", ".join(sorted(set(rows) ^ set(wanted)))
        raise UsageError(f"the backup lacks tables, or holds ones that are not known: {odd}", hint=_REFERENCE)
    return Backup(manifest, {table: rows[table] for table in wanted})


def log(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The files of the log with their numbers; `read` has compared their sums. Raises ArchiveFault."""
    for one in reading.members(file, formats.LIMITS):
        if formats.is_log(one.name):
            yield int(one.name[4:10]), one.content


def _rows(table: str, member: Member) -> Iterator[Row]:
    if table not in (*dump.STATE, *dump.SECRETS):
        raise UsageError(f"the backup holds a table that is not known: {table}", hint=_REFERENCE)
    decoder = dump.decoder(table)
    for number, line in enumerate(member.content.splitlines(), 1):
        try:
            row: dict[str, Any] = msgspec.to_builtins(decoder.decode(line))
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise UsageError(f"{member.name}:{number}: {error}", hint=_REFERENCE) from None
        yield row


def _check_sums(manifest: Manifest, found: dict[str, FileNote]) -> None:
    if manifest.files.keys() != found.keys():
        odd = ", ".join(ascii(name) for name in sorted(manifest.files.keys() ^ found.keys())[:5])
        raise UsageError(f"the backup's files are not those of its manifest: {odd}", hint=_REFERENCE)
    for name, note in found.items():
        if manifest.files[name] != note:
            raise UsageError(f"{name} is not what the backup's manifest says", hint=_REFERENCE)
