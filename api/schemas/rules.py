"""Rules."""

from typing import Self

import msgspec
from pydantic import BaseModel, Field

from api.schemas.changes import InForce, Input
from gateway.policy.state import EVERYONE
from gateway.store.rules import StoredRule


class RuleCreate(Input):
    """A rule to be added."""

    text: str = Field(
        max_length=2000, description="AdBlock syntax, or a plain name.", examples=["||example.org^"]
    )
    group: str = Field(EVERYONE, max_length=64)
    comment: str = Field("", max_length=500)


class RulePublic(BaseModel):
    """A rule."""

    id: int
    text: str
    group: str
    comment: str
    enabled: bool
    created: int = Field(description="Unix seconds.")
    expires: int = Field(description="Unix seconds; 0 for never.")

    @classmethod
    def of(cls, rule: StoredRule) -> Self:
        """From the store's value."""
        return cls.model_validate(msgspec.to_builtins(rule))


class RuleChanged(RulePublic, InForce):
    """A rule, and where it is in force."""
