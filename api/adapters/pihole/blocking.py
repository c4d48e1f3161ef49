"""`/dns/blocking`: the pause for everybody."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.adapters import protection
from api.adapters.pihole.access import may, took
from api.auth.callers import Caller
from api.deps import Box
from gateway.access import Scope

router = APIRouter(prefix="/dns")

_READS = may(Scope.READ)
_PAUSES = may(Scope.DEVICES)


class Blocking(BaseModel):
    """`timer`: seconds after which it is the other way round again; None for never."""

    model_config = ConfigDict(extra="ignore")

    blocking: bool
    timer: Annotated[float, Field(ge=0, le=protection.FOR_GOOD)] | None = None


@router.get("/blocking", dependencies=[_READS])
def read(request: Request, box: Box) -> dict[str, Any]:
    """Is anything blocked?"""
    left = protection.left(box)
    return {
        "blocking": "enabled" if left == 0.0 else "disabled",
        "timer": round(left, 3) if left else None,
        "took": took(request),
    }


@router.post("/blocking")
def switch(body: Blocking, request: Request, box: Box, caller: Caller = _PAUSES) -> dict[str, Any]:
    """Switch blocking on or off. A timer of what is switched on is not kept: we block until told otherwise."""
    if body.blocking:
        protection.switch_on(box, caller)
    else:
        protection.switch_off(box, caller, max(body.timer, 1.0) if body.timer else None)
    return read(request, box)
