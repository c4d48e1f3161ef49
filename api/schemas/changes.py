"""What every change answers with."""

from pydantic import BaseModel, ConfigDict, Field


class Input(BaseModel):
    """Base of everything that is sent to us."""

    model_config = ConfigDict(extra="forbid")


class AppliedPublic(BaseModel):
    """How a change came into force."""

    workers: int = Field(description="DNS workers that decide by it.")
    of: int
    ms: float


class InForce(BaseModel):
    """What every change of the policy ends with."""

    generation: int
    applied: AppliedPublic
    warnings: list[str] = []
