"""`/v1/audit`: who changed what, and from where."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import paging
from api.deps import Box, scoped
from api.moments import Moment
from api.paging import Cursor, Limit, Page
from api.problems import responses
from api.schemas.audit import AuditEntry
from gateway.access import Scope
from gateway.store import audit

router = APIRouter(prefix="/v1/audit", tags=["audit"])

_READS = scoped(Scope.ADMIN)


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def search(
    box: Box,
    who: Annotated[str, Query(max_length=200, description="Exactly this one, in whatever case.")] = "",
    action: Annotated[str, Query(max_length=200, description="Somewhere in what was done, or to what.")] = "",
    since: Annotated[Moment, Query()] = None,
    until: Annotated[Moment, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[AuditEntry]:
    """Every change, the newest first."""
    with box.works.reading() as session:
        found = audit.list_entries(
            session,
            before=paging.decode(cursor, int) or 0,
            limit=limit + 1,
            who=who,
            action=action,
            since=since,
            until=until,
        )
    items = [AuditEntry.of(entry) for entry in found[:limit]]
    return Page(items=items, next=paging.encode(items[-1].id) if len(found) > limit else "")
