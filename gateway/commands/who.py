"""Devices as people name them: by the name they gave, by MAC, or by any of its addresses."""

from collections.abc import Iterable

from gateway.data import Data
from gateway.errors import HushgateError, UsageError
from gateway.policy import manifest, overlay
from gateway.policy.matching.asker import key_of
from gateway.policy.state import DeviceState


def known(data: Data) -> tuple[DeviceState, ...]:
    """The devices as the generation in force knows them: read without the store. Raises OwnFault."""
    named = manifest.current(data.policy)
    return overlay.read(data.policy / named.overlay, named.overlay_sha256).devices


def address(devices: Iterable[DeviceState], text: str) -> str:
    """What the policy knows the device by that `text` means; any address or MAC will do. Raises UsageError."""
    found = key_of(text)
    for device in devices:
        if found in (device.address, *device.addresses):
            return device.address
        if found is None and device.name and device.name.lower() == text.strip().lower():
            return device.address
    if found is None:
        raise UsageError(f"no device {text!r}", hint="`hushgate devices` shows them; or give its address")
    return found


def key(data: Data, devices: Iterable[DeviceState], text: str) -> str:
    """What the log knows it by: as above, and the MAC of one that nobody has named. Raises UsageError."""
    # Here and not above: `why` needs no database, and SQLModel takes half a second.
    from gateway import changes
    from gateway.store import addresses

    found = address(devices, text)
    try:
        with changes.reading(data) as session:
            return addresses.key_of(session, found)
    except HushgateError:  # the log is there to be read when the rules' database is away, too
        return found
