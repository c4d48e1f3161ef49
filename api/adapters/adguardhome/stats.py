"""`/stats`: the last day."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.adapters import recent
from api.adapters.adguardhome.access import may
from api.deps import Box
from api.problems import Refused
from gateway import condition
from gateway.access import Scope
from gateway.journal.statistics import Sum

router = APIRouter()

DAY_MS = 86_400_000
PATIENCE = 1.0  # seconds for a role to answer
_READS = may(Scope.READ)
_ADMIN = may(Scope.ADMIN)


class StatsConfig(BaseModel):
    """As it can be read."""

    enabled: bool
    interval: float  # milliseconds
    ignored: Annotated[list[str], Field(max_length=1000)] = []
    ignored_enabled: bool = False


@router.get("/stats", dependencies=[_READS])
def stats(box: Box) -> dict[str, Any]:
    """24 hours, and what came most often in them."""
    found = recent.recent(box)
    names = recent.device_names(box)
    upstreams = condition.upstreams(condition.ask(box.data, box.settings, timeout=PATIENCE))
    urls = {one["url"]: condition.without_password(one["url"]) for one in upstreams}
    latencies = [one["latency_ms"] / 1000 for one in upstreams if one["latency_ms"]]
    nothing = [0] * recent.HOURS
    return {
        "time_units": "hours",
        "num_dns_queries": found.summary.asked,
        "num_blocked_filtering": found.summary.blocked,
        "num_replaced_safebrowsing": 0,
        "num_replaced_safesearch": 0,
        "num_replaced_parental": 0,
        "avg_processing_time": sum(latencies) / len(latencies) if latencies else 0.0,
        "top_queried_domains": _ranked(found.names),
        "top_blocked_domains": _ranked(found.blocked_names),
        "top_clients": [{names.get(one.value, one.value): one.count} for one in found.devices],
        "top_upstreams_responses": [
            {urls[one["url"]]: one["sent"] - one["failed"]} for one in upstreams if one["sent"]
        ],
        "top_upstreams_avg_time": [
            {urls[one["url"]]: one["latency_ms"] / 1000} for one in upstreams if one["latency_ms"]
        ],
        "dns_queries": list(found.hours),
        "blocked_filtering": list(found.blocked),
        "replaced_safebrowsing": nothing,
        "replaced_parental": nothing,
    }


@router.get("/stats_info", dependencies=[_READS])
def interval() -> dict[str, Any]:
    """Days that the statistics cover."""
    return {"interval": 1}


@router.get("/stats/config", dependencies=[_READS])
def config() -> StatsConfig:
    """A day, of everything."""
    return StatsConfig(enabled=True, interval=DAY_MS)


@router.put("/stats/config/update", dependencies=[_ADMIN])
def configure(body: StatsConfig) -> Response:
    """As it is, or not at all."""
    if body != config():
        raise Refused(
            400, "the statistics are sums of the log: their length is set in [store] of the settings"
        )
    return Response("OK\n", media_type="text/plain")


@router.post("/stats_config", dependencies=[_ADMIN])
def configure_old() -> Response:
    """As above, of older clients."""
    raise Refused(400, "the statistics are sums of the log: their length is set in [store] of the settings")


@router.post("/stats_reset", dependencies=[_ADMIN])
def reset() -> Response:
    """Not without the log: they are its sums."""
    raise Refused(400, "the statistics are sums of the log: /control/querylog_clear takes both away")


def _ranked(sums: tuple[Sum, ...]) -> list[dict[str, int]]:
    return [{one.value: one.count} for one in sums]
