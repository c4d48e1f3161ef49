"""Generations."""

from typing import Any, Self

import msgspec
from pydantic import BaseModel, Field

from api.schemas.changes import Differences, InForce
from gateway.history import Compared, Restored
from gateway.policy import sources
from gateway.store.generations import Generation


class GenerationPublic(BaseModel):
    """A policy that was published."""

    number: int
    created: int = Field(description="Unix seconds.")
    cause: str
    author: str
    whence: str = Field(description="The author's address; empty on the box itself.")
    counts: dict[str, int]
    in_force: bool
    kept: bool = Field(description="Can it be compared and gone back to?")

    @classmethod
    def of(cls, made: Generation, *, kept: bool, in_force: bool) -> Self:
        """From the store's value."""
        return cls.model_validate({**msgspec.to_builtins(made), "kept": kept, "in_force": in_force})


class GenerationDiff(BaseModel):
    """What was changed between two generations."""

    before: int
    after: int
    rules: Differences
    groups: Differences
    lists: Differences
    devices: Differences
    bundles: Differences

    @classmethod
    def of(cls, before: int, after: int, found: Compared) -> Self:
        """From what was compared."""
        parts: dict[str, Any] = {
            name: Differences.of(getattr(found, name)) for name in Compared.__struct_fields__
        }
        for one in parts["lists"].every():
            one["source"] = sources.shown(one["source"])  # without its password
        return cls(before=before, after=after, **parts)


class RestoredPublic(BaseModel):
    """What was gone back to."""

    restored: int
    warnings: list[str] = Field([], description="What could not be as it was.")

    @classmethod
    def of(cls, done: Restored) -> Self:
        """From what was done."""
        return cls(restored=done.number, warnings=list(done.warnings))


class RestoredInForce(RestoredPublic, InForce):
    """What was gone back to, and where it is in force: as a new generation."""

    warnings: list[str] = Field([], description="What could not be as it was, and what to beware of.")
