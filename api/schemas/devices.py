"""Devices."""

from typing import Annotated, ClassVar, Self

import msgspec
from pydantic import BaseModel, Field

from api.schemas.changes import InForce, Input
from gateway.inventory import Entry

MAX_KEY = 64  # characters: a name has as many
MAX_TAGS = 20
MAX_MOVED = 1000

Word = Annotated[str, Field(max_length=MAX_KEY)]
Tag = Annotated[str, Field(min_length=1, max_length=64)]


class DeviceUpdate(Input):
    """What is to change; what is left out stays."""

    name: Word | None = Field(None, examples=["Anna's phone"])
    kind: Word | None = Field(None, examples=["phone"])
    group: Word | None = None
    tags: Annotated[list[Tag], Field(max_length=MAX_TAGS)] | None = Field(
        None, description="For `$ctag`: device_phone, user_child."
    )


class DeviceMerge(Input):
    """Which device it is in truth."""

    into: Annotated[str, Field(min_length=1, max_length=MAX_KEY, description="Key, name or address.")]


class DevicesMove(Input):
    """Which devices go where."""

    devices: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=MAX_KEY)]],
        Field(min_length=1, max_length=MAX_MOVED, description="Keys, names or addresses."),
    ]
    group: Annotated[str, Field(min_length=1, max_length=MAX_KEY)]


class DevicePublic(BaseModel):
    """A device: one that somebody has set, or one that the log has seen."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset(
        {"addresses", "first_seen", "last_seen", "asked", "blocked", "paused_until"}
    )

    key: str = Field(description="Its MAC; an IP address as long as no MAC is known.")
    name: str
    kind: str
    maker: str = Field(description="By the MAC; empty where that does not say.")
    randomised: bool = Field(description="It has made up its MAC, as phones do for each network.")
    group: str
    tags: list[str]
    addresses: list[str] = Field(description="It has or had; the one seen last in front.")
    first_seen: int = Field(description="Unix seconds; 0 for never.")
    last_seen: int = Field(description="Unix seconds, to within a minute; 0 for never.")
    asked: int
    blocked: int
    paused_until: int = Field(
        0, description="Unix seconds until which nothing is blocked for it; 0 for no pause."
    )

    @classmethod
    def of(cls, entry: Entry, paused_until: int = 0) -> Self:
        """From the inventory."""
        return cls.model_validate({**msgspec.to_builtins(entry), "paused_until": paused_until})


class DeviceChanged(DevicePublic, InForce):
    """A device, and since which generation it is so."""


class DevicesMovedPublic(BaseModel):
    """Where devices are now."""

    group: str
    devices: list[str] = Field(description="Their keys.")


class DevicesMoved(DevicesMovedPublic, InForce):
    """Where devices are, and since which generation."""


class DeviceForgotten(DevicePublic, InForce):
    """A device that was forgotten."""

    wiped: bool = Field(False, description="Has its log been wiped as well?")
