"""`/v1/catalogue` and `/v1/companies`: what is known of hosts, bundles' rows included."""

from collections import defaultdict
from typing import Annotated

from fastapi import APIRouter, Query

from api.box import ApiBox
from api.deps import Box, scoped
from api.paging import Cursor, Limit, Page, decode, encode
from api.problems import responses
from api.schemas.catalogue import CatalogueRow, CompanyPublic
from gateway.access import Scope
from gateway.policy import bundled
from gateway.policy.catalogue import Catalogue, Row, Vendor
from gateway.store import bundles

router = APIRouter(prefix="/v1", tags=["catalogue"])

_READS = scoped(Scope.READ, Scope.RULES)

_Word = Annotated[str, Query(max_length=200, description="Compared without regard to case.")]
_Sought = Annotated[
    str, Query(max_length=200, description="Is in the pattern, company, product, data or breakage.")
]


@router.get("/catalogue", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def rows(
    box: Box,
    q: _Sought = "",
    company: _Word = "",
    purpose: _Word = "",
    country: _Word = "",
    profile: _Word = "",
    origin: _Word = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Page[CatalogueRow]:
    """Hosts with owner, purpose, place, evidence and what breaks without them."""
    start = max(0, decode(cursor, int) or 0)
    found = [
        row
        for row in _catalogue(box).every
        if _is(row.company, company)
        and _is(row.country, country)
        and _is(row.profile, profile)
        and _is(row.file, origin)
        and (not purpose or purpose.lower() in row.purposes)
        and (not q or _mentions(row, q.lower()))
    ]
    items = [CatalogueRow.of(row) for row in found[start : start + limit]]
    return Page(items=items, next=encode(start + limit) if start + limit < len(found) else "")


@router.get("/companies", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def companies(box: Box) -> Page[CompanyPublic]:
    """Whose hosts they are, those with most hosts first."""
    known = _catalogue(box)
    theirs: defaultdict[str, list[Row]] = defaultdict(list)
    vendors: defaultdict[str, list[Vendor]] = defaultdict(list)
    for row in known.every:
        theirs[row.company].append(row)
    for vendor in known.vendors:
        vendors[vendor.company].append(vendor)
    found = [CompanyPublic.of(name, theirs[name], vendors[name]) for name in {**theirs, **vendors}]
    found.sort(key=lambda company: (-company.hosts, company.company))
    return Page(items=found, next="")


def _catalogue(box: ApiBox) -> Catalogue:
    with box.works.reading() as session:
        added = bundles.states(session)
    return bundled.merged(box.works.catalogue, added)


def _is(value: str, wanted: str) -> bool:
    return not wanted or value.lower() == wanted.lower()


def _mentions(row: Row, text: str) -> bool:
    return any(
        text in value.lower() for value in (row.pattern, row.company, row.product, row.data, row.breakage)
    )
