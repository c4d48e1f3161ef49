"""All devices there are: those that somebody has set, and those that the log alone knows."""

from collections.abc import Iterable

import msgspec

from gateway.devices.mac import is_random, mac_of
from gateway.devices.maker import maker_of
from gateway.journal.seen import Seen
from gateway.policy.state import EVERYONE
from gateway.store import addresses, devices
from gateway.store.devices import Device
from gateway.store.engine import Session


class Entry(msgspec.Struct, frozen=True):
    """One device as people see it."""

    key: str  # its MAC; an IP address as long as no MAC is known
    name: str
    kind: str
    maker: str  # "" where the MAC does not say
    randomised: bool  # has it made up its MAC, as phones do for each network?
    group: str
    tags: tuple[str, ...]
    addresses: tuple[str, ...]  # it has or had, the one seen last in front
    asked: int
    blocked: int
    first_seen: int  # Unix seconds; 0 for never
    last_seen: int


def inventory(session: Session, seen: Iterable[Seen]) -> tuple[Entry, ...]:
    """Those that were set in the order they came, then all others, the one seen last in front."""
    asked = {one.address: one for one in seen}
    known = addresses.addresses_of(session)
    named = [entry(device, asked.pop(device.address, None)) for device in devices.list_devices(session)]
    return (*named, *(entry(_nameless(one.address, known), one) for one in asked.values()))


def entry(device: Device, seen: Seen | None = None) -> Entry:
    """What is known of the device, and of what it did."""
    key = device.address
    is_mac = mac_of(key) is not None
    return Entry(
        key=key,
        name=device.name,
        kind=device.kind,
        maker=maker_of(key),
        randomised=is_mac and is_random(key),
        group=device.group,
        tags=device.tags,
        addresses=device.addresses,
        asked=seen.asked if seen else 0,
        blocked=seen.blocked if seen else 0,
        first_seen=(seen.first if seen else 0) or device.first_seen,
        last_seen=seen.last if seen else 0,
    )


def _nameless(key: str, known: dict[str, tuple[str, ...]]) -> Device:
    own = known.get(key, ()) if mac_of(key) else (key,)
    return Device(
        id=0,
        address=key,
        name="",
        kind="",
        group=EVERYONE,
        tags=(),
        first_seen=0,
        last_seen=0,
        addresses=own,
    )
