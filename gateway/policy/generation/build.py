"""Writes a base (snapshot.py says what is in it). Memory: 12 bytes a name and little else."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import BinaryIO

import msgspec

from gateway.errors import UsageError
from gateway.names import Name
from gateway.policy.generation.stored import StoredRule
from gateway.policy.rule import Match
from gateway.policy.snapshot import (
    FANOUT,
    HEADER,
    MAGIC,
    MAX_LINES,
    MAX_RULES,
    RULE,
    SECTIONS,
    VERSION,
    ListEntry,
    ListReport,
    Meta,
    StoredDomain,
    StoredRow,
    byte_order,
    checksum,
    hasher,
    pack_value,
)

BUCKETS = 256  # sorted one by one: sorting all at once would hold every entry as a Python object
ALIGN = 8  # of the sections: what u64 arrays need
_LINE = MAX_LINES - 1


class Builder:
    """Takes rules one by one; `write` sorts and writes them."""

    def __init__(self, key: bytes) -> None:
        """`key`: 16 random bytes."""
        self._key = key
        self._hasher = hasher(key)
        self._hashes = [array("Q") for _ in range(BUCKETS)]
        self._values = [array("I") for _ in range(BUCKETS)]
        self._rule_at = array("Q", [0])
        self._rules = bytearray()
        self._exact_depths: set[int] = set()
        self._parent_depths: set[int] = set()
        self._patterns: list[StoredRule] = []
        self.marks = array("Q")  # where each 64th line of each list begins

    def add_name(self, name: Name, kind: Match, important: bool, allow: bool, line: int) -> None:
        """A rule that is nothing but a name; `line` is counted through all lists. Raises UsageError."""
        if line >= MAX_LINES:
            raise UsageError(f"the lists have more than {MAX_LINES} lines together", hint="use fewer lists")
        self._add(name, kind, pack_value(kind, important, allow, line))

    def add_rule(self, under: Name, rule: StoredRule) -> None:
        """Any other rule, to be looked at for `under` and the names below it. Raises UsageError."""
        index = len(self._rule_at) - 1
        if index >= MAX_RULES:
            raise UsageError(
                f"the lists have more than {MAX_RULES} conditional rules", hint="use fewer lists"
            )
        self._rules += msgspec.msgpack.encode(rule)
        self._rule_at.append(len(self._rules))
        self._add(under, RULE, RULE << 30 | index)

    def add_pattern(self, rule: StoredRule) -> None:
        """A regular expression that has to be asked about every name."""
        self._patterns.append(rule)

    def _add(self, name: Name, kind: Match, value: int) -> None:
        copy = self._hasher.copy()
        copy.update(name)
        hashed = int.from_bytes(copy.digest(), "little")
        self._hashes[hashed >> 56].append(hashed)
        self._values[hashed >> 56].append(value)
        depth = at = 0
        while length := name[at]:
            at += length + 1
            depth += 1
        (self._exact_depths if kind is Match.EXACT else self._parent_depths).add(depth)

    def write(
        self,
        file: BinaryIO,
        *,
        fingerprint: str,
        lists: Sequence[ListEntry] = (),
        rows: Sequence[StoredRow] = (),
        domains: Sequence[StoredDomain] = (),
        reports: Sequence[ListReport] = (),
    ) -> int:
        """The whole file, from position 0; how many entries it has. The builder is used up."""
        hashes, values = self._sorted([entry.first for entry in lists])
        first = array("I", (bisect_left(hashes, cell << 48) for cell in range(FANOUT)))
        first.append(len(hashes))
        meta = Meta(
            fingerprint=fingerprint,
            lists=tuple(lists),
            rows=tuple(rows),
            domains=tuple(domains),
            patterns=tuple(self._patterns),
            exact_depths=tuple(sorted(self._exact_depths)),
            parent_depths=tuple(sorted(self._parent_depths)),
        )
        contents: list[bytes | bytearray | memoryview] = [
            memoryview(first).cast("B"),
            memoryview(hashes).cast("B"),
            memoryview(values).cast("B"),
            memoryview(self._rule_at).cast("B"),
            self._rules,
            memoryview(self.marks).cast("B"),
            msgspec.msgpack.encode(meta),
            msgspec.msgpack.encode(tuple(reports)),
        ]
        places: list[int] = []
        end = HEADER.size + len(checksum(b""))
        for content in contents:
            start = -(-end // ALIGN) * ALIGN
            end = start + len(content)
            places += (start, len(content))
        header = HEADER.pack(MAGIC, VERSION, byte_order(), self._key, len(hashes), *places)
        file.write(header + checksum(header))
        for start, content in zip(places[::2], contents, strict=True):
            file.write(bytes(start - file.tell()))
            file.write(content)
        assert len(SECTIONS) == len(contents)
        return len(hashes)

    def _sorted(self, starts: list[int]) -> tuple["array[int]", "array[int]"]:
        """All hashes in order and the values beside them.

        What a list says twice is there once, with its first line: else a list that repeats one name
        a million times would make each look-up of that name a walk of a million steps.
        """
        hashes, values = array("Q"), array("I")
        for bucket in range(BUCKETS):
            pairs = sorted(
                hashed << 32 | value
                for hashed, value in zip(self._hashes[bucket], self._values[bucket], strict=True)
            )
            self._hashes[bucket] = array("Q")
            self._values[bucket] = array("I")
            last = -1
            for pair in pairs:
                if (
                    pair >> 28 == last >> 28
                    and pair >> 30 & 3 != RULE
                    and bisect_right(starts, pair & _LINE) == bisect_right(starts, last & _LINE)
                ):
                    continue
                hashes.append(pair >> 32)
                values.append(pair & 0xFFFFFFFF)
                last = pair
        return hashes, values
