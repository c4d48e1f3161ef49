"""The demo phone as a device: named and marked, so that nobody takes it for a phone of theirs; and gone again."""

import time

from gateway.author import Author
from gateway.demo.phone import LOOPBACK
from gateway.errors import Conflict
from gateway.store import devices
from gateway.store.devices import Device
from gateway.store.engine import Session
from gateway.works import Works

NAME = "Redmi Note (demo)"
KIND = "demo"
CAME = "the demo phone came"  # as in the history


def come(works: Works, source: str, by: Author | None = None) -> None:
    """Name and mark the device of this address. Raises Conflict where somebody has named it otherwise."""
    with works.reading() as session:
        known = is_here(session, source)
    if not known:
        with works.change(CAME, by) as change:
            devices.put_device(change.session, source, now=int(time.time()), name=NAME, kind=KIND)


def is_here(session: Session, source: str) -> bool:
    """Has it come? Raises Conflict where the address is a device of somebody's."""
    for device in devices.list_devices(session):
        if device.address == source:
            if device.kind != KIND:
                raise Conflict(f"the demo would ask as {source}, which is your device {device.name!r}")
            return True
    return False


def here(session: Session, source: str) -> tuple[Device, ...]:
    """The demo phones that have come: of this address, and of the one as which an earlier one may have asked.

    A device of somebody's stays theirs, whatever kind they say it is: also the machine's own programs, and a
    forwarder on it, which ask as other addresses of loopback.
    """
    marked = devices.list_devices(session, kind=KIND)
    return tuple(one for one in marked if one.address in (source, LOOPBACK))


def keys(session: Session, source: str) -> tuple[str, ...]:
    """Whose log is the demo's: theirs, and that of the demo's own address if nobody has named it."""
    marked = tuple(device.address for device in here(session, source))
    named = {device.address for device in devices.list_devices(session)}
    return marked if LOOPBACK in named else (*marked, LOOPBACK)


def forget(session: Session, source: str) -> int:
    """Remove the demo phones, what was set for them too. How many there were."""
    gone = here(session, source)
    for device in gone:
        devices.remove_device(session, device.address)
    return len(gone)
