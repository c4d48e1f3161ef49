"""Backups."""

from typing import Self

import msgspec
from pydantic import BaseModel, Field

from api.schemas.changes import InForce
from gateway.backup.restoring import Restored


class Counts(BaseModel):
    """Of one table."""

    added: int
    changed: int
    removed: int


class RestoreDone(BaseModel):
    """What a restore came to."""

    created: int = Field(description="When the backup was made, in Unix seconds.")
    hushgate: str = Field(description="The version that made it.")
    changes: dict[str, Counts] = Field(description="By table; those without any are left out.")
    to_fetch: list[int] = Field(
        description="Lists of which this box has no copy. The keeper fetches them within a quarter of an hour; "
        "POST /v1/lists/{id}:refresh does at once."
    )
    left_out: list[str] = Field(description="Webhooks whose secrets neither the backup nor this box knows.")
    secrets: bool = Field(
        description="Accounts and tokens are those of the backup now; who was logged in is not."
    )
    log: bool = Field(description="The backup holds a log, which only the command line restores.")

    @classmethod
    def of(cls, restored: Restored) -> Self:
        """From the gateway's value."""
        return cls.model_validate(msgspec.to_builtins(restored))


class RestoreChanged(RestoreDone, InForce):
    """What a restore came to, and where it is in force."""
