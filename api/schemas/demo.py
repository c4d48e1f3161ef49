"""The demo phone."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.changes import InForce, Input
from gateway.demo.stage import Progress

MAX_SECONDS = 3600  # as gateway/demo/playing.py, which this need not load


class DemoStart(Input):
    """How long it is to play."""

    seconds: int = Field(60, ge=1, le=MAX_SECONDS)


class DemoPublic(BaseModel):
    """The demo phone and how far it is."""

    running: bool = Field(description="Does it play, or does the log not yet hold all that it asked?")
    device: str = Field(description="Its key, also after it has played; empty where there is none.")
    device_name: str = Field(examples=["Redmi Note (demo)"])
    scene: str = Field(description="What happens on it just now; empty where nothing does.")
    asked: int = Field(description="Names it has asked for this time, or the last time; each time counts.")
    blocked: int = Field(description="How many of these were blocked.")
    started: int = Field(description="Unix seconds; 0 for not since the panel started.")
    until: int = Field(description="Unix seconds at which the last scene should begin.")
    error: str = Field(description="Why it ended early; empty where it did not.")

    @classmethod
    def of(cls, progress: Progress, device: str, name: str) -> Self:
        """Of the one with this key, "" for none, and this name."""
        return cls(
            running=progress.running,
            device=device,
            device_name=name,
            scene=progress.scene,
            asked=progress.asked,
            blocked=progress.blocked,
            started=progress.started,
            until=progress.until,
            error=progress.error,
        )


class DemoWiped(InForce):
    """What has gone."""

    devices: int = Field(description="Demo phones that were forgotten.")
    wiped_rows: int = Field(description="Rows of the log that were wiped.")
