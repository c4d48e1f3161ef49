"""What is worth knowing, and how it is asked for."""

from typing import Self

from pydantic import BaseModel, Field

from api.moments import Moment
from api.schemas.changes import Input
from gateway.findings.choice import Chosen
from gateway.findings.finding import Kind, Rows
from gateway.model import Action


class FindingsQuery(Input):
    """Of which time, up to now."""

    since: Moment = Field(None, description="Unix seconds or ISO 8601; without it, a day before now.")


class FindingFilter(BaseModel):
    """Parameters of `/v1/log` that lead to the rows behind it; empty where there are none. What is missing is any."""

    device: str | None = None
    company: str | None = None
    purpose: str | None = None
    name: str | None = None
    action: Action | None = None
    layer: str | None = None
    since: int | None = None

    @classmethod
    def of(cls, rows: Rows) -> Self:
        """From the value."""
        return cls(
            device=rows.device or None,
            company=rows.company or None,
            purpose=rows.purpose or None,
            name=rows.name or None,
            action=rows.action,
            layer=rows.layer or None,
            since=rows.since or None,
        )


class FindingPublic(BaseModel):
    """One thing worth knowing, for the panel to put into words."""

    kind: Kind
    weight: float = Field(description="Points; see `gateway/findings/choice.py`.")
    subject: str = Field(description="The role, the list, the groups that observe, the group that is paused.")
    device: str = Field(description="Its key; empty where it is about none.")
    device_name: str = Field(description="What its owner calls it; may be empty.")
    company: str
    purpose: str
    name: str
    country: str
    count: int = Field(description="Attempts: as many as the rows behind `filter` have.")
    before: int = Field(description="The same in the span before, as long.")
    since: int
    until: int
    text_breakage: str = Field(description="What is known to break while the name is blocked.")
    filter: FindingFilter

    @classmethod
    def of(cls, chosen: Chosen, device_name: str) -> Self:
        """From the value."""
        one = chosen.finding
        return cls(
            kind=one.kind,
            weight=chosen.weight,
            subject=one.subject,
            device=one.device,
            device_name=device_name,
            company=one.company,
            purpose=one.purpose,
            name=one.name,
            country=one.country,
            count=one.count,
            before=one.before,
            since=one.since,
            until=one.until,
            text_breakage=one.breakage,
            filter=FindingFilter.of(one.rows),
        )


class Findings(BaseModel):
    """The best first."""

    items: list[FindingPublic]
