"""`/v1/pauses`: nothing is blocked for a while, for all, a group or a device."""

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response

from api.changing import Changing, changing
from api.deps import Box, scoped
from api.paging import Cursor, Limit, Page, decode, encode
from api.problems import responses
from api.schemas.pauses import PauseChanged, PausePublic, PauseSet
from gateway.access import Scope
from gateway.dns.links.pause import boot_id
from gateway.errors import Missing
from gateway.policy.pauses import left
from gateway.policy.state import PauseState
from gateway.store import pauses
from gateway.store.engine import Session

router = APIRouter(prefix="/v1/pauses", tags=["pauses"])

_READS = scoped(Scope.READ, Scope.DEVICES)
_WRITES = changing(Scope.DEVICES)

Some = Literal["group", "device"]
Target = Annotated[
    str, Path(min_length=1, max_length=64, description="The group's name; the device's key, name or address.")
]
_ANSWERS = responses(401, 403, 404, 409, 412, 422, 503)


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def list_all(box: Box, cursor: Cursor = "", limit: Limit = 100) -> Page[PausePublic]:
    """The pauses that hold now."""
    start = max(0, decode(cursor, int) or 0)
    with box.works.reading() as session:
        found = [_shown(pause) for pause in pauses.list_pauses(session)]
    holding = [pause for pause in found if pause.seconds_left > 0]
    more = start + limit < len(holding)
    return Page(items=holding[start : start + limit], next=encode(start + limit) if more else "")


@router.put("/all", response_model=PauseChanged, responses=_ANSWERS)
def put_all(body: PauseSet, making: Changing = _WRITES) -> Response:
    """Block nothing for anybody for so long."""
    return _put(making, "all", "", body.seconds)


@router.delete("/all", response_model=PauseChanged, responses=_ANSWERS)
def delete_all(making: Changing = _WRITES) -> Response:
    """End the pause for all; those of groups and devices go on."""
    return _delete(making, "all", "")


@router.put("/{scope}/{target:path}", response_model=PauseChanged, responses=_ANSWERS)
def put(scope: Some, target: Target, body: PauseSet, making: Changing = _WRITES) -> Response:
    """Block nothing for this group or device for so long."""
    return _put(making, scope, target, body.seconds)


@router.delete("/{scope}/{target:path}", response_model=PauseChanged, responses=_ANSWERS)
def delete(scope: Some, target: Target, making: Changing = _WRITES) -> Response:
    """End the pause of this group or device."""
    return _delete(making, scope, target)


def _put(making: Changing, scope: str, target: str, seconds: int) -> Response:
    pause = PauseState(
        scope,
        target,
        until=int(time.time()) + seconds,
        boot_until=time.clock_gettime(time.CLOCK_BOOTTIME) + seconds,
        boot_id=boot_id(),
    )

    def act(session: Session) -> PausePublic:
        if there := _find(session, scope, target):
            making.expect(there)
        return _shown(pauses.put_pause(session, pause))

    return making.change(f"pause of {scope} {target}".rstrip(), act, _same, target=_named)


def _delete(making: Changing, scope: str, target: str) -> Response:
    def act(session: Session) -> PausePublic:
        there = _find(session, scope, target)
        if there is None:
            raise Missing(
                f"there is no pause for {scope} {target}".rstrip(), hint="GET /v1/pauses lists them"
            )
        making.expect(there)
        pauses.remove_pause(session, scope, target)
        return there

    return making.change(f"pause of {scope} {target} ended", act, _same, target=_named)


def _find(session: Session, scope: str, target: str) -> PausePublic | None:
    target = pauses.pause_target(session, scope, target)
    for pause in pauses.list_pauses(session):
        if (pause.scope, pause.target) == (scope, target):
            return _shown(pause)
    return None


def _shown(pause: PauseState) -> PausePublic:
    seconds = left(pause, time.time(), time.clock_gettime(time.CLOCK_BOOTTIME), boot_id())
    return PausePublic.model_validate(
        {
            "scope": pause.scope,
            "target": pause.target,
            "until": pause.until,
            "seconds_left": max(0, round(seconds)),
        }
    )


def _same(pause: PausePublic) -> PausePublic:
    return pause


def _named(pause: PausePublic) -> str:
    return f"pause of {pause.scope} {pause.target}".rstrip()
