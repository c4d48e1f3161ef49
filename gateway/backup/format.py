"""What a backup's archive holds: a manifest, a file of rows for each table, the settings for information.

manifest.json           what it is, and the SHA-256 of all the rest; the last file, for then all is known
tables/rule.jsonl       one row a line
settings.json           as they were in force; never restored: they belong to the machine
log/000001.jsonl        events, where the log was asked for
"""

import hashlib
import re

import msgspec

from gateway.archives.checks import Limits
from gateway.errors import UsageError
from gateway.store import dump

FORMAT = "hushgate-backup"
VERSION = 1
MANIFEST = "manifest.json"
SETTINGS = "settings.json"

# 20 000 rules are 5 MB; a log of 10 M events is some 2 GB in 2000 files.
LIMITS = Limits(members=20_000, member_bytes=64 << 20, total_bytes=8 << 30)
MAX_TABLES = 64 << 20  # bytes of all rows together, which are held in memory

_TABLE = re.compile(r"tables/([a-z_]+)\.jsonl")
_LOG = re.compile(r"log/[0-9]{6}\.jsonl")
_SCHEMA = re.compile(r"policy_([0-9]{4})")


class FileNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the archive."""

    sha256: str
    bytes: int
    rows: int


class Manifest(msgspec.Struct, frozen=True):
    """What the archive is. Later versions may add to it: what they add is not read here."""

    format: str
    version: int  # of the archive's form
    schema: str  # of the tables: the last migration
    hushgate: str  # whose it is
    created: int  # Unix seconds
    files: dict[str, FileNote]
    secrets: bool = False  # does it hold accounts, tokens and the webhooks' secrets?
    log: bool = False


def manifest_of(content: bytes) -> Manifest:
    """The manifest, of a version that can be read here. Raises UsageError."""
    try:
        found = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UsageError(f"the backup's manifest cannot be read: {error}") from None
    if found.format != FORMAT:
        raise UsageError("the archive is no backup of Hushgate's", hint="hushgate backup makes one")
    schema = _SCHEMA.fullmatch(found.schema)
    if found.version > VERSION or schema is None or schema[0] > dump.SCHEMA:
        raise UsageError(
            f"the backup was made by a newer Hushgate ({found.hushgate!a:.40})",
            hint="install that version, or a later one, and restore it there",
        )
    return found


def table_file(name: str) -> str:
    """Where the rows of a table are."""
    return f"tables/{name}.jsonl"


def table_of(file: str) -> str | None:
    """Whose rows are in this file; None for a file of another kind."""
    found = _TABLE.fullmatch(file)
    return found[1] if found else None


def name_of_log(manifest: Manifest) -> str:
    """Another one for each log, and always the same for the same."""
    sums = "".join(note.sha256 for name, note in sorted(manifest.files.items()) if is_log(name))
    return hashlib.sha256(sums.encode()).hexdigest()[:24]


def is_log(file: str) -> bool:
    """Does it hold events?"""
    return _LOG.fullmatch(file) is not None
