"""Lists and catalogue → a base. Reads the lists line by line; knows nothing of users' rules.

A line that cannot be kept to is left out, counted and reported; a list that cannot be read at all stops the
compilation, so that nothing is unblocked unsaid.
"""

import hashlib
import mmap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from gateway.errors import OwnFault
from gateway.names import Name, from_text
from gateway.policy import bundled, syntax
from gateway.policy.catalogue import Catalogue
from gateway.policy.generation.build import Builder
from gateway.policy.generation.stored import pack
from gateway.policy.matching.patterns import anchor, compiled, steps
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.snapshot import (
    LINES_PER_MARK,
    VERSION,
    ListEntry,
    ListReport,
    StoredDomain,
    StoredRow,
)
from gateway.policy.state import BundleState, ListState

MAX_EXAMPLES = 1000  # refused lines that a report quotes; the rest is counted
MAX_SHOWN = 200  # characters of a refused line, as in syntax
MAX_PATTERNS = 2000  # without a fixed end, in all lists: each is asked about every name, 2000 cost 40 µs
MAX_STEPS = 60_000  # of these patterns together, 30 each: else a few large ones cost what thousands may
MAX_UNDER_NAME = 128  # rules with conditions for one name in one list: all of them are looked at
MAX_PATTERNS_UNDER_NAME = 16  # above this the rest is quicker asked about every name, all at once
MAX_RULE_SIZE = 16 << 10  # bytes of a stored conditional rule ($denyallow with a thousand names)


class Job(msgspec.Struct, frozen=True):
    """All that a base is made of. Crosses into the compiler's own process as msgpack."""

    lists: tuple[ListState, ...]
    rows: tuple[StoredRow, ...]
    domains: tuple[StoredDomain, ...]

    @property
    def fingerprint(self) -> str:
        """Equal for equal bases: SHA-256 over the lists' copies, the catalogue and this room's version."""
        return hashlib.sha256(msgspec.msgpack.encode((VERSION, self))).hexdigest()


def job(lists: Iterable[ListState], catalogue: Catalogue | None, bundles: Iterable[BundleState] = ()) -> Job:
    """The enabled lists and what the catalogue says, with what the bundles add to it. Raises OwnFault."""
    enabled = tuple(entry for entry in lists if entry.enabled)
    if catalogue is None:
        return Job(enabled, (), ())
    catalogue = bundled.merged(catalogue, bundles)
    rows = tuple(
        StoredRow(row.profile, row.file, row.line, pack(row.rule, -1), row.facts) for row in catalogue.every
    )
    domains = tuple(
        StoredDomain(from_text(domain), vendor.company, vendor.country)
        for vendor in catalogue.vendors
        for domain in vendor.domains
    )
    return Job(enabled, rows, domains)


def compile_base(work: Job, file: BinaryIO, key: bytes) -> tuple[ListReport, ...]:
    """Write the base of `work` to `file`. `key`: 16 random bytes. Raises OwnFault, UsageError."""
    builder = Builder(key)
    reading = _Reading(builder, _disabled_texts(work.lists))
    entries: list[ListEntry] = []
    reports: list[ListReport] = []
    first = 0
    for place, source in enumerate(work.lists):
        copy = _Copy(source, builder)
        report = reading.read_list(place, first, source, copy)
        entries.append(copy.entry(first))
        reports.append(report)
        first += report.lines + 1
    builder.write(
        file,
        fingerprint=work.fingerprint,
        lists=entries,
        rows=work.rows,
        domains=work.domains,
        reports=reports,
    )
    return tuple(reports)


class _Copy:
    """The last good copy of a list while it is read: counts its lines and marks where they begin."""

    def __init__(self, source: ListState, builder: Builder) -> None:
        self._source = source
        self._marks = builder.marks
        self._first_mark = len(builder.marks)
        self._lines = self._size = self._mtime_ns = 0

    def lines(self) -> Iterator[str]:
        """Raises OwnFault when the copy is not there or not what was accepted."""
        source = self._source
        try:
            with Path(source.path).open("rb") as file:
                if source.version and hashlib.file_digest(file, "sha256").hexdigest() != source.version:
                    raise OwnFault(
                        f"list {source.name}: its copy {source.path} has changed on disk",
                        hint="refresh the list",
                    )
                file.seek(0)
                self._mtime_ns = Path(source.path).stat().st_mtime_ns
                for raw in file:
                    if self._lines % LINES_PER_MARK == 0:
                        self._marks.append(self._size)
                    self._lines += 1
                    self._size += len(raw)
                    yield raw.decode(errors="replace")
        except OSError as error:
            raise OwnFault(
                f"list {source.name}: its copy cannot be read: {error}", hint="refresh or remove the list"
            ) from error

    @property
    def count(self) -> int:
        return self._lines

    def entry(self, first: int) -> ListEntry:
        return ListEntry(
            id=self._source.id,
            name=self._source.name,
            path=self._source.path,
            version=self._source.version,
            lines=self._lines,
            first=first,
            marks=self._first_mark,
            size=self._size,
            mtime_ns=self._mtime_ns,
        )


