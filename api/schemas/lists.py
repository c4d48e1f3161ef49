"""Subscribed lists."""

from typing import Annotated, ClassVar, Literal, Self

import msgspec
from pydantic import BaseModel, Field

from api.schemas.changes import AppliedPublic, InForce, Input
from gateway.journal.hits import Hits
from gateway.policy import sources
from gateway.policy.fetching.known_sources import KnownSource
from gateway.policy.fetching.targets import MAX_URL
from gateway.policy.rule import Refused
from gateway.policy.sources import Outcome
from gateway.policy.state import EVERYONE
from gateway.store.lists import Subscription
from gateway.subscriptions import Refreshed

MAX_GROUPS = 1000

Syntax = Literal["auto", "hosts", "domains", "adblock", "dnsmasq", "unbound", "rpz"]
_Groups = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=64)]], Field(min_length=1, max_length=MAX_GROUPS)
]
_Name = Annotated[str, Field(max_length=64)]


class ListCreate(Input):
    """A list to be subscribed to."""

    source: str = Field(
        min_length=1,
        max_length=MAX_URL,
        description="An http(s) URL, or the name of a list that `/v1/known-lists` shows.",
        examples=["https://lists.example/ads.txt"],
    )
    name: _Name = Field("", description="What to call it; else made from its source.")
    groups: _Groups = Field([EVERYONE])
    syntax: Syntax = "auto"


class ListUpdate(Input):
    """What is to be changed; what is left out stays."""

    name: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    enabled: bool | None = None
    groups: _Groups | None = Field(None, description="Exactly these.")
    syntax: Syntax | None = None


class ListPublic(BaseModel):
    """A subscribed list."""

    VOLATILE: ClassVar = frozenset({"rules", "refused", "fetched", "error", "version", "hits", "last_hit"})

    id: int
    name: str
    source: str = Field(description="Without name and password.")
    syntax: str
    groups: list[str]
    enabled: bool
    origin: str = Field(description="`bundle:NAME` where a bundle brought it.")
    version: str = Field(description="SHA-256 of the last good copy; empty before there is one.")
    rules: int
    refused: int = Field(description="Lines that cannot be used for DNS; see its report.")
    fetched: int = Field(description="Unix seconds of the last good fetch; 0 for never.")
    error: str = Field(description="Why the last fetch failed; empty if it did not.")
    hits: int | None = Field(None, description="How often it decided, in the log that is kept.")
    last_hit: int | None = Field(None, description="Unix seconds.")

    @classmethod
    def of(cls, one: Subscription, hits: Hits | None = None) -> Self:
        """From the store's value."""
        values = {key: value for key, value in msgspec.to_builtins(one).items() if key in cls.model_fields}
        shown = {"source": sources.shown(one.source), "groups": list(one.groups)}
        counted = {"hits": hits.count, "last_hit": hits.last} if hits else {}
        return cls(**{**values, **shown, **counted})


class ListChanged(ListPublic, InForce):
    """A list, and where it is in force."""


class RefreshedPublic(BaseModel):
    """What became of one list."""

    list: ListPublic
    outcome: Outcome = Field(description="`kept`: it failed, and the last good copy stays.")
    reason: str
    hint: str

    @classmethod
    def of(cls, one: Refreshed) -> Self:
        """From the value."""
        return cls(list=ListPublic.of(one.list), outcome=one.outcome, reason=one.reason, hint=one.hint)


class ListsRefreshed(BaseModel):
    """What became of lists. Without `generation` nothing was new."""

    items: list[RefreshedPublic]
    generation: int | None = None
    applied: AppliedPublic | None = None
    warnings: list[str] = []


class RefusedLine(BaseModel):
    """A line that cannot be used. Its text is a stranger's."""

    line: int
    text: str
    reason: str

    @classmethod
    def of(cls, one: Refused) -> Self:
        """From the value."""
        return cls(line=one.line, text=one.text, reason=one.reason)


class ListReportPublic(BaseModel):
    """What became of a list's lines."""

    id: int
    name: str
    rules: int
    refused: int
    items: list[RefusedLine] = Field(description="The first thousand at most.")
    next: str = Field("", description="The cursor of the next page; empty where there is no more.")


class KnownListPublic(BaseModel):
    """A public list worth subscribing to."""

    name: str
    url: str
    syntax: str
    licence: str
    about: str
    homepage: str
    rules: int = Field(description="Roughly; 0 where nobody counted.")

    @classmethod
    def of(cls, one: KnownSource) -> Self:
        """From the value."""
        return cls.model_validate(msgspec.to_builtins(one))
