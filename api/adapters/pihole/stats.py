"""`/stats` and `/history`: the last day."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from api.adapters import recent
from api.adapters.pihole.access import may, took
from api.box import ApiBox
from api.deps import Box
from gateway import condition
from gateway.access import Scope
from gateway.store import lists

router = APIRouter(dependencies=[may(Scope.READ)])

PATIENCE = 1.0  # seconds for a role to answer

Count = Annotated[int, Query(ge=0, le=1000)]


class Cache(BaseModel):
    """What the workers' caches have spared, since they started."""

    hits: int
    misses: int


@router.get("/stats/summary")
def summary(request: Request, box: Box) -> dict[str, Any]:
    """24 hours in a few numbers."""
    found = recent.recent(box)
    cache, _ = _workers(box)
    with box.works.reading() as session:
        subscribed = [one for one in lists.list_lists(session) if one.enabled]
    asked, blocked = found.summary.asked, found.summary.blocked
    return {
        "queries": {
            "total": asked,
            "blocked": blocked,
            "percent_blocked": 100 * blocked / asked if asked else 0.0,
            "unique_domains": found.summary.names,
            "forwarded": cache.misses,
            "cached": cache.hits,
            "frequency": asked / (recent.HOURS * recent.HOUR),
            "types": {},
            "status": {"DENYLIST": blocked, "FORWARDED": cache.misses, "CACHE": cache.hits},
            "replies": {},
        },
        "clients": {"active": found.summary.devices, "total": found.summary.devices},
        "gravity": {
            "domains_being_blocked": sum(one.rules for one in subscribed),
            "last_update": max((one.fetched for one in subscribed), default=0),
        },
        "took": took(request),
    }


@router.get("/stats/top_domains")
def top_domains(request: Request, box: Box, blocked: bool = False, count: Count = 10) -> dict[str, Any]:
    """Names asked for most often."""
    found = recent.recent(box)
    names = found.blocked_names if blocked else found.names
    return {
        "domains": [{"domain": one.value, "count": one.count} for one in names[:count]],
        "total_queries": found.summary.asked,
        "blocked_queries": found.summary.blocked,
        "took": took(request),
    }


@router.get("/stats/top_clients")
def top_clients(request: Request, box: Box, blocked: bool = False, count: Count = 10) -> dict[str, Any]:
    """Devices that asked most often."""
    found = recent.recent(box)
    names = recent.device_names(box)
    ranked = found.blocked_devices if blocked else found.devices
    return {
        "clients": [
            {"name": names.get(one.value, ""), "ip": one.value, "count": one.count} for one in ranked[:count]
        ],
        "total_queries": found.summary.asked,
        "blocked_queries": found.summary.blocked,
        "took": took(request),
    }


@router.get("/stats/upstreams")
def upstreams(request: Request, box: Box) -> dict[str, Any]:
    """Who answered."""
    cache, found = _workers(box)
    shown = [
        {
            "ip": condition.without_password(one["url"]),
            "name": condition.without_password(one["url"]),
            "port": -1,
            "count": one["sent"],
            "statistics": {"response": one["latency_ms"] / 1000, "variance": 0.0},
        }
        for one in found
    ]
    own = {"ip": "cache", "name": "cache", "port": -1, "count": cache.hits, "statistics": _NOTHING}
    total = cache.hits + sum(one["sent"] for one in found)
    return {
        "upstreams": [*shown, own],
        "forwarded_queries": total - cache.hits,
        "total_queries": total,
        "took": took(request),
    }


@router.get("/history")
def history(request: Request, box: Box) -> dict[str, Any]:
    """Hour by hour."""
    found = recent.recent(box)
    begin = recent.begin(time.time())
    return {
        "history": [
            {
                "timestamp": begin + number * recent.HOUR,
                "total": total,
                "cached": 0,
                "blocked": blocked,
                "forwarded": total - blocked,
            }
            for number, (total, blocked) in enumerate(zip(found.hours, found.blocked, strict=True))
        ],
        "took": took(request),
    }


_NOTHING = {"response": 0.0, "variance": 0.0}


def _workers(box: ApiBox) -> tuple[Cache, list[dict[str, Any]]]:
    found = condition.ask(box.data, box.settings, timeout=PATIENCE)
    caches = [one["cache"] for one in found if "cache" in one]
    cache = Cache(
        hits=sum(one.get("hits", 0) for one in caches), misses=sum(one.get("misses", 0) for one in caches)
    )
    return cache, condition.upstreams(found)
