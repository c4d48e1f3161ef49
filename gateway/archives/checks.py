"""What an archive may hold. One fault refuses it whole: whoever builds a trap builds the rest as well."""

import re

import msgspec

from gateway.errors import UsageError

MAX_NAME = 255  # characters of a member's path
# What a member begins with that is an archive itself. Nobody here opens those, and no scanner looks into them.
_NESTED = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\0",
    b"7z\xbc\xaf\x27\x1c",
    b"\x28\xb5\x2f\xfd",
)
_NESTED_TAR = (b"ustar", 257)
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\\:\ud800-\udfff\u2028\u2029]")


class ArchiveFault(UsageError):
    """The archive is refused, whole; the message says why."""


class Limits(msgspec.Struct, frozen=True):
    """How much one archive may unpack to."""

    members: int = 200
    member_bytes: int = 64 << 20
    total_bytes: int = 96 << 20
    ratio: int = 200  # unpacked to packed; text packs up to some 50, only zeros 1000
    ratio_from: int = 8 << 20  # bytes unpacked; below that a ratio harms nobody


class Member(msgspec.Struct, frozen=True):
    """One file of an archive. `name` is for looking it up, never for opening a file."""

    name: str
    content: bytes


class Tally:
    """Counts what comes out of one archive and stops it at the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._names: set[str] = set()
        self._total = 0

    def enter(self, name: str) -> str:
        """Count a member in. Its name, without a `./` in front; raises ArchiveFault."""
        if len(self._names) >= self._limits.members:
            raise ArchiveFault(f"the archive holds more than {self._limits.members} files")
        name = name.removeprefix("./")
        shown = ascii(name[:80])
        if not name or len(name) > MAX_NAME:
            raise ArchiveFault(f"the archive holds a file with an empty or overlong name: {shown}")
        if _FORBIDDEN.search(name):
            raise ArchiveFault(f"the archive holds a name with a forbidden character: {shown}")
        if name.startswith("/"):
            raise ArchiveFault(f"the archive holds an absolute path: {shown}")
        if any(part in ("", ".", "..") for part in name.split("/")):
            raise ArchiveFault(f"the archive holds a path that leads elsewhere: {shown}")
        if name in self._names:
            raise ArchiveFault(f"the archive holds the same name twice: {shown}")
        self._names.add(name)
        return name

    def announce(self, name: str, size: int) -> None:
        """Count in what a member is going to unpack to; raises ArchiveFault."""
        self._total += size
        if size > self._limits.member_bytes:
            raise ArchiveFault(f"{name!a} is larger than {_mb(self._limits.member_bytes)} unpacked")
        if self._total > self._limits.total_bytes:
            raise ArchiveFault(f"the archive is larger than {_mb(self._limits.total_bytes)} unpacked")

    def packed(self, unpacked: int, packed: int) -> None:
        """Is this much out of so little a bomb? Raises ArchiveFault."""
        if unpacked > self._limits.ratio_from and unpacked > self._limits.ratio * max(packed, 1):
            raise ArchiveFault("the archive unpacks to hundreds of times its size: a bomb")


def member(name: str, content: bytes) -> Member:
    """The member, once all of it is there; raises ArchiveFault."""
    if is_nested(content):
        raise ArchiveFault(f"{name!a} is an archive within the archive")
    return Member(name, content)


def is_nested(content: bytes) -> bool:
    """Does a member's content look like an archive of any kind?"""
    tar, at = _NESTED_TAR
    return content.startswith(_NESTED) or content[at : at + len(tar)] == tar


def _mb(size: int) -> str:
    return f"{size / (1 << 20):.3g} MB"
