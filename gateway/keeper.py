"""The role `keeper`: the journal, and what has to be done now and then (see gateway/journal/keeper.py)."""

import asyncio
import contextlib
import logging
import os
import sys
import time
from typing import Any

import msgspec

from gateway import changes, repair
from gateway.control import KEEPER, ControlServer, socket_path
from gateway.data import Data
from gateway.devices.identity import Identities
from gateway.devices.register import Register
from gateway.devices.watch import Watch
from gateway.errors import HushgateError, OwnFault
from gateway.journal.keeper import Job, Keeper
from gateway.journal.merge import merge_device
from gateway.model import Layer, RuleRef
from gateway.policy import manifest, overlay
from gateway.policy.decide import Policy
from gateway.policy.pauses import WILD
from gateway.settings import Settings
from gateway.store import lastgood
from gateway.store.engine import STORE_FILE

SETTLE_EVERY = 30.0  # seconds: is what is in force what is stored?
COPY_EVERY = 1.0  # seconds: has anything been stored that the last good copy lacks?
EXPIRY_EVERY = (
    1.0  # seconds: has a rule that was to last for a while come to its end, or is a schedule's time here?
)
SET_BACK_EVERY = 60.0  # seconds between two publications for a clock that was set back
REFRESH_EVERY = 900.0  # seconds: is a list due? One that failed is tried again then
WATCH_AGAIN = 60.0  # seconds until a neighbour table that could not be read is tried again
REGISTER_EVERY = 1.0  # seconds: has a device come to another address? One publication for all that have
FIRST_REFRESH = 20.0  # seconds after the start: a box that boots has no network yet

_log = logging.getLogger(__name__)


class _Texts:
    """Rules as written, for the log: read from the lists' copies of the generation in force."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self.policy: Policy | None = None

    def refresh(self) -> Policy | None:
        """The policy in force; the last one known while there is none."""
        try:
            held = self.policy
            self.policy = held.reopen(self._data.policy) if held else Policy.open(self._data.policy)
        except HushgateError as error:
            _log.error("the policy in force cannot be read: %s", error)
        return self.policy

    def __call__(self, name: str, line: int, generation: int) -> str:
        """The text of a list's line; "" where its copy is gone."""
        if self.policy is None or self.policy.generation < generation:
            self.refresh()
        return self.policy.text_of(RuleRef(Layer.LISTS, name, line, "")) if self.policy else ""


class _Chores:
    """The periodic jobs that have to do with the policy."""

    def __init__(self, data: Data, settings: Settings) -> None:
        self._data = data
        self._settings = settings
        self._settled = False  # once since the start
        self._copied: lastgood.Mark = ()
        self._looked_at = 0  # the generation of which we know when its next rule expires
        self._expires = 0  # Unix seconds; 0 for never
        self._made = 0  # Unix seconds of a policy with schedules; 0 without them
        self._set_back = -SET_BACK_EVERY  # monotonic seconds

    def jobs(self) -> tuple[Job, ...]:
        """What to do, and how often."""
        return (
            Job("settle", SETTLE_EVERY, self._settle),
            Job("expiry", EXPIRY_EVERY, self._expire, first=1.0),
            Job("copy", COPY_EVERY, self._copy, first=1.0),
            Job("lists", REFRESH_EVERY, self._refresh, first=FIRST_REFRESH),
        )

    async def _settle(self) -> None:
        await asyncio.to_thread(repair.store, self._data, self._settings)
        applied = await asyncio.to_thread(
            repair.policy, self._data, self._settings, thorough=not self._settled
        )
        self._settled = True
        if applied is not None:
            _log.info("generation %d is in force, as stored", applied.generation)

    async def _copy(self) -> None:
        """What the rules' database goes on from should it be damaged one day."""
        path = self._data.root / STORE_FILE
        now = lastgood.mark(path)
        if now and now != self._copied:
            await asyncio.to_thread(lastgood.take, path)
            self._copied = now

    async def _expire(self) -> None:
        with contextlib.suppress(OwnFault):  # none in force, or damaged: `_settle` sees to that, and says so
            named = manifest.current(self._data.policy)
            if named.generation != self._looked_at:
                found = overlay.read(self._data.policy / named.overlay, named.overlay_sha256)
                self._expires = found.expires
                self._made = found.made if any(group.until for group in found.groups) else 0
                self._looked_at = named.generation
        if 0 < self._expires <= time.time() or self._is_set_back(time.time(), time.monotonic()):
            await asyncio.to_thread(changes.drop_expired, self._data)

    def _is_set_back(self, now: float, ticks: float) -> bool:
        """Were schedules resolved by a clock that was far ahead? Else they would wait until it is that late."""
        if now >= self._made - WILD or ticks - self._set_back < SET_BACK_EVERY:
            return False
        self._set_back = ticks
        return True

    async def _refresh(self) -> None:
        """In processes of their own: an HTTP client and a million lines must not stay in this one."""
        # Bundles first: the lists that one brings are fetched with it.
        for noun in ("bundle", "lists"):
            await self._run(noun, "refresh", "--due")

    async def _run(self, *words: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "gateway.cli", *words, "--data", str(self._data.root)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()


def _generation(data: Data) -> int:
    """The one published last; 0 where that cannot be read."""
    try:
        return manifest.current(data.policy).generation
    except OwnFault:
        return 0


async def run(data: Data, settings: Settings, stop: asyncio.Event) -> None:
    """The role's life."""
    started = int(time.time())
    texts = _Texts(data)
    identities = Identities()

    async def merge(old: str, new: str) -> bool:
        done: list[int] = []
        await keeper.use(lambda database: done.append(merge_device(database, old, new)))
        return bool(done)

    register = Register(data, settings, identities, merge)
    watch = Watch(identities, register.note)
    jobs = (
        *_Chores(data, settings).jobs(),
        Job("neighbours", WATCH_AGAIN, watch.run),
        Job("devices", REGISTER_EVERY, register.settle, first=REGISTER_EVERY),
    )
    keeper = Keeper(data.root, settings, text_of=texts, identify=identities.key, jobs=jobs)

    async def status(_: dict[str, Any]) -> dict[str, Any]:
        return {
            "role": KEEPER,
            "pid": os.getpid(),
            "since": started,
            "generation": _generation(data),
            "journal": msgspec.to_builtins(keeper.status),
            "set_aside": [str(path) for path in data.set_aside()],
        }

    control = ControlServer(socket_path(data.run, KEEPER), {"status": status})
    await control.start()
    try:
        await keeper.run(stop)
    finally:
        await control.stop()
