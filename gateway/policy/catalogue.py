"""Reads the catalogue: whose a host is, what for, on what evidence, and what breaks without it.

`blocklists/catalogue` holds one TOML file a vendor; blocklists/README.md says what each field means.
A catalogue that is wrong anywhere is refused as a whole, with file and line: a block that nobody can
justify must not ship.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources.abc import Traversable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

import blocklists
from gateway.errors import OwnFault
from gateway.model import Facts, Profile
from gateway.names import Name, NameFault, from_text, is_below, labels
from gateway.policy.rule import Match, Rule

Purpose = Literal[
    "account", "advertising", "analytics", "app-update", "browser-history", "cdn", "config", "content",
    "crash", "dns-bypass", "feedback", "find-device", "game", "identifier", "iot", "location",
    "ota-update", "payment", "push", "security", "shopping", "storage", "unknown",
]  # fmt: skip
Level = Literal["essential", "balanced", "strict", "keep"]
Confidence = Literal["high", "medium", "low"]
Kind = Literal["doh", "dot", "doq", "httpdns", "resolver"]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Domain = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Country = Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2})?$")]  # ISO 3166-1 alpha-2, or "" for unknown

_PROFILES = list(Profile)
_T = TypeVar("_T", bound=msgspec.Struct)


class CatalogueFault(OwnFault):
    """The catalogue says something that it must not; the message starts with file and line."""


class Vendor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A company and the domains that are its own, to tell whose a name is. Never blocked as a whole ..."""

    company: Text
    country: Country
    domains: tuple[Domain, ...]
    telemetry_domains: tuple[Domain, ...] = ()  # ... but for these: they serve analytics or advertising alone
    file: str = ""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One host, or the hosts of one pattern, with what is known of it."""

    pattern: Text  # text of a name, without final dot; in a glob `*` is a run of characters within one label
    match: Literal["exact", "suffix", "glob"] = "exact"
    company: Text
    product: str = ""
    purposes: Annotated[tuple[Purpose, ...], msgspec.Meta(min_length=1)]
    country: Country = ""  # where the data goes, as far as the evidence says so
    place: str = ""  # the same in the evidence's own words: "EU", "Singapore and Russia (2020)"
    data: str = ""  # what was seen in it
    format: str = ""  # ids of wire formats, " | " between them; "" where unknown
    breakage: Text  # what stops working while it is blocked
    profile: Level  # the first that blocks it; keep: none ever does
    confidence: Confidence  # high: code or capture; medium: reports or three lists; low: less
    addresses: tuple[str, ...] = ()  # seen or hard-coded, IPv4 or IPv6
    evidence: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    file: str = ""
    line: int = 0  # of its header, from 1

    def blocked_by(self, profile: Profile) -> bool:
        """Does a group with this profile block it? Each profile contains the one before."""
        return self.profile != "keep" and _PROFILES.index(Profile(self.profile)) <= _PROFILES.index(profile)

    @property
    def rule(self) -> Rule:
        """The row as the compiler takes it; a keep row allows."""
        allow = self.profile == "keep"
        if self.match == "glob":
            parts = (re.escape(part) for part in self.pattern.split("*"))
            return Rule(self.pattern, self.line, Match.REGEX, regex=f"^{'[^.]*'.join(parts)}$", allow=allow)
        match = Match.EXACT if self.match == "exact" else Match.SUFFIX
        return Rule(self.pattern, self.line, match, name=from_text(self.pattern), allow=allow)

    @property
    def facts(self) -> Facts:
        return Facts(
            company=self.company,
            purpose=", ".join(self.purposes),
            country=self.country,
            product=self.product,
            data=self.data,
            format=self.format,
            breakage=self.breakage,
            confidence=self.confidence,
            evidence="; ".join(self.evidence),
            pattern=self.pattern,
        )


class Bypass(Row, frozen=True, kw_only=True):
    """A host by which a phone gets its answers past the gateway."""

    kinds: Annotated[tuple[Kind, ...], msgspec.Meta(min_length=1)]


class Catalogue(msgspec.Struct, frozen=True):
    """All that the files say, in the order of files and lines."""

    vendors: tuple[Vendor, ...]
    rows: tuple[Row, ...]  # hosts, without the bypass
    bypass: tuple[Bypass, ...]

    @property
    def every(self) -> Iterator[Row]:
        """Hosts and bypass: all that a profile may block or keep."""
        yield from self.rows
        yield from self.bypass


def load(directory: Path | None = None) -> Catalogue:
    """The catalogue in `directory`, or the one that ships with Hushgate. Raises CatalogueFault."""
    folder: Traversable = directory or blocklists.catalogue()
    vendors: list[Vendor] = []
    rows: list[Row] = []
    try:
        files = sorted(
            (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda f: f.name
        )
        pages = [(file.name, file.read_text(encoding="utf-8")) for file in files]
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueFault(f"{folder}: {error}") from error
    for name, text in pages:
        vendor, found = _read(name, text)
        vendors += [vendor] if vendor else []
        rows += found
    if not rows:
        raise CatalogueFault(f"{folder}: no catalogue here")
    for row in rows:
        check_pattern(row, vendors)
    check_together(rows)
    bypass = tuple(row for row in rows if isinstance(row, Bypass))
    return Catalogue(tuple(vendors), tuple(row for row in rows if not isinstance(row, Bypass)), bypass)


def _read(file: str, text: str) -> tuple[Vendor | None, list[Row]]:
    """The vendor of one file, if it names one, and its rows."""
    try:
        page = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueFault(f"{file}: {error}") from error
    if strange := sorted(set(page) - {"vendor", "host", "bypass"}):
        raise CatalogueFault(f"{file}: unknown table {strange[0]!r}")
    headers = list(_headers(text))
    counted = Counter(kind for kind, _line in headers)
    tables = {"vendor": [page["vendor"]] if "vendor" in page else []}
    tables |= {kind: page.get(kind, []) for kind in ("host", "bypass")}
    for kind, found in tables.items():
        if not isinstance(found, list) or counted[kind] != len(found):
            raise CatalogueFault(f"{file}: each {kind} needs a header of its own, on a line of its own")
    waiting = {kind: iter(found) for kind, found in tables.items()}
    vendor: Vendor | None = None
    rows: list[Row] = []
    for kind, line in headers:
        table = next(waiting[kind])
        if kind == "vendor":
            vendor = convert(table, Vendor, line, {"file": file})
            if strays := sorted(set(vendor.telemetry_domains) - set(vendor.domains)):
                raise CatalogueFault(f"{file}:{line}: {strays[0]} is not among the vendor's domains")
            continue
        if vendor and isinstance(table, dict):
            table = {"company": vendor.company, **table}
        made = {"file": file, "line": line}
        rows.append(convert(table, Bypass if kind == "bypass" else Row, line, made))
    return vendor, rows


_HEADER = re.compile(r"\s*\[+\s*(vendor|host|bypass)\s*\]+\s*(#.*)?")


def _headers(text: str) -> Iterator[tuple[str, int]]:
    """Kind and line of each table: tomllib does not tell lines."""
    for line, content in enumerate(text.splitlines(), 1):
        if found := _HEADER.fullmatch(content):
            yield found[1], line


def convert(table: Any, kind: type[_T], line: int, made: dict[str, Any]) -> _T:
    """`table` and what we add to it (`made`) as a value. Raises CatalogueFault."""
    if not isinstance(table, dict):
        raise CatalogueFault(f"{made['file']}:{line}: not a table of its own")
    where = f"{made['file']}:{line}: {table.get('pattern') or table.get('company', '')}".rstrip(": ")
    if taken := sorted(set(table) & set(made)):
        raise CatalogueFault(f"{where}: Object contains unknown field `{taken[0]}`")
    try:
        return msgspec.convert(table | made, kind)
    except msgspec.ValidationError as error:
        raise CatalogueFault(f"{where}: {error}") from error


def _fault(row: Row, reason: str) -> CatalogueFault:
    return CatalogueFault(f"{row.file}:{row.line}: {row.pattern}: {reason}")


def _sample(row: Row) -> Name:
    """A name that the row's pattern covers; the pattern itself, but for a glob."""
    return from_text(row.pattern.replace("*", "x") if row.match == "glob" else row.pattern)


