"""Home in numbers, and how it is asked for."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.statistics import Span as Asked
from gateway.journal.attempts import Slice, Span
from gateway.model import Action
from gateway.overview import CompanyTally, Destination, DeviceTally, Overview, State, Tally


class OverviewQuery(Asked):
    """Of which time. Hours count as a whole."""


class TallyPublic(BaseModel):
    """Reporting attempts: at hosts that the catalogue knows for what they report, and blocks by default."""

    attempts: int
    stopped: int = Field(description="Blocked, or answered with something else.")
    got_through: int = Field(
        description="Answered: allowed by a rule, a pause or the profile, or only observed. Attempts that nobody "
        "answered (a dead upstream, say) are neither."
    )


class TelemetryPublic(TallyPublic):
    """All reporting attempts together."""

    companies: int
    purposes: list[str] = Field(
        description="Those counted, most frequent first, as `purpose` of `/v1/log` takes them."
    )

    @classmethod
    def of(cls, tally: Tally, companies: int, purposes: list[str]) -> Self:
        """From the sums."""
        return cls(**_counts(tally), companies=companies, purposes=purposes)


class CompanyTallyPublic(TallyPublic):
    """What devices tried to tell one company."""

    company: str
    countries: list[str] = Field(description="Where to, most frequent first, as far as it is known.")

    @classmethod
    def of(cls, one: CompanyTally) -> Self:
        """From the sums."""
        return cls(**_counts(one.tally), company=one.company, countries=one.countries)


class DestinationPublic(TallyPublic):
    """What devices tried to tell one company in one country."""

    country: str = Field(description="ISO 3166-1; empty where the catalogue does not know.")
    company: str

    @classmethod
    def of(cls, one: Destination) -> Self:
        """From the sums."""
        return cls(**_counts(one.tally), country=one.country, company=one.company)


class DeviceSeenPublic(TallyPublic):
    """What one device did."""

    device: str = Field(description="Its key.")
    device_name: str = Field(description="What its owner calls it; may be empty.")
    kind: str
    asked: int
    blocked: int
    state: State = Field(
        description="`paused` and `observed` are so now; else what it tried most in this time: `reports`, `around` "
        "(get its answers past the gateway), or neither: `quiet`."
    )
    company: str = Field(description="Whom it tried most to tell or to ask; empty if nobody.")
    purpose: str

    @classmethod
    def of(cls, one: DeviceTally, name: str, kind: str) -> Self:
        """From the sums, and what its owner calls it."""
        return cls(
            **_counts(one.tally),
            device=one.device,
            device_name=name,
            kind=kind,
            asked=one.asked,
            blocked=one.blocked,
            state=one.state,
            company=one.company,
            purpose=one.purpose,
        )


class SlicePublic(BaseModel):
    """One hour or day."""

    time: int = Field(description="Unix seconds of its beginning.")
    blocked: int
    allowed: int
    observed: int
    other: int = Field(description="Rewritten or refused.")

    @classmethod
    def of(cls, one: Slice) -> Self:
        """From the sums."""
        shown = {
            action.value: one.actions.get(action, 0)
            for action in (Action.BLOCKED, Action.ALLOWED, Action.OBSERVED)
        }
        return cls(time=one.time, **shown, other=sum(one.actions.values()) - sum(shown.values()))


class OverviewPublic(BaseModel):
    """What Home shows, all of one time."""

    since: int = Field(
        description="Where the first of its hours begins: rows of `/v1/log` from here on are these."
    )
    until: int = Field(description="Where the last of its hours ends, or now.")
    asked: int
    blocked: int
    observed: int = Field(description="Would have been blocked; their groups only observe.")
    percent: float = Field(description="How much of what was asked was blocked.")
    devices: int = Field(description="That asked at all.")
    names: int = Field(description="Different ones.")
    telemetry: TelemetryPublic
    companies: list[CompanyTallyPublic] = Field(description="Most attempts first.")
    destinations: list[DestinationPublic] = Field(description="Most attempts first.")
    devices_seen: list[DeviceSeenPublic] = Field(
        description="Those with the most reporting attempts first, 200 at most."
    )
    hours: list[SlicePublic] = Field(
        description="Oldest first; days (UTC) where the time is longer than 48 hours. Without what had nothing."
    )

    @classmethod
    def of(cls, sums: Overview, span: Span, devices: list[DeviceSeenPublic], since: int, until: int) -> Self:
        """From the sums."""
        return cls(
            since=since,
            until=until,
            asked=sums.asked,
            blocked=sums.blocked,
            observed=sums.observed,
            percent=sums.percent,
            devices=sums.devices,
            names=span.names,
            telemetry=TelemetryPublic.of(sums.telemetry, len(sums.companies), sums.purposes),
            companies=[CompanyTallyPublic.of(one) for one in sums.companies],
            destinations=[DestinationPublic.of(one) for one in sums.destinations],
            devices_seen=devices,
            hours=[SlicePublic.of(one) for one in span.slices],
        )


def _counts(tally: Tally) -> dict[str, int]:
    return {"attempts": tally.attempts, "stopped": tally.stopped, "got_through": tally.got_through}
