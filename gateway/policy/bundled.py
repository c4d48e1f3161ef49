"""What signed bundles add to the catalogue: the same tables as the files', as JSON, beside those that ship.

Checked when a bundle is applied (`check`), merely read when a generation is made of it (`merged`).
"""

from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

import msgspec

from gateway.errors import OwnFault
from gateway.names import NameFault, from_text
from gateway.policy import catalogue
from gateway.policy.catalogue import Bypass, Catalogue, CatalogueFault, Row, Vendor
from gateway.policy.matching.known import KEEP
from gateway.policy.state import BundleState

ORIGIN = "bundle:"  # how the origin of whatever a bundle has brought begins; its name follows
MAX_ROWS = 20_000  # every worker holds them in memory
MAX_DOMAINS = 100  # of vendors: each row is held against each of them
MAX_GLOBS = 200  # all those that end alike are asked about every name that does

_Table = dict[str, Any]
_T = TypeVar("_T", bound=msgspec.Struct)


class Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Vendors, hosts and bypass as in blocklists/catalogue, `company` written out in each row."""

    vendors: Annotated[tuple[_Table, ...], msgspec.Meta(max_length=MAX_DOMAINS)] = ()
    hosts: Annotated[tuple[_Table, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()
    bypass: Annotated[tuple[_Table, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()

    def __bool__(self) -> bool:
        return bool(self.vendors or self.hosts or self.bypass)


def origin_of(name: str) -> str:
    """Where whatever this bundle brings says that it comes from."""
    return ORIGIN + name


def read(name: str, tables: Tables) -> Catalogue:
    """The tables of the bundle `name` as values; a row's line is its number. Raises CatalogueFault."""
    file = origin_of(name)
    vendors = [_convert(file, at, table, Vendor) for at, table in enumerate(tables.vendors, 1)]
    hosts = [_convert(file, at, table, Row, line=at) for at, table in enumerate(tables.hosts, 1)]
    bypass = [
        _convert(file, at, table, Bypass, line=at)
        for at, table in enumerate(tables.bypass, len(tables.hosts) + 1)
    ]
    return Catalogue(tuple(vendors), tuple(hosts), tuple(bypass))


def check(found: Catalogue, shipped: Catalogue) -> None:
    """Would all this be fit for the catalogue that ships? Raises CatalogueFault."""
    rows = list(found.every)
    domains = [domain for vendor in found.vendors for domain in vendor.domains]
    globs = sum(row.match == "glob" for row in rows)
    for count, limit, what in (
        (len(rows), MAX_ROWS, "rows"),
        (len(domains), MAX_DOMAINS, "domains of vendors"),
        (globs, MAX_GLOBS, "rows with a `*`"),
    ):
        if count > limit:
            raise CatalogueFault(f"{count} {what} in the catalogue, at most {limit}")
    owners = {domain: vendor.company for vendor in shipped.vendors for domain in vendor.domains}
    for vendor in found.vendors:
        for domain in vendor.domains:
            _check_domain(vendor, domain, owners.get(domain, vendor.company))
        if strays := sorted(set(vendor.telemetry_domains) - set(vendor.domains)):
            raise CatalogueFault(f"{vendor.file}: {strays[0]} is not among the vendor's domains")
        # Else a bundle could have a domain blocked whole that the catalogue knows to be needed in part.
        needed = {domain for known in shipped.vendors for domain in known.domains} - {
            domain for known in shipped.vendors for domain in known.telemetry_domains
        }
        if taken := sorted(needed & set(vendor.telemetry_domains)):
            raise CatalogueFault(f"{vendor.file}: {taken[0]} serves more than telemetry")
    vendors = [*shipped.vendors, *found.vendors]
    for row in rows:
        catalogue.check_pattern(row, vendors)
    patterns = {row.pattern for row in rows if row.profile == KEEP}
    keeping = [row for row in shipped.every if row.profile == KEEP and row.pattern not in patterns]
    catalogue.check_together([*keeping, *rows])


def merged(shipped: Catalogue, bundles: Iterable[BundleState]) -> Catalogue:
    """The catalogue with the bundles' rows. Raises OwnFault for one that this Hushgate cannot read.

    A bundle's row takes the place of the one with the same pattern; but what the catalogue keeps, no bundle has
    blocked. Among bundles the first by name has the word.
    """
    keeping = {row.pattern: row.match == "suffix" for row in shipped.every if row.profile == KEEP}
    vendors = list(shipped.vendors)
    rows = {row.pattern: row for row in shipped.every}
    taken: set[str] = set()
    for bundle in sorted(bundles, key=lambda bundle: bundle.name):
        try:
            found = read(bundle.name, msgspec.json.decode(bundle.catalogue, type=Tables))
        except (CatalogueFault, msgspec.DecodeError, ValueError, RecursionError) as error:
            raise OwnFault(
                f"the catalogue of bundle {bundle.name} cannot be read: {error}",
                hint=f"hushgate bundle remove {bundle.name}, and apply a newer one",
            ) from error
        # Owners that the catalogue knows stay: the last one said has the word.
        vendors[:0] = found.vendors
        for row in found.every:
            kept = row.pattern in keeping or any(keeping.get(parent) for parent in catalogue.parents(row))
            if row.pattern not in taken and (row.profile == KEEP or not kept):
                rows[row.pattern] = row
                taken.add(row.pattern)
    if not taken:
        return Catalogue(tuple(vendors), shipped.rows, shipped.bypass)
    bypass = tuple(row for row in rows.values() if isinstance(row, Bypass))
    return Catalogue(
        tuple(vendors), tuple(row for row in rows.values() if not isinstance(row, Bypass)), bypass
    )


def _convert(file: str, at: int, table: _Table, kind: type[_T], **made: int) -> _T:
    return catalogue.convert(table, kind, at, {"file": file, **made})


def _check_domain(vendor: Vendor, domain: str, owner: str) -> None:
    try:
        from_text(domain)
    except NameFault as error:
        raise CatalogueFault(f"{vendor.file}: {domain}: not a name: {error}") from error
    if owner != vendor.company:
        raise CatalogueFault(f"{vendor.file}: {domain} is {owner}'s, not {vendor.company}'s")