class _Reading:
    """Rules of one list after the other into the builder, with the limits that hold across lists."""

    def __init__(self, builder: Builder, disabled: dict[str, tuple[int, ...]]) -> None:
        self._builder = builder
        self._disabled = disabled
        self._patterns = self._steps = 0

    def read_list(self, place: int, first: int, source: ListState, copy: _Copy) -> ListReport:
        rules = refused = 0
        examples: list[Refused] = []
        under: Counter[Name] = Counter()
        add_name = self._builder.add_name
        disabled = self._disabled
        for rule in syntax.parse(copy.lines(), source.syntax):
            if isinstance(rule, Rule):
                if (
                    rule.match != Match.REGEX
                    and rule.conditions is None
                    and rule.rewrite is None
                    and not rule.badfilter
                    and not (disabled and rule.text in disabled)
                ):
                    add_name(rule.name, rule.match, rule.important, rule.allow, first + rule.line)
                    rules += 1
                    continue
                reason = self._add_other(rule, place, under)
                if not reason:
                    rules += 1
                    continue
                rule = Refused(rule.line, rule.text[:MAX_SHOWN], reason)
            refused += 1
            if len(examples) < MAX_EXAMPLES:
                examples.append(rule)
        return ListReport(source.id, source.name, copy.count, rules, refused, tuple(examples))

    def _add_other(self, rule: Rule, place: int, under: Counter[Name]) -> str:
        """Why the rule is not kept to; "" if it is."""
        if rule.badfilter:
            return ""  # has done its work in `_disabled_texts`
        name: Name | None = rule.name
        size = 0
        if rule.match == Match.REGEX:
            try:
                size = steps(compiled(rule.regex))
            except ValueError as error:
                return str(error)
            name = anchor(rule.regex)
        stored = pack(rule, place, self._disabled.get(rule.text, ()))
        if len(msgspec.msgpack.encode(stored)) > MAX_RULE_SIZE:
            return f"takes more than {MAX_RULE_SIZE} bytes"
        if name is not None:
            under[name] += 1
            if rule.match != Match.REGEX and under[name] > MAX_UNDER_NAME:
                return f"more than {MAX_UNDER_NAME} rules with conditions for one name"
            if rule.match != Match.REGEX or under[name] <= MAX_PATTERNS_UNDER_NAME:
                self._builder.add_rule(name, stored)
                return ""
        if self._patterns == MAX_PATTERNS:
            return f"more than {MAX_PATTERNS} patterns without a fixed end in all lists"
        if self._steps + size > MAX_STEPS:
            return f"patterns without a fixed end of more than {MAX_STEPS} steps in all lists"
        self._patterns += 1
        self._steps += size
        self._builder.add_pattern(stored)
        return ""


def _disabled_texts(lists: tuple[ListState, ...]) -> dict[str, tuple[int, ...]]:
    """Texts of rules against which lists hold a $badfilter, and the places of these lists.

    Read before all else, because the rule may stand in front of it or in another list.
    """
    found: dict[str, set[int]] = defaultdict(set)
    for place, source in enumerate(lists):
        for text in _lines_with(b"badfilter", Path(source.path)):
            for rule in syntax.parse((text,), source.syntax):
                if isinstance(rule, Rule) and rule.badfilter:
                    found[syntax.disabled_by(rule.text)].add(place)
    return {text: tuple(sorted(places)) for text, places in found.items()}


def _lines_with(word: bytes, path: Path) -> Iterator[str]:
    """The lines of the file that hold `word`. A file that cannot be read is reported when it is compiled."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
            at = data.find(word)
            while at >= 0:
                start = data.rfind(b"\n", 0, at) + 1
                end = data.find(b"\n", at)
                end = len(data) if end < 0 else end
                yield data[start:end].decode(errors="replace")
                at = data.find(word, end)
    except (OSError, ValueError):  # ValueError: an empty file cannot be mapped
        return
