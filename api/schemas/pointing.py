"""How a phone is pointed at the box."""

from typing import Literal, Self

import msgspec
from pydantic import BaseModel, Field

from gateway.pointing import Pointing


class ServerPublic(BaseModel):
    """An address to be entered as a phone's DNS server."""

    address: str = Field(examples=["192.168.1.5"])
    port: int = Field(description="As the box listens; phones ask port 53 only.", examples=[53])
    family: Literal[4, 6]


class PointingForAll(BaseModel):
    """What anybody in the house may know."""

    dns: list[ServerPublic] = Field(description="The one that most likely works first; may be empty.")
    problems: list[str] = Field(description="What stands in the way, in sentences.")

    @classmethod
    def of(cls, found: Pointing) -> Self:
        """From the gateway's value."""
        return cls.model_validate(msgspec.to_builtins(found))


class PointingPublic(PointingForAll):
    """All of it."""

    panel: list[str] = Field(
        description="Addresses of the panel that a phone can open.", examples=[["http://192.168.1.5:8080/"]]
    )
    page: str = Field(
        description="A page with the steps, for the phone itself; empty where it cannot open any."
    )
    qr: str = Field(description="QR code of `page`, as SVG; empty where there is none.")
