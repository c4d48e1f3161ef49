"""`/v1/why`: what would become of a name, and whose word that is."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth.callers import Caller
from api.deps import Box, scoped
from api.problems import responses
from api.schemas.why import WhyPublic
from gateway import asking
from gateway.access import Scope

router = APIRouter(prefix="/v1/why", tags=["why"])

_READS = scoped(Scope.READ, Scope.RULES)

_Name = Annotated[str, Query(min_length=1, max_length=1100, description="As in `www.example.org`.")]
_Device = Annotated[str, Query(max_length=100, description="Its name, MAC or address; empty for anybody.")]
_Type = Annotated[str, Query(max_length=20, description="A record type.")]


@router.get("", responses=responses(401, 403, 404, 422, 503))
def explain(
    box: Box, name: _Name, device: _Device = "", type: _Type = "A", caller: Caller = _READS
) -> WhyPublic:
    """Explain one name: the verdict, the rule, what is known of the host, and what else is about it."""
    asked, qtype = asking.question(name, type)
    policy = box.policy()
    asker = asking.asker_of(policy, device)
    found = WhyPublic.model_validate(asking.why(box.settings, policy, asker, asked, qtype))
    if not caller.may(Scope.READ, Scope.DEVICES):
        found.device = device.strip()  # what it is called is not told to who may not look at devices
    return found
