"""Webhooks."""

from enum import StrEnum
from typing import Annotated, ClassVar, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from api.schemas.changes import Input
from gateway.journal import notices
from gateway.store.webhooks import Webhook

_Url = Annotated[str, Field(min_length=1, max_length=2000, examples=["https://home.example/hooks/hushgate"])]


class EventKind(StrEnum):
    """What one may be told of."""

    NEW_DEVICE = notices.NEW_DEVICE
    FIRST_CONTACT = notices.FIRST_CONTACT
    LIST_FAILED = notices.LIST_FAILED
    TAMPERING = notices.TAMPERING


_Events = Annotated[list[EventKind], Field(max_length=10, description="None for all.")]


class WebhookCreate(Input):
    """Where to send events."""

    url: _Url
    events: _Events = Field(default_factory=list)


class WebhookUpdate(Input):
    """What is to be changed; what is left out stays."""

    url: _Url | None = None
    events: _Events | None = None
    enabled: bool | None = None


class WebhookPublic(BaseModel):
    """A webhook and how it fares."""

    VOLATILE: ClassVar = frozenset({"failures", "last_time", "last_error", "retry_at", "lost"})

    id: int
    url: str
    events: list[EventKind]
    enabled: bool
    created: int = Field(description="Unix seconds.")
    failures: int = Field(description="Failed attempts in a row.")
    last_time: int = Field(description="Unix seconds of the last attempt; 0 for never.")
    last_error: str
    retry_at: int = Field(description="Unix seconds; 0 where nothing is to be tried again.")
    lost: int = Field(description="Events that were given up after a day.")

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """From the store's value."""
        return cls.model_validate(msgspec.to_builtins(webhook), extra="ignore")


class WebhookCreated(WebhookPublic):
    """A new webhook, with what its events are signed with. The secret is not to be had again."""

    secret: str = Field(description="`webhook-signature` is made with it (Standard Webhooks, v1).")


class WebhookTested(BaseModel):
    """What became of an event that was sent to try it out."""

    delivered: bool
    status: int = Field(description="What the receiver answered; 0 for nothing.")
    error: str
    ms: float


class DeviceOf(BaseModel):
    """The device in question."""

    key: str = Field(description="Its MAC, or its IP address.")
    name: str = Field(description="Empty where nobody has named it.")


class EventPublic(BaseModel):
    """An event as a webhook gets it."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(description="The same each time it is sent; also in the header `webhook-id`.")
    time: str = Field(description="ISO 8601, UTC.")
    kind: str = Field(description="One of the kinds of events, or `test`.")
    topic: str = Field(description="For MQTT.", examples=["hushgate/attic/first-contact"])
    box: str
    device: DeviceOf | None
    company: str = Field(description="Of a first contact; else empty.")
    subject: str = Field(description="The company, the list …; empty where there is none.")
    detail: str = Field(description="The name that was asked for, the error.")
