"""Subscribed lists: fetch, check, and keep the last good copy whatever happens.

Nothing is published here and nothing is written to a database: the caller gets a value to keep. Blocking;
meant for a short-lived child or a thread, never for a loop.
"""

import errno
import os
import re
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from gateway.errors import UsageError
from gateway.policy.fetching import copies, targets
from gateway.policy.fetching.copies import Known, Report, Validators
from gateway.policy.fetching.targets import SourceFault
from gateway.settings import Lists

if TYPE_CHECKING:
    from gateway.policy.fetching.dial import Network

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PIECE = 1 << 20


class Outcome(StrEnum):
    """What a refresh came to."""

    NEW = "new"  # another copy is good now
    UNCHANGED = "unchanged"
    KEPT = "kept"  # the source is at fault; what was good before still is


class Fetched(msgspec.Struct, frozen=True):
    """The result of a refresh, ready to be stored or sent on."""

    outcome: Outcome
    copy: Known | None  # what is good now; None: there has never been anything good
    report: Report | None = None  # of a text that was read, even if it was not taken
    reason: str = ""  # why KEPT, in one line
    hint: str = ""


def check(source: str, *, files: bool = True) -> None:
    """Is this a source at all: an http(s) URL or, if `files`, a plain path? Raises UsageError.

    Files are for the command line only: a report quotes refused lines, and who may set rules from afar must
    not read the box's files that way.
    """
    if not is_url(source):
        if not files:
            raise UsageError("not a URL", hint="give an http:// or https:// URL, or the name of a known list")
        if not source or any(char < " " or char == "\x7f" for char in source):
            raise UsageError(
                "no usable path: empty, or a control character in it", hint="give a URL or a file's path"
            )
        return
    try:
        targets.parse(source)
    except SourceFault as fault:
        raise UsageError(
            f"no usable URL: {fault}", hint=fault.hint or "give an http:// or https:// URL"
        ) from None


def is_url(source: str) -> bool:
    """Does it have a scheme, whichever? A file with such a name is given as `./name`."""
    return _SCHEME.match(source) is not None


def shown(source: str) -> str:
    """`source` as people and logs may see it: without credentials."""
    try:
        return str(targets.parse(source)) if is_url(source) else source
    except SourceFault:
        return "the list's URL"


def refresh(
    source: str,
    store: Path,
    previous: Known | None,
    limits: Lists,
    *,
    syntax: str = "auto",
    force: bool = False,
    network: "Network | None" = None,
) -> Fetched:
    """Fetch `source`, a URL or an absolute path, and keep it in `store` if it is fit.

    Takes at most `limits.timeout_seconds` and the time to read the text. What a source, a network or a full
    disk may do is never raised: the result says so, and the last good copy stays. `force` is explained in
    `copies.check_fit`.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=store, suffix=copies.PART)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                validators = _bring(source, file, _conditions(store, previous), limits, network)
            if validators is None:
                return Fetched(Outcome.UNCHANGED, previous)
            return _judge(part, store, previous, validators, syntax, force)
        finally:
            part.unlink(missing_ok=True)  # no longer there if it was taken
    except SourceFault as fault:
        return Fetched(Outcome.KEPT, previous, None, str(fault), fault.hint)
    except OSError as error:
        hint = "free some space" if error.errno == errno.ENOSPC else ""
        return Fetched(Outcome.KEPT, previous, None, error.strerror or str(error), hint)


def _conditions(store: Path, previous: Known | None) -> Validators:
    """What to ask "not modified?" with; nothing if the copy is damaged or gone, so that it comes anew."""
    if previous and copies.digest(copies.path_of(store, previous.version)) == previous.version:
        return previous.validators
    return Validators()


def _bring(
    source: str, into: BinaryIO, known: Validators, limits: Lists, network: "Network | None"
) -> Validators | None:
    """Write the source's text to `into`; None if the server says that the last copy is still good."""
    max_bytes = limits.max_mb * 1_000_000
    if not is_url(source):
        _bring_file(Path(source), into, max_bytes)
        return Validators()
    # Here, because an HTTP client costs whoever imports it 15 MB, and the keeper rarely needs one.
    from gateway.policy.fetching import dial, fetch

    return fetch.fetch(
        source,
        into,
        known,
        max_bytes=max_bytes,
        deadline=dial.Deadline(limits.timeout_seconds),
        allow_private=limits.allow_private,
        network=network or dial.Network(),
    )


def _bring_file(source: Path, into: BinaryIO, max_bytes: int) -> None:
    if not source.is_file():  # a pipe or a device would keep us waiting
        raise SourceFault("no such file, or not a regular one")
    left = max_bytes
    with source.open("rb") as file:
        while piece := file.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise targets.too_large(max_bytes)
            into.write(piece)


def _judge(
    part: Path, store: Path, previous: Known | None, validators: Validators, syntax: str, force: bool
) -> Fetched:
    version = copies.digest(part)
    if previous and version == previous.version:
        if copies.digest(copies.path_of(store, version)) != version:  # damaged or gone
            copies.take(part, store)  # only then: a snapshot knows its copies by size and time, too
        return Fetched(Outcome.UNCHANGED, msgspec.structs.replace(previous, validators=validators))
    report = copies.examine(part, syntax)
    try:
        copies.check_fit(report, previous, force=force)
    except SourceFault as fault:
        return Fetched(Outcome.KEPT, previous, report, str(fault), fault.hint)
    return Fetched(Outcome.NEW, Known(copies.take(part, store), report.rules, validators), report)
