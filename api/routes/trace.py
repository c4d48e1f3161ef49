"""`/v1/trace`: a real question walked through the chain, link by link."""

import math
import time
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import Box, scoped
from api.pace import Pace
from api.problems import Refused, responses
from api.schemas.trace import TracePublic
from gateway import asking, tracing
from gateway.access import Scope

router = APIRouter(prefix="/v1/trace", tags=["network"])

_READS = scoped(Scope.READ)

_Name = Annotated[str, Query(min_length=1, max_length=1100, description="As in `www.example.org`.")]
_Device = Annotated[str, Query(max_length=100, description="Its name, MAC or address; empty for anybody.")]
_Type = Annotated[str, Query(max_length=20, description="A record type.")]


class _Pace(Pace):
    """A person tries some names one after another; a program that may only read is to have no way out of the house.

    Names carry data: what is traced is asked for outside, and stands in no log.
    """

    def __init__(self) -> None:
        super().__init__(burst=30, every=2.0)


@router.get("", dependencies=[_READS], responses=responses(401, 403, 404, 422, 429, 503))
def walk(box: Box, name: _Name, device: _Device = "", type: _Type = "A") -> TracePublic:
    """Walk one question through a worker's chain.

    It is nobody's attempt: it is neither logged nor counted. Upstreams are really asked, unless the cache has the
    answer, and the cache keeps what they say. At most a few at a time (503), and thirty a minute (429).
    """
    asked, qtype = asking.question(name, type)
    policy = box.policy()
    asker = asking.asker_of(policy, device)
    if wait := box.kept(_Pace).wait(time.monotonic()):
        raise Refused(
            429,
            "too many questions were traced",
            hint="wait a few seconds; /v1/why asks nobody, and may be asked as often as one likes",
            headers={"Retry-After": str(math.ceil(wait))},
        )
    return TracePublic.model_validate(tracing.trace(box.data.run, box.settings, policy, asker, asked, qtype))
