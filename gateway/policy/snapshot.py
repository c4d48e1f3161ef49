"""The base of a policy generation: lists and catalogue in one mapped file that all workers share.

    header      magic, version, key, number of entries, where each section is, checksum of all this
    first       u32 for each 16-bit start of a hash: where the hashes that start so begin
    hashes      u64, sorted: keyed hash of a name's wire form
    values      u32 beside each hash: what the rule says and where it stands (see `pack_value`)
    rule_at     u64: where each conditional rule begins in `rules`
    rules       msgpack, one StoredRule each
    line_at     u64: where each 64th line begins in the lists' copies
    meta        msgpack: the lists, the catalogue, patterns for which there is no hash
    reports     msgpack: what each list's compilation had to say

The key is random in every file, so nobody can craft names that collide. A name costs 12 bytes.
Never writes; `build.py` does. A file that is not whole is refused with OwnFault.
"""

import hashlib
import mmap
import struct
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import msgspec

from gateway.errors import OwnFault
from gateway.model import Facts
from gateway.names import Name
from gateway.policy.generation.passages import Copies
from gateway.policy.generation.stored import StoredRule
from gateway.policy.rule import Match, Refused

MAGIC = b"HUSHBASE"
VERSION = 1
FANOUT = 1 << 16  # cells of `first`: 15 hashes each with a million names
LINES_PER_MARK = 64  # 125 kB of marks for a million lines; reading 64 lines costs some 20 µs
MAX_TEXT = 4096  # bytes of a line that are shown

SECTIONS = ("first", "hashes", "values", "rule_at", "rules", "line_at", "meta", "reports")
HEADER = struct.Struct(f"<8sHH4x16sQ{2 * len(SECTIONS)}Q")
CHECKSUM = 16  # bytes of BLAKE2b behind the header

RULE = Match.REGEX  # kind of a value that points to a conditional rule: no pattern has a hash itself
MAX_LINES = 1 << 28  # in all lists together: what a value has room for
MAX_RULES = 1 << 30


def pack_value(kind: Match, important: bool, allow: bool, line: int) -> int:
    """2 bits how far down it reaches, 1 bit $important, 1 bit @@, 28 bits line (counted through all lists)."""
    return kind << 30 | important << 29 | allow << 28 | line


def hasher(key: bytes) -> Any:
    """A state to `.copy()`, which is cheaper than to set up a keyed one for each name."""
    return hashlib.blake2b(digest_size=8, key=key)


class ListEntry(msgspec.Struct, frozen=True, array_like=True):
    """One list and the copy of it that was compiled."""

    id: int
    name: str
    path: str
    version: str
    lines: int
    first: int  # its line n is line `first + n` of all
    marks: int  # where its marks begin in `line_at`
    size: int  # of the copy in bytes, and when it was last changed: is it still the one compiled?
    mtime_ns: int


class StoredRow(msgspec.Struct, frozen=True, array_like=True):
    """One row of the catalogue."""

    profile: str  # the first profile that blocks it, or "keep"
    file: str
    line: int
    rule: StoredRule
    facts: Facts


class StoredDomain(msgspec.Struct, frozen=True, array_like=True):
    """A domain of a vendor's own."""

    name: Name
    company: str
    country: str


class ListReport(msgspec.Struct, frozen=True):
    """What became of a list's lines."""

    id: int
    name: str
    lines: int
    rules: int
    refused: int
    examples: tuple[Refused, ...]  # the first of those refused


class Meta(msgspec.Struct, frozen=True, array_like=True):
    """What a worker keeps in memory of a base."""

    fingerprint: str  # of all that went into the base
    lists: tuple[ListEntry, ...]
    rows: tuple[StoredRow, ...]
    domains: tuple[StoredDomain, ...]
    patterns: tuple[StoredRule, ...]
    exact_depths: tuple[int, ...]  # how many labels the names have that count for themselves alone
    parent_depths: tuple[int, ...]  # … and those that count for names below


