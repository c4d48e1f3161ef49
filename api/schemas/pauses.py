"""Pauses."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from api.schemas.changes import InForce, Input

MAX_SECONDS = 366 * 86_400


class PauseSet(Input):
    """How long nothing is to be blocked."""

    seconds: int = Field(alias="for", ge=1, le=MAX_SECONDS, description="Seconds from now.", examples=[600])


class PausePublic(BaseModel):
    """Nothing is blocked for whom it names until then."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"seconds_left"})

    scope: Literal["all", "group", "device"]
    target: str = Field(description="The group's name or the device's key; empty for all.")
    until: int = Field(description="Unix seconds.")
    seconds_left: int


class PauseChanged(PausePublic, InForce):
    """A pause, and since which generation it counts or does not count any more."""
