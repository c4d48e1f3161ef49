"""Statistics, and how they are asked for."""

from enum import StrEnum
from typing import Self

import msgspec
from pydantic import BaseModel, Field

from api.moments import Moment
from api.schemas.changes import Input
from api.schemas.log import Actions, Words
from gateway.journal.statistics import Bucket, Summary


class By(StrEnum):
    """What to rank."""

    NAME = "name"
    DEVICE = "device"
    COMPANY = "company"
    PURPOSE = "purpose"
    COUNTRY = "country"
    LIST = "list"
    RULE = "rule"
    CHANNEL = "channel"
    ACTION = "action"


class Span(Input):
    """A time. Hours count as a whole; what is ranked by rule, days do (UTC)."""

    since: Moment = Field(None, description="Unix seconds or ISO 8601; without it, a day before now.")
    until: Moment = Field(None, description="Unix seconds or ISO 8601; without it, now.")


class PartQuery(Span):
    """Of whom and of what. What is given more than once means any of these."""

    device: Words = Field([], description="Its key, its name, or an address of it.")
    action: Actions = Field([])
    company: Words = Field([])


class OverTimeQuery(PartQuery):
    """How finely to divide it."""

    bucket: Bucket = Field(Bucket.HOUR, description="Days are UTC's.")


class TopQuery(PartQuery):
    """What to rank."""

    by: By
    limit: int = Field(10, ge=1, le=1000)


class FlowsQuery(PartQuery):
    """Whose flows."""

    limit: int = Field(100, ge=1, le=1000)


class FirstQuery(Input):
    """What was first seen since then."""

    since: Moment = Field(None, description="Unix seconds or ISO 8601; without it, a day before now.")
    device: Words = Field([], description="Its key, its name, or an address of it.")
    limit: int = Field(100, ge=1, le=1000)


class NewDevicesQuery(Input):
    """Devices first seen since then."""

    since: Moment = Field(None, description="Unix seconds or ISO 8601; without it, a week before now.")
    limit: int = Field(100, ge=1, le=1000)


class HitsQuery(Input):
    """Whose hits."""

    list: str = Field(
        "", max_length=200, description="The lines of this list; without it, whole lists and rules."
    )
    since: Moment = Field(
        None, description="Unix seconds or ISO 8601, whole days (UTC); without it, all there are."
    )


class BucketPublic(BaseModel):
    """One hour or day."""

    time: int = Field(description="Unix seconds of its beginning.")
    actions: dict[str, int] = Field(description="Attempts by what became of them.")
    count: int
    bytes: int


class OverTime(BaseModel):
    """Bucket by bucket, oldest first. Those in which nothing happened are left out."""

    bucket: Bucket
    items: list[BucketPublic]


class Ranked(BaseModel):
    """One of the most frequent."""

    value: str
    label: str = Field("", description="The device's name, the list and line of a rule.")
    count: int
    bytes: int = Field(description="0 where rules are ranked.")


class Top(BaseModel):
    """The most frequent first."""

    by: By
    items: list[Ranked]


class FlowPublic(BaseModel):
    """Attempts at one name that ended alike."""

    company: str = Field(description="Empty where the catalogue does not know the name.")
    purpose: str
    name: str
    country: str
    action: str
    count: int
    bytes: int


class Flows(BaseModel):
    """The most frequent first."""

    items: list[FlowPublic]


class Totals(BaseModel):
    """A time in a few numbers."""

    since: int
    until: int
    asked: int
    blocked: int
    percent: float = Field(description="How much of what was asked was blocked.")
    bytes: int
    names: int = Field(description="Different ones.")
    devices: int = Field(description="That asked at all.")
    companies: int = Field(description="Whose hosts were asked for.")

    @classmethod
    def of(cls, found: Summary, since: int, until: int) -> Self:
        """From the journal's value."""
        shown = msgspec.to_builtins(found)
        return cls.model_validate({**shown, "percent": found.percent, "since": since, "until": until})


class FirstSeenPublic(BaseModel):
    """A name that no device had asked for before."""

    name: str
    first: int = Field(description="Unix seconds.")
    count: int = Field(description="How often it has been asked for since.")
    devices: list[str]


class FirstSeen(BaseModel):
    """The newest first."""

    items: list[FirstSeenPublic]


class NewDevicePublic(BaseModel):
    """A device that was seen for the first time."""

    device: str
    device_name: str
    first: int = Field(description="Unix seconds.")
    last: int


class NewDevices(BaseModel):
    """The newest first."""

    items: list[NewDevicePublic]


class HitsPublic(BaseModel):
    """How often a rule or list decided, and when last."""

    count: int
    last: int = Field(description="Unix seconds.")


class Hits(BaseModel):
    """How often each rule decided."""

    rules: dict[str, HitsPublic] = Field(description="By the number of the user's rule.")
    lists: dict[str, HitsPublic] = Field(description="By the list's name.")
    lines: dict[str, HitsPublic] = Field(description="By the line of the list that was asked for.")
