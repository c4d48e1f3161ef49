"""What the neighbour table has told, told on: to the store, to the policy where it matters there, and to the log.

It matters to the policy where a device has a name, a group, a pause or a rule of its own: then its addresses are
published. All others are as good as unknown there, and only their addresses are noted, now and then.
"""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import islice

import msgspec

from gateway import changes
from gateway.author import KEEPER
from gateway.data import Data
from gateway.devices.identity import MAX_KNOWN, Identities, Learned
from gateway.devices.mac import mac_of
from gateway.errors import HushgateError, OwnFault
from gateway.policy import manifest, overlay
from gateway.policy.state import DeviceState
from gateway.settings import Settings
from gateway.store import addresses, devices
from gateway.store.engine import Session, open_store
from gateway.works import BUSY_MS, plainly

BURST = 10  # publications one after the other: a phone that comes home has three or four addresses
REFILL = 10.0  # seconds for each further one: whoever makes up addresses must not wear out the SD card
NOTE_EVERY = 10.0  # seconds between writes of what matters to nobody yet
LOOK_AFTER_EVERY = 3600.0  # seconds: when they were last seen is written that often
KEEP_DAYS = 30  # an address that nobody had for so long is forgotten
RETRY = 30.0  # seconds until a store that was away is tried again
AT_ONCE = 256  # addresses that are noted in one transaction, which holds up whoever changes something
MAX_PENDING = (
    8192  # addresses: while the store is away, a flood of forged neighbours must not fill the memory
)
MERGES = 32  # devices of the log that are merged at one go
_DAY = 86_400

Merge = Callable[[str, str], Awaitable[bool]]  # old key, new key → was it done?

_log = logging.getLogger(__name__)


class Differences(msgspec.Struct, frozen=True):
    """Where the policy in force does not know what we know. Empty tuples: it does."""

    moved: tuple[tuple[str, str], ...] = ()  # (address, key of the device that it means)
    rekeyed: tuple[tuple[str, str], ...] = ()  # (key of a device, its new one)


def differences(known: Iterable[DeviceState], identities: Identities) -> Differences:
    """What has to change in `known`, the devices of the policy in force."""
    moved: list[tuple[str, str]] = []
    rekeyed: list[tuple[str, str]] = []
    for device in known:
        key = device.address
        if mac_of(key) is None:
            if identities.key(key) != key:
                rekeyed.append((key, identities.key(key)))
        elif identities.is_shared(key):
            moved += ((address, address) for address in device.addresses)
            if device.addresses:
                rekeyed.append((key, device.addresses[-1]))  # whom it was before the others came
        else:
            moved += (
                (address, identities.key(address))
                for address in device.addresses
                if identities.knows(address) and identities.key(address) != key
            )
            moved += (
                (address, key) for address in identities.addresses(key) if address not in device.addresses
            )
    return Differences(tuple(moved), tuple(rekeyed))


