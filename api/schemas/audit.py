"""The audit."""

from typing import Any, Self

import msgspec
from pydantic import BaseModel, Field

from gateway.store.audit import Entry


class AuditEntry(BaseModel):
    """Who changed what, and from where."""

    id: int
    time: int = Field(description="Unix seconds.")
    who: str
    whence: str = Field(description="The author's address; empty on the box itself.")
    action: str
    target: str
    detail: dict[str, Any] = Field(
        description="`before` and `after`, as far as they differ; long values are cut."
    )
    generation: int = Field(description="0 where no verdict changed.")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """From the store's value."""
        return cls.model_validate(msgspec.to_builtins(entry))
