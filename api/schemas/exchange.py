"""Rules from and to files."""

from typing import Literal, Self

import msgspec
from pydantic import BaseModel, Field

from api.schemas.changes import InForce
from gateway.exchange.take import Taken
from gateway.exchange.values import Imported

ImportFormat = Literal["auto", "adblock", "hosts", "domains", "rpz", "json", "pihole", "adguardhome"]
ExportFormat = Literal["adblock", "hosts", "domains", "rpz", "json"]


class LineRefused(BaseModel):
    """What could not be taken."""

    line: int = Field(description="Or the row, or the place in its list; 0 where there is none.")
    text: str
    reason: str


class ImportDone(BaseModel):
    """What an import came to."""

    format: str
    rules: int = Field(description="Added.")
    rules_kept: int = Field(description="Were there already, and stay as they are.")
    groups: list[str] = Field(description="Made.")
    lists: list[int] = Field(
        description="Subscribed to just now. The keeper fetches them within a quarter of an hour; "
        "POST /v1/lists/{id}:refresh does at once."
    )
    devices: int = Field(description="Named or moved.")
    refused: list[LineRefused]
    more_refused: int = Field(description="How many more there were.")

    @classmethod
    def made(cls, imported: Imported, taken: Taken) -> Self:
        """From what was read and what was stored."""
        return cls(
            **msgspec.to_builtins(taken),
            format=imported.format,
            refused=msgspec.to_builtins(imported.refused),
            more_refused=imported.more_refused,
        )


class ImportChanged(ImportDone, InForce):
    """What an import came to, and where it is in force."""