class Register:
    """`note` is told, `settle` is called every second."""

    def __init__(
        self,
        data: Data,
        settings: Settings,
        identities: Identities,
        merge: Merge,
        *,
        ticks: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._data = data
        self._settings = settings
        self._identities = identities
        self._merge = merge
        self._ticks = ticks
        self._wall = wall
        self._pending: dict[str, str] = {}  # address → key, not stored yet
        self._merges: dict[str, str] = {}  # key of the log → key that it has now
        self._begun = False
        self._generation = 0
        self._known: tuple[DeviceState, ...] = ()
        self._tokens = float(BURST)
        self._filled = ticks()
        self._noted = -math.inf
        self._looked_after = ticks()
        self._retry = 0.0
        self._said = ""

    def note(self, learned: Iterable[Learned]) -> None:
        """An address means another device."""
        for one in learned:
            self._pending[one.address] = one.after
            if one.before == one.address:
                self._merges[one.address] = one.after
            if one.after == one.address:
                self._merges.pop(one.address, None)
        for waiting in (self._pending, self._merges):
            while len(waiting) > MAX_PENDING:
                del waiting[next(iter(waiting))]

    async def settle(self) -> None:
        """Do what is due."""
        now = self._ticks()
        if now < self._retry:
            return
        try:
            await self._settle(now)
            self._said = ""
        except HushgateError as error:
            self._retry = now + RETRY
            if str(error) != self._said:
                _log.error("addresses of devices cannot be kept now: %s", error)
                self._said = str(error)

    async def _settle(self, now: float) -> None:
        if not self._begun:
            self._identities.remember(await asyncio.to_thread(self._stored))
            self._begun = True
        await asyncio.to_thread(self._look)
        found = differences(self._known, self._identities)
        pending = dict(islice(self._pending.items(), AT_ONCE))
        if found != Differences():
            if self._may_publish(now):
                await asyncio.to_thread(self._publish, found, pending)
                self._merges |= {old: new for old, new in found.rekeyed if mac_of(new)}
                self._stored_now(pending)
        elif pending and now - self._noted >= NOTE_EVERY:
            await asyncio.to_thread(self._note_alone, pending)
            self._stored_now(pending)
        if now - self._looked_after >= LOOK_AFTER_EVERY:
            self._looked_after = now
            seen = {at: int(self._wall() - (now - when)) for at, (_, when) in self._identities.seen().items()}
            self._identities.forget(await asyncio.to_thread(self._look_after, seen))
        await self._merge_some()

    async def _merge_some(self) -> None:
        """What the log had under an address goes to the device: it was the same one all the time."""
        for old, new in tuple(islice(self._merges.items(), MERGES)):
            if not await self._merge(old, new):
                return
            if self._merges.get(old) == new:
                del self._merges[old]

    def _may_publish(self, now: float) -> bool:
        self._tokens = min(BURST, self._tokens + (now - self._filled) / REFILL)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _stored_now(self, pending: dict[str, str]) -> None:
        for address, key in pending.items():
            if self._pending.get(address) == key:
                del self._pending[address]
        self._noted = self._ticks()

    # In a thread: these wait for the disk ----------------------------------------------------------------------

    def _look(self) -> None:
        """The devices of the generation in force."""
        with contextlib.suppress(OwnFault):  # none in force, or damaged: the keeper sees to that, and says so
            named = manifest.current(self._data.policy)
            if named.generation != self._generation:
                self._known = overlay.read(self._data.policy / named.overlay, named.overlay_sha256).devices
                self._generation = named.generation

    def _publish(self, found: Differences, pending: dict[str, str]) -> None:
        with changes.change(self._data, self._cause(found), KEEPER) as change:
            self._put(change.session, {**pending, **dict(found.moved)})
            for old, new in found.rekeyed:
                if mac_of(old) is None:
                    self._put(change.session, {old: new})
                devices.rekey_device(change.session, old, new)

    def _note_alone(self, pending: dict[str, str]) -> None:
        with self._writing() as session:
            self._put(session, pending)

    def _put(self, session: Session, moved: dict[str, str]) -> None:
        addresses.put_addresses(session, moved, now=int(self._wall()))

    def _look_after(self, seen: dict[str, int]) -> tuple[str, ...]:
        with self._writing() as session:
            addresses.seen_again(session, seen)
            return addresses.forget_addresses(session, int(self._wall()) - KEEP_DAYS * _DAY, MAX_KNOWN)

    def _stored(self) -> list[tuple[str, str]]:
        with changes.reading(self._data) as session:
            return [(one.address, one.device) for one in addresses.list_addresses(session)]

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Session]:
        """As changes.noting, without what a change of the policy needs."""
        with plainly():
            database = open_store(self._data.root, self._settings.store.url, busy_ms=BUSY_MS)
            with contextlib.closing(database), database.writing() as session:
                yield session
                session.commit()

    def _cause(self, found: Differences) -> str:
        """ "device Anna has another address"."""
        names = {device.address: device.name for device in self._known}
        keys = dict.fromkeys(key for _, key in (*found.moved, *found.rekeyed))
        if len(keys) > 1:
            return f"{len(keys)} devices have other addresses"
        (key,) = keys
        old = next((old for old, new in found.rekeyed if new == key), key)
        return f"device {names.get(key) or names.get(old) or key} has another address"
