"""What the policy in force says of purposes and devices, for Home and the findings."""

import threading
import time
from collections.abc import Callable

import msgspec

from api.box import ApiBox
from gateway.dns.links.pause import boot_id
from gateway.errors import OwnFault
from gateway.model import Mode
from gateway.overview import State
from gateway.policy.decide import Policy, Shared
from gateway.policy.purposes import Purposes, breakages_of, purposes_of


class Known(msgspec.Struct, frozen=True):
    """What one catalogue says."""

    purposes: Purposes = Purposes()
    breakages: dict[str, str] = {}  # pattern → what breaks without it


class _Kept:
    """That of the base in force: read once, not with each request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: Shared | None = None
        self._known = Known()

    def take(self, shared: Shared) -> Known:
        """What the catalogue of this base says."""
        with self._lock:
            if self._of is not shared:
                rows = shared.base.meta.rows
                self._of, self._known = shared, Known(purposes_of(rows), breakages_of(rows))
            return self._known


def policy_of(box: ApiBox) -> Policy | None:
    """The policy in force; None where it cannot be read: the log can be shown all the same."""
    try:
        return box.policy()
    except OwnFault:
        return None  # /v1/health tells it


def known(box: ApiBox, policy: Policy | None) -> Known:
    """What its catalogue says; without a policy purposes go by their words, and nothing is known to break."""
    return Known() if policy is None else box.kept(_Kept).take(policy.shared)


def standing(policy: Policy | None) -> Callable[[str], State | None]:
    """A device's key → is it paused or only observed at this moment?"""
    if policy is None:
        return lambda _: None
    now, boot, this_boot = time.time(), time.clock_gettime(time.CLOCK_BOOTTIME), boot_id()
    groups = {group.name: group for group in policy.overlay.groups}

    def state(key: str) -> State | None:
        asker = policy.asker(key)
        group = groups.get(asker.group)
        if policy.paused(asker, now, boot, this_boot) or (group is not None and group.paused):
            return State.PAUSED
        return State.OBSERVED if group is not None and group.mode is Mode.OBSERVE else None

    return state
