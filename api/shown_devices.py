"""Devices as the API shows them: what the store, the log and the pauses have of them, together."""

import time

from api.box import ApiBox
from api.schemas.devices import DevicePublic
from gateway.dns.links.pause import boot_id
from gateway.errors import Missing
from gateway.inventory import inventory
from gateway.journal import seen
from gateway.journal.seen import Seen
from gateway.policy.pauses import left
from gateway.store import devices, pauses
from gateway.store.engine import Session


def seen_by(box: ApiBox) -> tuple[Seen, ...]:
    """Who is in the log. Raises StoreAway."""
    with box.journal() as journal:
        return seen.devices(journal)


def shown(session: Session, log: tuple[Seen, ...]) -> list[DevicePublic]:
    """All devices there are."""
    now, boot = time.time(), time.clock_gettime(time.CLOCK_BOOTTIME)
    until = {
        pause.target: pause.until
        for pause in pauses.list_pauses(session)
        if pause.scope == "device" and left(pause, now, boot, boot_id()) > 0
    }
    return [DevicePublic.of(entry, until.get(entry.key, 0)) for entry in inventory(session, log)]


def one(session: Session, log: tuple[Seen, ...], which: str) -> DevicePublic:
    """The device of this key, name or address. Raises Missing."""
    key = devices.key_meant(session, which)
    for device in shown(session, log):
        if device.key == key:
            return device
    raise Missing(f"no device {which!r:.80}", hint="GET /v1/devices lists them")
