"""What other products call "protection" or "blocking": our pause for everybody, the other way round."""

import time

from api.auth.callers import Caller
from api.box import ApiBox
from gateway.dns.links.pause import boot_id
from gateway.errors import UsageError
from gateway.policy.state import PauseState
from gateway.store import pauses

FOR_GOOD = 10 * 365 * 86_400  # seconds; they can switch it off without an end, and our pauses have one
_LONG = 9 * 365 * 86_400  # what is left of such a one
EVERYBODY = ("all", "")


def left(box: ApiBox) -> float | None:
    """Seconds until protection is on again; 0 where it is on, None where it stays off until somebody says so."""
    with box.works.reading() as session:
        found = [one for one in pauses.list_pauses(session) if (one.scope, one.target) == EVERYBODY]
    if not found:
        return 0.0
    (pause,) = found
    if pause.boot_id == boot_id():
        seconds = pause.boot_until - time.clock_gettime(time.CLOCK_BOOTTIME)
    else:
        seconds = pause.until - time.time()
    return None if seconds > _LONG else max(seconds, 0.0)


def switch_on(box: ApiBox, caller: Caller) -> None:
    """End the pause for everybody. In force everywhere when this returns."""
    if left(box) == 0.0:
        return
    with box.works.change("pause of everybody ended", caller.author) as change:
        pauses.remove_pause(change.session, *EVERYBODY)


def switch_off(box: ApiBox, caller: Caller, seconds: float | None) -> None:
    """Pause for everybody; None: until somebody switches it on. Raises UsageError."""
    length = FOR_GOOD if seconds is None else seconds
    if not 1 <= length <= FOR_GOOD:
        raise UsageError("a pause lasts a second at least, and ten years at most")
    made = PauseState(
        *EVERYBODY,
        until=int(time.time() + length),
        boot_until=time.clock_gettime(time.CLOCK_BOOTTIME) + length,
        boot_id=boot_id(),
    )
    with box.works.change("pause of everybody", caller.author) as change:
        pauses.put_pause(change.session, made)
