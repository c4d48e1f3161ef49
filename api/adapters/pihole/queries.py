"""`/queries`: the log, newest first."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.adapters.pihole.access import may, took
from api.adapters.recent import device_names
from api.deps import Box
from gateway.access import Scope
from gateway.journal import extent, search
from gateway.journal.filters import Filters
from gateway.journal.search import LogRow
from gateway.model import Action, Layer

router = APIRouter(dependencies=[may(Scope.READ)])

MAX_LENGTH = 1000
_BIG = 2**62
PATIENCE = 1.0  # seconds of searching: a page may have fewer rows then

_Word = Annotated[str, Query(max_length=300)]
_Time = Annotated[int, Query(ge=0, le=2**40)]
_Number = Annotated[int, Query(ge=0, le=_BIG)]


@router.get("/queries")
def find(
    request: Request,
    box: Box,
    length: Annotated[int, Query(ge=1)] = 100,
    cursor: _Number = 0,
    since: Annotated[int, Query(alias="from", ge=0, le=2**40)] = 0,
    until: _Time = 0,
    domain: _Word = "",
    client_ip: _Word = "",
    type_: Annotated[str, Query(alias="type", max_length=20)] = "",
) -> dict[str, Any]:
    """A page; `cursor` is the id of the newest row that may be in it."""
    filters = Filters(
        since=since or None,
        until=until or None,
        name=domain,
        type=type_,
        devices=(client_ip,) if client_ip else (),
    )
    names = device_names(box)
    with box.journal() as journal:
        page = search.newest(
            journal,
            filters,
            limit=min(length, MAX_LENGTH),
            before=cursor + 1 if cursor else 0,
            patience=PATIENCE,
        )
        total = extent.rows(journal)
    rows = page.rows
    return {
        "queries": [_shown(row, names) for row in rows],
        "cursor": rows[0].id if rows else None,
        "recordsTotal": total,
        "recordsFiltered": total,
        "draw": 0,
        "took": took(request),
    }


def _shown(row: LogRow, names: dict[str, str]) -> dict[str, Any]:
    rule = row.rule
    return {
        "id": row.id,
        "time": datetime.fromisoformat(row.time).timestamp(),
        "type": row.type,
        "domain": row.name,
        "cname": None,
        "status": _status(row),
        "client": {"ip": row.device, "name": names.get(row.device)},
        "dnssec": "UNKNOWN",
        "reply": {"type": "UNKNOWN", "time": 0.0},
        "list_id": rule.line if rule and rule.layer == Layer.RULES else None,
        "upstream": None,
        "ede": {"code": -1, "text": None},
    }


def _status(row: LogRow) -> str:
    if row.action == Action.BLOCKED:
        return "DENYLIST" if row.rule and row.rule.layer == Layer.RULES else "GRAVITY"
    return {Action.REWRITTEN: "SPECIAL_DOMAIN", Action.REFUSED: "UNKNOWN"}.get(
        Action(row.action), "FORWARDED"
    )
