"""Open an archive of whatever origin. Nothing is ever written to a path of the archive's choosing."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from gateway.archives import tar, zip
from gateway.archives.checks import ArchiveFault, Limits, Member

LIMITS = Limits()


def is_archive(head: bytes) -> bool:
    """Do the first 512 bytes of a file look like an archive of a kind that is read here?"""
    magic, at = tar.MAGIC_TAR
    return head.startswith((*zip.MAGIC, tar.MAGIC_GZIP)) or head[at : at + len(magic)] == magic


def members(file: BinaryIO, limits: Limits = LIMITS) -> Iterator[Member]:
    """The files of the zip or tar archive in `file`, which can be sought in. Raises ArchiveFault.

    An archive is sound only when the last member has come: who acts on some must first have seen all.
    """
    file.seek(0)
    head = file.read(512)
    if not is_archive(head):
        raise ArchiveFault("no archive: neither zip nor tar", hint="a .zip, .tar or .tar.gz file is needed")
    yield from (zip if head.startswith(zip.MAGIC) else tar).members(file, limits)


def read(content: bytes, limits: Limits = LIMITS) -> dict[str, bytes]:
    """All files of an archive at once, or none of it. Raises ArchiveFault."""
    return {member.name: member.content for member in members(io.BytesIO(content), limits)}