_domain = lru_cache(1024)(from_text)  # the same few for each row


def check_pattern(row: Row, vendors: list[Vendor]) -> None:
    """Is the pattern a name, and does it spare whole domains? Raises CatalogueFault."""
    try:
        name = _sample(row)
        for address in row.addresses:
            ip_address(address)
    except NameFault as error:
        raise _fault(row, f"not a name: {error}") from error
    except ValueError as error:
        raise _fault(row, str(error)) from error
    if row.pattern != row.pattern.lower().rstrip("."):
        raise _fault(row, "write it in lower case and without the final dot")
    if ("*" in row.pattern) != (row.match == "glob"):
        raise _fault(row, 'a `*` belongs into match = "glob", and nowhere else')
    if row.match == "glob" and (
        "*" in row.pattern.split(".") or "*" in ".".join(row.pattern.split(".")[-2:])
    ):
        raise _fault(row, "a glob needs text beside its `*`, and a domain without any")
    telemetry = {domain for vendor in vendors for domain in vendor.telemetry_domains}
    for domain in (domain for vendor in vendors for domain in vendor.domains):
        if row.match == "suffix" and domain not in telemetry and is_below(_domain(domain), name):
            raise _fault(row, f"covers all of {domain}, which the phone needs in part")
        if row.pattern == domain and domain not in telemetry and row.profile != "keep":
            raise _fault(row, "blocks a vendor's own domain")
    if row.match == "suffix" and len(labels(name)) < 3 and row.pattern not in telemetry:
        raise _fault(row, "covers a whole domain that no vendor's telemetry_domains name")


def check_together(rows: list[Row]) -> None:
    """No row twice, none that a wider row overrules. Raises CatalogueFault."""
    known: dict[str, Row] = {}
    for row in rows:
        if row.pattern in known:
            first = known[row.pattern]
            raise _fault(row, f"is in {first.file}:{first.line} already")
        known[row.pattern] = row
    order = [*_PROFILES, "keep"]
    for row in rows:
        for wide in (known[parent] for parent in parents(row) if parent in known):
            if wide.match != "suffix" or row.profile == "keep":
                continue  # a keep row beats any block, however wide (DESIGN.md, "Who wins")
            if wide.profile == "keep":
                raise _fault(row, f"can never be blocked: {wide.file}:{wide.line} keeps {wide.pattern}")
            if order.index(wide.profile) < order.index(row.profile):
                raise _fault(
                    row, f"is blocked from {wide.profile} on: {wide.file}:{wide.line}, {wide.pattern}"
                )


def parents(row: Row) -> Iterator[str]:
    """The patterns of which it would be a part, if they covered all below them."""
    parts = row.pattern.split(".")
    for at in range(1, len(parts)):
        yield ".".join(parts[at:])
