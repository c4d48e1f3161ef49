"""Is a pause in force? Holds no clock: the caller brings both."""

from collections.abc import Sequence

from gateway.policy.matching.asker import Asker, address_of
from gateway.policy.state import PauseState

WILD = 300  # seconds by which a clock may be behind the policy's own time before it is taken for wrong


def pausing(
    pauses: Sequence[PauseState], asker: Asker, made: int, now: float, boot: float, boot_id: str
) -> PauseState | None:
    """The pause that lets everything of `asker` through, if there is one.

    `made`: when the policy was published (Unix seconds), at which time its pauses were there already;
    `now`: wall clock (Unix seconds); `boot`: CLOCK_BOOTTIME (seconds); `boot_id`: of the running boot.
    """
    for pause in pauses:
        if _concerns(pause, asker) and lasts(pause, made, now, boot, boot_id):
            return pause
    return None


def _concerns(pause: PauseState, asker: Asker) -> bool:
    match pause.scope:
        case "all":
            return True
        case "group":
            return pause.target == asker.group
        case "device":
            return pause.target == asker.address or address_of(pause.target) in asker.ips
    return False  # a scope of a later version: blocking goes on


def lasts(pause: PauseState, made: int, now: float, boot: float, boot_id: str) -> bool:
    """Is this pause in force? Arguments as for `pausing`."""
    if pause.boot_id == boot_id:
        return boot < pause.boot_until
    # After a restart only the wall clock is left, and it may be wrong (a board without a battery starts in
    # 1970). A time before the policy itself is wrong for sure, and no pause outlasts what was left of it
    # when the policy was made, counted from the start. In doubt the pause is over: privacy first.
    return made - WILD <= now < pause.until and boot < pause.until - made


def left(pause: PauseState, now: float, boot: float, boot_id: str) -> float:
    """Seconds until it is over, as far as the clock that decides can tell; below zero for one that is."""
    return pause.boot_until - boot if pause.boot_id == boot_id else pause.until - now
