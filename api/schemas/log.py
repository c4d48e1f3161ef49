"""Rows of the log, and how they are asked for."""

from typing import Annotated, Self

import msgspec
from pydantic import AfterValidator, BaseModel, Field

from api.moments import Moment
from api.paging import MAX_LIMIT
from api.schemas.changes import Input
from gateway import iana
from gateway.journal.export.stream import Format
from gateway.journal.search import LogRow
from gateway.model import Action, Channel, Layer

MAX_VALUES = 50  # of one filter
MAX_TEXT = 300  # characters of one
MAX_NUMBER = (1 << 31) - 1


def _type(word: str) -> str:
    iana.by_name(word)
    return word


Word = Annotated[str, Field(max_length=MAX_TEXT)]
Words = Annotated[list[Word], Field(max_length=MAX_VALUES)]
Actions = Annotated[list[Action], Field(max_length=MAX_VALUES)]
Channels = Annotated[list[Channel], Field(max_length=MAX_VALUES)]
Layers = Annotated[list[Layer], Field(max_length=MAX_VALUES)]
Types = Annotated[list[Annotated[Word, AfterValidator(_type)]], Field(max_length=MAX_VALUES)]
LastEventId = Annotated[str, Field(max_length=20, pattern=r"^[0-9]{0,19}$")]
Number = Annotated[int | None, Field(ge=0, le=MAX_NUMBER)]


class LogFilters(Input):
    """Which rows. What is given more than once means any of these; different things must all hold."""

    since: Moment = None
    until: Moment = None
    device: Words = Field([], description="Its key, its name, or an address of it.")
    name: Words = Field([], description="`*` for any characters, `?` for one; without them the name itself.")
    type: Types = Field([], description="DNS record types: A, HTTPS, TYPE1234.")
    address: Words = Field([], description="The other end's address.")
    channel: Channels = Field([])
    action: Actions = Field([])
    company: Words = Field([], description="In whatever case, as all words.")
    purpose: Words = Field([])
    country: Words = Field([])
    layer: Layers = Field([])
    line: Number = Field(None, description="The line of the list that decided.")
    rule: Number = Field(None, description="The number of a user's rule.")
    list: Words = Field([], description="Lists; of the user's rules, their groups.")


class LogQuery(LogFilters):
    """A page of these rows."""

    cursor: str = Field("", max_length=500, description="`next` of the page before; empty for the first.")
    limit: int = Field(100, ge=1, le=MAX_LIMIT, description="How many at most.")


class LiveQuery(LogFilters):
    """These rows as they come, and notices."""

    rows: bool = Field(True, description="False for notices alone.")
    last_event_id: LastEventId = Field(
        "",
        description="As the header `Last-Event-ID`, which goes before it: a browser cannot set that one itself.",
    )


class ExportQuery(LogFilters):
    """All of these rows, as a file."""

    format: Format = Format.CSV


class LogRulePublic(BaseModel):
    """Who decided."""

    layer: str
    list: str
    line: int
    text: str


class LogPublic(BaseModel):
    """One attempt, or several alike within a second."""

    id: int
    time: str = Field(description="ISO 8601, UTC.")
    device: str = Field(description="The device's key: its MAC where that is known, else its address.")
    device_name: str = Field(description="What its owner calls it; may be empty.")
    channel: str
    name: str = Field(description="Empty where there is none.")
    type: str
    address: str
    port: int
    action: str
    rule: LogRulePublic | None
    company: str
    purpose: str
    country: str
    count: int
    bytes: int
    generation: int

    @classmethod
    def of(cls, row: LogRow, device_name: str) -> Self:
        """From the journal's value."""
        return cls.model_validate({**msgspec.to_builtins(row), "device_name": device_name})


class WipedPublic(BaseModel):
    """What was taken out of the log."""

    device: str
    rows: int
