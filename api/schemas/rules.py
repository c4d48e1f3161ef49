"""Rules."""

from typing import Annotated, Self

import msgspec
from pydantic import BaseModel, Field, model_validator

from api.schemas.changes import InForce, Input
from gateway.errors import UsageError
from gateway.policy.state import EVERYONE
from gateway.store.rule_bulk import MAX_ITEMS
from gateway.store.rules import MAX_TAGS, StoredRule

MAX_SECONDS = 10 * 365 * 86400
MAX_TIME = 253_402_300_800  # the year 10000

Text = Annotated[str, Field(max_length=2000, description="AdBlock syntax, or a plain name.")]
Group = Annotated[str, Field(max_length=64)]
Comment = Annotated[str, Field(max_length=500)]
Tag = Annotated[str, Field(min_length=1, max_length=64)]
Tags = Annotated[list[Tag], Field(max_length=MAX_TAGS)]
Number = Annotated[int, Field(ge=1, lt=1 << 31)]
Expires = Annotated[int, Field(ge=0, lt=MAX_TIME, description="Unix seconds; 0 for never.")]
Seconds = Annotated[int, Field(ge=1, le=MAX_SECONDS)]


class _Lasting(Input):
    """Until when something counts: told in one of two ways."""

    expires: Expires | None = None
    seconds: Seconds | None = Field(None, alias="for", description="Seconds from now, instead of `expires`.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.expires is not None and self.seconds is not None:
            raise ValueError("give one of `expires` and `for`")
        return self

    def until(self, now: int) -> int | None:
        """Unix seconds; None where nothing was said. Raises UsageError for a time that has passed."""
        if self.expires and self.expires <= now:
            raise UsageError(
                f"expires: {self.expires} has passed",
                hint=f"Unix seconds (it is {now} now); or say `for`, in seconds from now",
            )
        return self.expires if self.seconds is None else now + self.seconds


class RuleCreate(_Lasting):
    """A rule to be added."""

    text: Text = Field(examples=["||example.org^"])
    group: Group = EVERYONE
    comment: Comment = ""
    tags: Tags = Field(default=[])
    enabled: bool = True


class RuleUpdate(_Lasting):
    """What is to change; what is left out stays. Of a bundle's rule only `enabled`."""

    text: Text | None = None
    group: Group | None = None
    comment: Comment | None = None
    tags: Tags | None = None
    enabled: bool | None = None


class RuleUpdateOne(RuleUpdate):
    """What is to change of one rule of many."""

    id: Number


class RulesBulk(Input):
    """Many rules: deleted, then updated, then created. 10 000 items at most, in one generation or not at all."""

    create: list[RuleCreate] = Field([], max_length=MAX_ITEMS)
    update: list[RuleUpdateOne] = Field([], max_length=MAX_ITEMS)
    delete: list[Number] = Field([], max_length=MAX_ITEMS)


class RulePublic(BaseModel):
    """A rule."""

    id: int
    text: str
    group: str
    comment: str
    tags: list[str]
    enabled: bool
    created: int = Field(description="Unix seconds.")
    changed: int = Field(description="Unix seconds; 0 for not since it came.")
    expires: int = Field(description="Unix seconds; 0 for never.")
    origin: str = Field(description="`bundle:NAME` where a bundle brought it; empty for your own.")

    @classmethod
    def of(cls, rule: StoredRule) -> Self:
        """From the store's value."""
        return cls.model_validate(msgspec.to_builtins(rule))


class RuleListed(RulePublic):
    """A rule among others."""

    hits: int | None = Field(
        None, description="How often it has decided, as far as the log goes; with hits=true."
    )
    last_hit: int | None = Field(None, description="Unix seconds; 0 for never.")


class RuleChanged(RulePublic, InForce):
    """A rule, and where it is in force."""


class BulkPublic(BaseModel):
    """Numbers of the rules, in the order of the items."""

    created: list[int]
    updated: list[int]
    deleted: list[int]


class BulkChanged(BulkPublic, InForce):
    """What became of many rules."""


class RuleTest(Input):
    """A rule to be tried; nothing is stored."""

    text: Text
    names: list[Annotated[str, Field(max_length=1024)]] = Field([], max_length=1000)
    type: str = Field("A", max_length=16, description="Record type.")
    device: str = Field(
        "", max_length=100, description="Who asks, for `$client` and `$ctag`: key, address or name."
    )


class RuleMatch(BaseModel):
    """What the rule alone makes of a name."""

    name: str
    matches: bool
    action: str = Field(description="What would become of it: `allowed`, `blocked`, `rewritten`.")
    error: str = Field("", description="Why it is no name.")


class RuleTested(BaseModel):
    """Is it a rule, and which names does it cover?"""

    valid: bool
    error: str = ""
    hint: str = ""
    match: str = Field("", description="`exact`, `suffix`, `below` or `regex`.")
    pattern: str = Field("", description="The name or the expression that it is about.")
    allow: bool = False
    important: bool = False
    conditional: bool = Field(False, description="Does it count for some devices, types or names only?")
    rewrites: bool = False
    disables: bool = Field(False, description="Is it a $badfilter?")
    names: list[RuleMatch] = []
