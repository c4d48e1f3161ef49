"""Devices as people name them: by address, or by the name they gave."""

from collections.abc import Iterable
from typing import Protocol

from gateway.data import Data
from gateway.errors import UsageError
from gateway.policy import manifest, overlay
from gateway.policy.matching.asker import address_of
from gateway.policy.state import DeviceState


class _Known(Protocol):
    @property
    def address(self) -> str: ...
    @property
    def name(self) -> str: ...


def address(devices: Iterable[_Known], text: str) -> str:
    """The address of the device that `text` means; any address will do. Raises UsageError for an unknown name."""
    found = address_of(text.strip())
    if found is not None:
        return str(found)
    for device in devices:
        if device.name and device.name.lower() == text.strip().lower():
            return device.address
    raise UsageError(f"no device {text!r}", hint="`hushgate devices` shows them; or give its address")


def known(data: Data) -> tuple[DeviceState, ...]:
    """The devices as the generation in force knows them: read without the store. Raises OwnFault."""
    named = manifest.current(data.policy)
    return overlay.read(data.policy / named.overlay, named.overlay_sha256).devices