class Base:
    """An open base. Immutable; the mapping goes with the last reference to it."""

    def __init__(self, buffer: "mmap.mmap | bytes", source: str) -> None:
        """`source` is the file's name for messages. Raises OwnFault."""
        self.source = source
        self._data = memoryview(buffer)
        key, count, places = _checked_header(self._data, source)
        self._places = places
        self._first = self._section("first").cast("I")
        self._hashes = self._section("hashes").cast("Q")
        self._values = self._section("values").cast("I")
        self._rule_at = self._section("rule_at").cast("Q")
        self._line_at = self._section("line_at").cast("Q")
        self._rules = self._section("rules")
        self._hasher = hasher(key)
        self._decode_rule = msgspec.msgpack.Decoder(StoredRule).decode
        if (
            len(self._first) != FANOUT + 1
            or self._first[FANOUT] != count
            or not count == len(self._hashes) == len(self._values)
            or not len(self._rule_at)
        ):
            raise OwnFault(f"{source}: its sections do not fit together", hint=_HINT)
        try:
            self.meta = msgspec.msgpack.decode(self._section("meta"), type=Meta)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise OwnFault(f"{source}: {error}", hint=_HINT) from error
        self._copies = Copies()
        self._list_firsts = [entry.first for entry in self.meta.lists]
        self._whole_depths = _bits(self.meta.exact_depths) | _bits(self.meta.parent_depths)
        self._parent_depths = _bits(self.meta.parent_depths)

    @classmethod
    def open(cls, path: Path, sha256: str | None = None) -> Self:
        """Map the file. With `sha256` (hex) every byte is checked, without it only the header. Raises OwnFault."""
        try:
            with path.open("rb") as file:
                # Read, not mapped: pages that are only hashed do not count as the worker's memory.
                if sha256 is not None and hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    raise OwnFault(f"{path}: not what was written (checksum)", hint=_HINT)
                return cls(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ), str(path))
        except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
            raise OwnFault(f"{path}: {error}", hint=_HINT) from error

    def __len__(self) -> int:
        """Entries in the hash table."""
        return len(self._hashes)

    def find(self, suffixes: list[Name]) -> list[tuple[Name, int]]:
        """What the table says of a name, given as all its suffixes: (suffix, value), nearest first."""
        found: list[tuple[Name, int]] = []
        depth = len(suffixes)
        depths = self._whole_depths
        first, hashes, state = self._first, self._hashes, self._hasher
        for suffix in suffixes:
            if depths >> depth & 1:
                copy = state.copy()
                copy.update(suffix)
                wanted = int.from_bytes(copy.digest(), "little")
                cell = wanted >> 48
                end = first[cell + 1]
                at = bisect_left(hashes, wanted, first[cell], end)
                while at < end and hashes[at] == wanted:
                    found.append((suffix, self._values[at]))
                    at += 1
            depth -= 1
            depths = self._parent_depths
        return found

    def rule(self, index: int) -> StoredRule:
        """The conditional rule that a value of kind RULE points to."""
        try:
            return self._decode_rule(self._rules[self._rule_at[index] : self._rule_at[index + 1]])
        except (msgspec.DecodeError, msgspec.ValidationError, IndexError) as error:
            raise OwnFault(f"{self.source}: rule {index}: {error}", hint=_HINT) from error

    def rules(self) -> Iterator[StoredRule]:
        """All conditional rules."""
        return (self.rule(index) for index in range(len(self._rule_at) - 1))

    def text_of(self, place: int, line: int) -> str:
        """A line of the list at `place` as written; "" where its copy is gone or no longer the one compiled."""
        entry = self.meta.lists[place]
        if not 0 < line <= entry.lines:
            return ""
        mark, more = divmod(line - 1, LINES_PER_MARK)
        begin = self._line_at[entry.marks + mark]
        is_last = mark == (entry.lines - 1) // LINES_PER_MARK
        end = entry.size if is_last else self._line_at[entry.marks + mark + 1]
        passage = self._copies.read(entry.path, (entry.size, entry.mtime_ns), begin, end)
        lines = passage.split(b"\n", more + 1)
        text = lines[more] if more < len(lines) else b""
        return text[:MAX_TEXT].decode(errors="replace").strip("\ufeff\r\n")

    def text_of_value(self, value: int) -> str:
        """The line behind a value of `find`, as `text_of`."""
        if value >> 30 == RULE:
            stored = self.rule(value & (1 << 30) - 1)
            return self.text_of(stored.origin, stored.line)
        line = value & MAX_LINES - 1
        place = bisect_right(self._list_firsts, line) - 1
        return self.text_of(place, line - self._list_firsts[place])

    def reports(self) -> tuple[ListReport, ...]:
        """One for each list, in the lists' order. Raises OwnFault."""
        try:
            return msgspec.msgpack.decode(self._section("reports"), type=tuple[ListReport, ...])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise OwnFault(f"{self.source}: {error}", hint=_HINT) from error

    def _section(self, name: str) -> memoryview:
        offset, length = self._places[name]
        return self._data[offset : offset + length]


_HINT = "restart Hushgate to have it compiled again from the lists' last good copies"
_WIDTH = {"first": 4, "hashes": 8, "values": 4, "rule_at": 8, "line_at": 8}


def _bits(depths: tuple[int, ...]) -> int:
    return sum(1 << depth for depth in set(depths))


def _checked_header(data: memoryview, source: str) -> tuple[bytes, int, dict[str, tuple[int, int]]]:
    """Key, number of entries and (offset, length) of each section. Raises OwnFault."""
    header = bytes(data[: HEADER.size])
    if header[:8] != MAGIC:
        raise OwnFault(f"{source}: not a policy base", hint=_HINT)
    if bytes(data[HEADER.size : HEADER.size + CHECKSUM]) != checksum(header):
        raise OwnFault(f"{source}: its header is damaged", hint=_HINT)
    _magic, version, order, key, count, *places = HEADER.unpack(header)
    if version != VERSION:
        raise OwnFault(f"{source}: version {version}, but this Hushgate reads {VERSION}", hint=_HINT)
    if order != byte_order():
        raise OwnFault(f"{source}: written on a machine of the other byte order", hint=_HINT)
    sections = dict(zip(SECTIONS, zip(places[::2], places[1::2], strict=True), strict=True))
    for name, (offset, length) in sections.items():
        if offset + length > len(data) or length % _WIDTH.get(name, 1):
            raise OwnFault(f"{source}: cut short in its section {name!r}", hint=_HINT)
    return key, count, sections


def checksum(header: bytes) -> bytes:
    """What stands behind the header."""
    return hashlib.blake2b(header, digest_size=CHECKSUM).digest()


def byte_order() -> int:
    """The arrays are in the machine's own order, so that they can be used as they are mapped."""
    return {"little": 1, "big": 2}[sys.byteorder]
