"""The pause: for a while nothing is blocked, for a device, a group or all."""

import time
from functools import cache
from pathlib import Path

from gateway.model import Action, Layer, RuleRef, Verdict
from gateway.names import Name
from gateway.policy.decide import Policy
from gateway.policy.matching.asker import Asker
from gateway.policy.pauses import lasts


@cache
def boot_id() -> str:
    """Which run of the kernel this is: CLOCK_BOOTTIME compares within one run only."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def verdict(policy: Policy, asker: Asker, name: Name) -> Verdict | None:
    """Allowed, while a pause holds for this asker; else None."""
    if not policy.pauses:
        return None
    if not policy.paused(asker, time.time(), time.clock_gettime(time.CLOCK_BOOTTIME), boot_id()):
        return None
    rule = RuleRef(Layer.PAUSE, "pause", 0, "")
    return Verdict(Action.ALLOWED, rule, policy.facts(name), generation=policy.generation)


def holding(policy: Policy) -> tuple[bool, ...]:
    """Which of the policy's pauses hold now: when this changes, ready answers are out of date."""
    now, boot = time.time(), time.clock_gettime(time.CLOCK_BOOTTIME)
    return tuple(lasts(pause, policy.overlay.made, now, boot, boot_id()) for pause in policy.pauses)
