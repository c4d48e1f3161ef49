"""Copies of subscribed lists on disk: what one holds, whether it is fit for use, and taking it in.

A copy is named by the SHA-256 of its bytes and never changes, so a generation that names it stays true.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gateway.policy import syntax as list_syntax
from gateway.policy.fetching.targets import SourceFault
from gateway.policy.rule import Refused

PART = ".part"  # how the name of an unfinished download ends
MAX_REFUSALS = 1000  # refused lines that a report quotes; the rest is counted
MAX_REFUSED_SHARE = 0.5  # of the lines that are neither blank nor comment; more: not a list for us
MAX_DROP = 0.9  # of the rules; a list that loses more is likelier cut, emptied or replaced than cleaned up
_STALE_PART = 86400  # seconds; a younger one may belong to a download that still runs
_PIECE = 1 << 20


class Validators(msgspec.Struct, frozen=True):
    """What a server wants to hear to answer "not modified" (RFC 9110 §13)."""

    etag: str = ""
    modified: str = ""


class Known(msgspec.Struct, frozen=True):
    """The last good copy, as an earlier refresh found it."""

    version: str  # SHA-256 of the copy, in hex
    rules: int
    validators: Validators = Validators()


class Report(msgspec.Struct, frozen=True):
    """What a text holds when it is read as a list."""

    rules: int
    rule_lines: int  # a hosts line may hold several rules
    refused: int  # lines
    refusals: tuple[Refused, ...]  # the first MAX_REFUSALS
    size: int  # bytes


def path_of(store: Path, version: str) -> Path:
    """Where the copy with this SHA-256 lies."""
    return store / f"{version}.txt"


def digest(path: Path) -> str:
    """SHA-256 of the file in hex; "" if there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def lines(path: Path) -> Iterator[str]:
    """The lines of a copy. Only a line feed ends one: so the compiler counts them, and numbers must agree."""
    with path.open("rb") as file:
        for raw in file:
            yield raw.decode(errors="replace")


def examine(path: Path, syntax: str) -> Report:
    """What the file holds. Raises SourceFault if it is no text at all, or a web page."""
    _refuse_other_kinds(path)
    rules = rule_lines = refused = last = 0
    refusals: list[Refused] = []
    for found in list_syntax.parse(lines(path), syntax):
        if isinstance(found, Refused):
            refused += 1
            if len(refusals) < MAX_REFUSALS:
                refusals.append(found)
        else:
            rules += 1
            rule_lines += found.line != last
            last = found.line
    return Report(rules, rule_lines, refused, tuple(refusals), path.stat().st_size)


def check_fit(report: Report, previous: Known | None, *, force: bool) -> None:
    """May a text with this report take the place of the last good copy? Raises SourceFault.

    `force` is the user's word that an odd list is right. It never takes an empty one: who wants to block
    nothing removes the list.
    """
    first = report.refusals[0] if report.refusals else None
    where = f"; line {first.line}: {first.text!r}: {first.reason}" if first else ""
    if not report.rules:
        raise SourceFault(f"no rule in it{where}", hint="is it a list for DNS?")
    if force:
        return
    if report.refused > MAX_REFUSED_SHARE * (report.refused + report.rule_lines):
        raise SourceFault(
            f"{report.refused} lines refused, only {report.rule_lines} usable{where}",
            hint="is it made for browsers, or in another syntax? Force it if it is right",
        )
    if previous and report.rules < (1 - MAX_DROP) * previous.rules:
        raise SourceFault(
            f"only {report.rules} rules left of {previous.rules}{where}",
            hint="force it if the list has shrunk for good",
        )


def take(part: Path, store: Path) -> str:
    """Make the finished file `part` a copy of the store, durably; returns its version. Raises OSError.

    Before the rename nothing has changed, after it everything; a crash leaves one or the other.
    """
    version = digest(part)
    part.chmod(0o644)  # who compiles may be another user
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.rename(path_of(store, version))
    directory = os.open(store, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return version


def sweep(store: Path, keep: frozenset[str], now: float) -> list[str]:
    """Delete copies whose version is not in `keep` and what killed downloads left; the names of what went.

    `keep` is what the store and every generation still in use name. `now` in Unix seconds.
    """
    old = [path for path in store.glob("*.txt") if path.stem not in keep]
    old += [path for path in store.glob(f"*{PART}") if path.stat().st_mtime < now - _STALE_PART]
    for path in old:
        path.unlink(missing_ok=True)
    return sorted(path.name for path in old)


def _refuse_other_kinds(path: Path) -> None:
    with path.open("rb") as file:
        piece = file.read(_PIECE)
        if (
            piece.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
        ):  # no syntax has a rule that starts so
            raise SourceFault("a web page, not a list", hint="give the address of the raw text")
        while piece:
            if b"\0" in piece:
                raise SourceFault("no text: it holds NUL bytes", hint="is it packed, or UTF-16?")
            piece = file.read(_PIECE)
