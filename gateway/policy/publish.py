"""A new generation: prepare → check → swap → confirm, or nothing happened.

Files are written beside and synced, opened as a worker would, and named by `manifest` in one rename; then the
workers are told. Whatever fails, the manifest before is back, the workers are told so, and OwnFault has the reason.

Two doors: `publish_rules` lays a new overlay on the base in force and never waits for a compilation; `publish`
compiles a new base first where lists or catalogue have changed.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.errors import OwnFault
from gateway.policy import manifest as manifests
from gateway.policy import overlay as overlays
from gateway.policy.catalogue import Catalogue
from gateway.policy.compiler import Job, compile_base, job
from gateway.policy.decide import Policy, Shared
from gateway.policy.generation.child import DEADLINE, compile_apart
from gateway.policy.generation.retention import PART, last_number, remove_old, remove_parts
from gateway.policy.manifest import Manifest
from gateway.policy.needed import blocked_needs
from gateway.policy.snapshot import Base, ListReport
from gateway.policy.state import PolicyState

MAX_WAIT = 30.0  # seconds for another publisher to end; its own waits are shorter
RETRY = 0.002  # seconds between looks at a lock
SMALL = 256 << 10  # bytes of lists that are compiled here: a process of its own costs more


class WorkerAck(msgspec.Struct, frozen=True):
    """What one worker said when it was told of a generation."""

    worker: str
    generation: int  # that it decides by now; 0 where it did not answer
    reason: str = ""  # why it is not the one asked for


class Applied(msgspec.Struct, frozen=True):
    """A generation that is in force."""

    generation: int
    workers: int  # that decide by it
    of: int
    ms: float
    warnings: tuple[str, ...] = ()
    reports: tuple[ListReport, ...] = ()  # of the lists that were compiled for it


Tell = Callable[[int], Sequence[WorkerAck]]  # tells every worker, within a deadline of its own
Read = Callable[[], PolicyState]  # reads what is committed now


class Publisher:
    """Publishes into one folder. Any number of them, in any process, take turns."""

    def __init__(
        self,
        directory: Path,
        tell: Tell,
        catalogue: Catalogue | None,
        *,
        wall: Callable[[], float],
        ticks: Callable[[], float],
        random: Callable[[int], bytes],
    ) -> None:
        """`wall`: Unix seconds; `ticks`: monotonic seconds; `random`: so many unpredictable bytes."""
        self._directory = directory
        self._tell = tell
        self._catalogue = catalogue
        self._wall = wall
        self._ticks = ticks
        self._random = random
        self._maker = overlays.Maker()
        self._shared: Shared | None = None

    def publish_rules(self, read: Read) -> Applied:
        """Put rules, groups, devices and pauses in force, on the lists as they are compiled.

        `read` is called when it is this publisher's turn, so that the last one's word is the newest.
        Raises UsageError for a state that cannot be kept to, OwnFault; either way nothing has changed.
        """
        started = self._ticks()
        with self._turn("lock", MAX_WAIT):
            before = self._in_force()
            shared = self._base_of(before) if before else None
            if before and shared:
                return self._commit(read(), before, shared, _Basis(before.fingerprint), started)
        return self.publish(read)

    def publish(self, read: Read) -> Applied:
        """Put everything in force; compiles the lists if they or the catalogue have changed. Raises as above."""
        with self.prepared(read) as publish:
            return publish(read)

    @contextmanager
    def prepared(self, read: Read) -> Iterator[Callable[[Read], Applied]]:
        """Compile the lists of `read`; what is yielded then puts a state of the same lists in force at once.

        Nobody else compiles meanwhile, while rules may still be published. Raises as above.
        """
        started = self._ticks()
        with self._turn("lock-compiler", MAX_WAIT + DEADLINE):
            ready: _Ready | None = self._ready(self._work(read()))

            def publish(read: Read) -> Applied:
                nonlocal ready
                with self._turn("lock", MAX_WAIT):
                    state = read()
                    work = self._work(state)
                    if ready is None or ready.basis.fingerprint != work.fingerprint:
                        ready = self._ready(work)  # not what was prepared
                    held, ready = ready, None  # its part is used once
                    return self._commit(state, self._in_force(), held.shared, held.basis, started)

            yield publish

    def _work(self, state: PolicyState) -> Job:
        return job(state.lists, self._catalogue, state.bundles)

    def _ready(self, work: Job) -> "_Ready":
        """The base in force where it was made of this, else a new one. For who has the compiler's turn."""
        before = self._in_force()
        if before and before.fingerprint == work.fingerprint:
            shared = self._base_of(before)
            if shared:
                return _Ready(shared, _Basis(work.fingerprint))
        basis = self._compile(work)
        return _Ready(_opened(basis.part, basis.sha256), basis)

    def _commit(
        self, state: PolicyState, before: Manifest | None, shared: Shared, basis: "_Basis", started: float
    ) -> Applied:
        """Prepare, check, swap, confirm. For who has the turn."""
        folder = self._directory
        number = 1 + max(last_number(folder), before.generation if before else 0)
        try:
            overlay = overlays.encode(self._maker.make(state, shared.base, self._wall()))
            after = Manifest(
                generation=number,
                base=before.base if before and not basis.part else f"base-{number}",
                base_sha256=shared.sha256,
                overlay=f"overlay-{number}",
                overlay_sha256=hashlib.sha256(overlay).hexdigest(),
                fingerprint=basis.fingerprint,
            )
            manifests.place(folder / after.overlay, overlay)
            if basis.part:
                basis.part.replace(folder / after.base)
            manifests.place(folder / after.kept_as, manifests.encode(after))
            warnings = blocked_needs(
                Policy(shared, overlays.read(folder / after.overlay, after.overlay_sha256), number)
            )
            acks = self._swap(before, after)
        except OSError as error:
            raise OwnFault(f"generation {number} could not be written: {error}", hint=_ROOM) from error
        self._shared = shared
        ms = (self._ticks() - started) * 1000
        try:
            remove_old(folder, after)
        except OSError as error:
            warnings = (*warnings, f"old generations could not be removed: {error}")
        return Applied(number, len(acks), len(acks), ms, warnings, basis.reports)

    def _swap(self, before: Manifest | None, after: Manifest) -> Sequence[WorkerAck]:
        """Name the new generation and have the workers confirm it; else the old one is back. Raises OwnFault."""
        try:
            manifests.point(self._directory, after)
            acks = self._tell(after.generation)
            lagging = [ack for ack in acks if ack.generation != after.generation]
            if lagging:
                reasons = "; ".join(f"{ack.worker}: {ack.reason or 'no answer'}" for ack in lagging)
                raise OwnFault(
                    f"generation {after.generation} was not taken up by {len(lagging)} of {len(acks)} workers"
                    f" ({reasons})",
                    hint="the generation before stays in force; hushgate status shows the workers",
                )
        except BaseException:
            (self._directory / after.kept_as).unlink(missing_ok=True)
            if before is None:
                (self._directory / manifests.CURRENT).unlink(missing_ok=True)
            else:
                manifests.point(self._directory, before)
                self._tell(before.generation)
            raise
        return acks

    def _compile(self, work: Job) -> "_Basis":
        """A new base beside the others. Raises OwnFault, UsageError."""
        part = self._directory / f"base{PART}"
        try:
            remove_parts(self._directory)
            if sum(_size(Path(source.path)) for source in work.lists) > SMALL:
                reports = compile_apart(work, part)
            else:
                with part.open("wb") as file:
                    reports = compile_base(work, file, self._random(16))
                    file.flush()
                    os.fsync(file.fileno())
            with part.open("rb") as file:
                return _Basis(
                    work.fingerprint, part, hashlib.file_digest(file, "sha256").hexdigest(), reports
                )
        except OSError as error:
            raise OwnFault(f"the lists could not be compiled: {error}", hint=_ROOM) from error

    def _in_force(self) -> Manifest | None:
        """None where there is no generation yet or its manifest is damaged: then a new one is due."""
        try:
            return manifests.current(self._directory)
        except OwnFault:
            return None

    def _base_of(self, manifest: Manifest) -> Shared | None:
        """The base that it names; None if that is damaged: then a new one is due."""
        if self._shared is None or self._shared.sha256 != manifest.base_sha256:
            try:
                self._shared = _opened(self._directory / manifest.base, manifest.base_sha256)
            except OwnFault:
                self._shared = None
        return self._shared

    @contextmanager
    def _turn(self, name: str, patience: float) -> Iterator[None]:
        """Alone among all publishers, threads and processes. The kernel ends a dead one's turn."""
        self._directory.mkdir(parents=True, exist_ok=True)
        until = self._ticks() + patience
        pause = threading.Event()  # never set: its wait is a pause
        with (self._directory / name).open("wb") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if self._ticks() >= until:
                        raise OwnFault(
                            f"another change is still being published after {patience:.0f} s",
                            hint="try again",
                        ) from None
                    pause.wait(RETRY)
            yield


class _Basis(msgspec.Struct, frozen=True):
    """What a generation is laid on: the base in force, or a new one that is still a part."""

    fingerprint: str
    part: Path | None = None
    sha256: str = ""
    reports: tuple[ListReport, ...] = ()


class _Ready(NamedTuple):
    """A base to lay an overlay on."""

    shared: Shared
    basis: _Basis


_ROOM = "make room on the disk, or see who may write to the policy's folder"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # the compiler will say which list it is and why


def _opened(path: Path | None, sha256: str) -> Shared:
    assert path is not None
    return Shared(Base.open(path, sha256), sha256)
