"""`/v1/status`: how the box is, as `hushgate status` tells it."""

import platform
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.deps import Box, scoped
from api.problems import responses
from gateway import condition
from gateway.access import Scope
from gateway.errors import HushgateError
from gateway.policy import manifest
from gateway.version import version

router = APIRouter(prefix="/v1/status", tags=["status"])

_READS = scoped(Scope.READ)


class RolePublic(BaseModel):
    """A process of the box; it may say more than this of itself."""

    model_config = ConfigDict(extra="allow")

    role: str = Field(examples=["dns-0", "keeper"])
    state: str = Field(description="`up` or `down`.")
    reason: str = Field("", description="Why it is down.")


class UpstreamPublic(BaseModel):
    """Who is asked what we do not know."""

    url: str
    domain: str = Field(description="Of which it is asked; empty for all.")
    state: str = Field(description="`up`, `down` or `untested`.")
    sent: int
    failed: int
    latency_ms: float
    last_error: str


class StatusPublic(BaseModel):
    """How the box is."""

    version: str
    python: str
    generation: int = Field(description="In force; 0 where none can be read.")
    whole: bool = Field(description="Does every role run that should?")
    roles: list[RolePublic]
    upstreams: list[UpstreamPublic]
    storage: dict[str, int] = Field(description="Bytes on the disk.")
    set_aside: list[str] = Field(description="Damaged databases that were moved out of the way.")
    settings: dict[str, Any] = Field(description="In force, without passwords.")


@router.get("", dependencies=[_READS], responses=responses(401, 403))
def read(box: Box) -> StatusPublic:
    """The roles, the upstreams, the room that is used, and the settings in force."""
    found = condition.ask(box.data, box.settings)
    try:
        generation = manifest.current(box.data.policy).generation
    except HushgateError:
        generation = 0
    for one in found:
        for upstream in one.get("upstreams", ()):
            upstream["url"] = condition.without_password(upstream["url"])
    return StatusPublic(
        version=version(),
        python=platform.python_version(),
        generation=generation,
        whole=all(one["state"] == "up" for one in found),
        roles=[RolePublic.model_validate(one) for one in found],
        upstreams=[UpstreamPublic.model_validate(one) for one in condition.upstreams(found)],
        storage=condition.sizes(box.data),
        set_aside=[path.name for path in box.data.set_aside()],
        settings=condition.shown(box.settings),
    )
