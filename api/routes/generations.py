"""`/v1/generations`: every policy that was in force, what was changed with it, and the way back."""

import time
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Response

from api import paging
from api.auth.callers import Caller
from api.changing import NOTHING, Changing, changing
from api.deps import Box, scoped
from api.paging import Cursor, Limit, Page
from api.problems import responses
from api.schemas.generations import GenerationDiff, GenerationPublic, RestoredInForce, RestoredPublic
from gateway import history
from gateway.access import Scope
from gateway.errors import Missing
from gateway.policy import manifest
from gateway.store import generations, snapshots

router = APIRouter(prefix="/v1/generations", tags=["generations"])

_READS = scoped(Scope.READ, Scope.RULES)
_WRITES = changing(Scope.RULES)

Number = Annotated[int, Path(ge=1, lt=1 << 31)]


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def search(box: Box, cursor: Cursor = "", limit: Limit = 50) -> Page[GenerationPublic]:
    """The generations, newest first."""
    now = manifest.current(box.data.policy).generation
    with box.works.reading() as session:
        found = generations.list_generations(session, limit + 1, before=paging.decode(cursor, int) or 0)
        kept = snapshots.kept_numbers(session)
    items = [
        GenerationPublic.of(made, kept=made.number in kept, in_force=made.number == now)
        for made in found[:limit]
    ]
    return Page(items=items, next=paging.encode(items[-1].number) if len(found) > limit else "")


@router.get("/{number}", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def read(number: Number, box: Box) -> GenerationPublic:
    """One generation."""
    now = manifest.current(box.data.policy).generation
    with box.works.reading() as session:
        made = generations.get_generation(session, number)
        return GenerationPublic.of(
            made, kept=number in snapshots.kept_numbers(session), in_force=number == now
        )


@router.get("/{number}/diff", responses=responses(401, 403, 404, 422, 503))
def diff(
    number: Number,
    box: Box,
    caller: Caller = _READS,
    *,
    other: Annotated[
        int | None,
        Query(
            alias="with", ge=1, lt=1 << 31, description="The generation to begin from; else the one before."
        ),
    ] = None,
) -> GenerationDiff:
    """What has to change to come from the other generation to this one."""
    with box.works.reading() as session:
        if other is None:
            earlier = generations.list_generations(session, 1, before=number)
            if not earlier:
                raise Missing(f"no generation before {number} is known", hint="name one: ?with=NUMBER")
            other = earlier[0].number
        found = history.compare(session, other, number)
    if not caller.may(Scope.READ, Scope.DEVICES):
        found = msgspec.structs.replace(found, devices=NOTHING)
    return GenerationDiff.of(other, number, found)


@router.post(
    "/{number}:restore", response_model=RestoredInForce, responses=responses(401, 403, 404, 409, 422, 503)
)
def restore(number: Number, box: Box, making: Changing = _WRITES) -> Response:
    """Go back to what was set at this generation: a new one is in force then. Pauses and names of devices stay."""
    return making.change_lists(
        f"back to generation {number}",
        history.restoring(box.data.lists, number, time.time()),
        RestoredPublic.of,
        target=f"generation {number}",
    )
