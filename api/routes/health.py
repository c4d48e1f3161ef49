"""`/healthz` and `/readyz`: for whoever watches the box. Open to all, so they tell nothing of the household."""

import threading
import time

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.box import ApiBox
from api.deps import Box
from gateway import condition
from gateway.errors import HushgateError
from gateway.store import generations

router = APIRouter(tags=["health"])

PATIENCE = 2.0  # seconds for a role to answer
FRESH = 1.0  # seconds for which what was found is told again: anybody may ask, and each look wakes every role


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"


class PartPublic(BaseModel):
    """One thing that the box needs to serve."""

    name: str = Field(examples=["dns"])
    ready: bool


class Ready(BaseModel):
    """Is the box fit to serve, and if not, which part is not?"""

    ready: bool
    parts: list[PartPublic]


class _Last:
    """What was found last."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._at = float("-inf")
        self._found: Ready | None = None

    def of(self, box: ApiBox) -> Ready:
        with self._looking:
            if self._found is None or time.monotonic() - self._at >= FRESH:
                self._found = _look(box)
                self._at = time.monotonic()
            return self._found


def _look(box: ApiBox) -> Ready:
    found = condition.ask(box.data, box.settings, timeout=PATIENCE)
    parts = [PartPublic(name=part.name, ready=part.ready) for part in condition.parts(box.data, found)]
    parts.append(PartPublic(name="database", ready=_usable(box)))
    return Ready(ready=all(part.ready for part in parts), parts=parts)


def _usable(box: ApiBox) -> bool:
    try:
        with box.works.reading() as session:
            generations.last_generation(session)
    except HushgateError:
        return False
    return True


@router.get("/healthz")
async def alive() -> Alive:
    """Does this process answer? (Not more: see /readyz.)"""
    return Alive()


@router.get("/readyz", responses={503: {"model": Ready, "description": "Some part is not ready."}})
def ready(box: Box, response: Response) -> Ready:
    """Do the DNS workers answer by the generation in force, does the keeper, and is the database usable?"""
    last = box.kept(_Last)
    found = last.of(box)
    response.status_code = 200 if found.ready else 503
    return found
