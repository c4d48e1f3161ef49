"""`/querylog`: the log, newest first."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.adapters.adguardhome.access import may
from api.adapters.adguardhome.reasons import STATUSES, list_id, reason_of
from api.adapters.recent import Last, device_names
from api.auth.callers import Caller
from api.box import ApiBox
from api.deps import Box
from api.problems import Refused
from gateway.access import Scope
from gateway.journal import search, seen
from gateway.journal.filters import Filters
from gateway.journal.search import LogRow
from gateway.journal.wipe import wipe_device
from gateway.store import devices, lists

router = APIRouter()

MAX_LIMIT = 1000
DAY_MS = 86_400_000
PATIENCE = 1.0  # seconds of searching; pages of their clients have no other way to be told of more
_SECOND = 10**9  # nanoseconds; a place in the log is told by them
_READS = may(Scope.READ)
_ADMIN = may(Scope.ADMIN)


class LogConfig(BaseModel):
    """As it can be read. `interval` in milliseconds."""

    enabled: bool
    interval: float
    anonymize_client_ip: bool = False
    ignored: Annotated[list[str], Field(max_length=1000)] = []
    ignored_enabled: bool = False


@router.get("/querylog", dependencies=[_READS])
def find(
    box: Box,
    older_than: Annotated[str, Query(max_length=60)] = "",
    limit: Annotated[int, Query(ge=1)] = 500,
    search_for: Annotated[str, Query(alias="search", max_length=300)] = "",
    response_status: Annotated[str, Query(max_length=40)] = "all",
) -> dict[str, Any]:
    """A page of it."""
    actions = STATUSES.get(response_status, ())
    filters = Filters(action=tuple(actions or ()), **_searched(box, search_for))
    with box.journal() as journal:
        until, before = _place(older_than, search.last_id(journal))
        wanted = Filters(**{**_fields(filters), "until": until})
        page = search.newest(journal, wanted, limit=min(limit, MAX_LIMIT), before=before, patience=PATIENCE)
    rows = () if actions is None else page.rows
    with box.works.reading() as session:
        numbers = {one.name: one.id for one in lists.list_lists(session)}
    names = device_names(box)
    return {
        "data": [_shown(row, names, numbers) for row in rows],
        "oldest": f"{rows[-1].time[:-1]}.{rows[-1].id % _SECOND:09}Z" if rows else "",
    }


@router.get("/querylog_info", dependencies=[_READS])
def info(box: Box) -> dict[str, Any]:
    """How long it is kept, in days."""
    return {"enabled": True, "interval": box.settings.store.retention_days, "anonymize_client_ip": False}


@router.get("/querylog/config", dependencies=[_READS])
def config(box: Box) -> LogConfig:
    """How long it is kept."""
    return LogConfig(enabled=True, interval=box.settings.store.retention_days * DAY_MS)


@router.put("/querylog/config/update", dependencies=[_ADMIN])
def configure(body: LogConfig, box: Box) -> Response:
    """As it is, or not at all."""
    if body != config(box):
        raise Refused(400, "how long the log is kept is set in [store] of the settings")
    return Response("OK\n", media_type="text/plain")


@router.post("/querylog_config", dependencies=[_ADMIN])
def configure_old() -> Response:
    """As above, of older clients."""
    raise Refused(400, "how long the log is kept is set in [store] of the settings")


@router.post("/querylog_clear")
def clear(box: Box, caller: Caller = _ADMIN) -> Response:
    """Wipe the log of every device that it knows."""
    with box.works.noting(caller.author, "log wiped", "every device"):
        pass  # said before: whoever pulls the plug in between shall not go unnoticed
    with box.journal() as journal:
        for one in seen.devices(journal):
            wipe_device(journal, one.address)
    box.kept(Last).forget()
    return Response("OK\n", media_type="text/plain")


def _searched(box: ApiBox, text: str) -> dict[str, Any]:
    """A device of this name or address, else names that hold the text."""
    if not text:
        return {}
    with box.works.reading() as session:
        for one in devices.list_devices(session):
            if text.lower() in (one.name.lower(), one.address) or text in one.addresses:
                return {"devices": (one.address,)}
    if _is_address(text):
        return {"devices": (text,)}
    exact = len(text) > 1 and text.startswith('"') and text.endswith('"')
    return {"name": text.strip('"') if exact else f"*{text}*"}


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _fields(filters: Filters) -> dict[str, Any]:
    return {name: getattr(filters, name) for name in filters.__struct_fields__}


def _place(older_than: str, last: int) -> tuple[int | None, int]:
    """Until when, and before which row: `oldest` of a page holds its last row's id in its nanoseconds."""
    if not older_than:
        return None, 0
    try:
        moment = datetime.fromisoformat(older_than)
        seconds = int(moment.timestamp())
    except (ValueError, OverflowError):
        raise Refused(400, "older_than is no time as in RFC 3339") from None
    fraction = older_than.partition(".")[2].rstrip("Zz")[:9]
    if len(fraction) < 9 or not fraction.isdecimal():
        return seconds - 1, 0
    # The newest row whose id ends so: there are never as many rows as nanoseconds.
    return seconds, last - (last - int(fraction)) % _SECOND


def _shown(row: LogRow, names: dict[str, str], numbers: dict[str, int]) -> dict[str, Any]:
    rule = row.rule
    return {
        "answer": [],
        "answer_dnssec": False,
        "cached": False,
        "client": row.device,
        "client_info": {
            "whois": {},
            "name": names.get(row.device, ""),
            "disallowed": False,
            "disallowed_rule": "",
        },
        "client_proto": "",
        "elapsedMs": "0",
        "question": {"class": "IN", "name": row.name, "type": row.type},
        "reason": reason_of(row.action, rule.layer if rule else ""),
        "rules": [{"filter_list_id": list_id(rule.layer, rule.list, numbers), "text": rule.text}]
        if rule
        else [],
        "status": "SERVFAIL" if row.action == "refused" else "NOERROR",
        "time": row.time,
        "upstream": "",
    }
