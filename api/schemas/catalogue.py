"""What is known of hosts and of whom they belong to."""

from typing import Self

from pydantic import BaseModel, Field

from gateway.policy.catalogue import Bypass, Row, Vendor
from gateway.policy.matching.known import KEEP


class CatalogueRow(BaseModel):
    """One host, or the hosts of one pattern."""

    pattern: str
    match: str = Field(description="exact, suffix (and all below it) or glob")
    company: str
    product: str
    purposes: list[str]
    country: str = Field(description="Where the data goes, as far as the evidence says so; ISO 3166-1.")
    place: str = Field(description="The same in the evidence's own words.")
    data: str = Field(description="What was seen in it.")
    format: str = Field(description="The wire format, where it is known.")
    breakage: str = Field(description="What stops working while it is blocked.")
    profile: str = Field(description="The first profile that blocks it; `keep`: none ever does.")
    confidence: str
    evidence: list[str]
    addresses: list[str]
    bypass: list[str] = Field(description="By which of these a phone gets past the gateway: doh, httpdns …")
    origin: str = Field(description="The file, or `bundle:NAME`.")
    line: int

    @classmethod
    def of(cls, row: Row) -> Self:
        """From the value."""
        return cls(
            pattern=row.pattern,
            match=row.match,
            company=row.company,
            product=row.product,
            purposes=list(row.purposes),
            country=row.country,
            place=row.place,
            data=row.data,
            format=row.format,
            breakage=row.breakage,
            profile=row.profile,
            confidence=row.confidence,
            evidence=list(row.evidence),
            addresses=list(row.addresses),
            bypass=list(row.kinds) if isinstance(row, Bypass) else [],
            origin=row.file,
            line=row.line,
        )


class CompanyPublic(BaseModel):
    """A company and what the catalogue has of it."""

    company: str
    country: str = Field(description="Its own; empty where it is not known.")
    domains: list[str] = Field(description="Whose names are its own.")
    hosts: int
    kept: int = Field(description="Hosts that no profile blocks.")
    profiles: dict[str, int] = Field(description="Profile → hosts that it is the first to block.")
    purposes: dict[str, int] = Field(description="Purpose → hosts.")

    @classmethod
    def of(cls, company: str, rows: list[Row], vendors: list[Vendor]) -> Self:
        """From its rows and what is said of it."""
        purposes: dict[str, int] = {}
        profiles: dict[str, int] = {}
        for row in rows:
            if row.profile != KEEP:
                profiles[row.profile] = profiles.get(row.profile, 0) + 1
            for purpose in row.purposes:
                purposes[purpose] = purposes.get(purpose, 0) + 1
        return cls(
            company=company,
            country=next((vendor.country for vendor in vendors if vendor.country), ""),
            domains=[domain for vendor in vendors for domain in vendor.domains],
            hosts=len(rows),
            kept=sum(row.profile == KEEP for row in rows),
            profiles=profiles,
            purposes=dict(sorted(purposes.items(), key=lambda item: -item[1])),
        )
