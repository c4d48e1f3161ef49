"""`/status`, `/protection`, `/dns_config`, `/dns_info`, updates: how the box is, and the pause for everybody."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.adapters import protection
from api.adapters.adguardhome.access import may
from api.auth.callers import Caller
from api.deps import Box
from api.problems import Refused
from gateway import condition
from gateway.access import Scope
from gateway.settings import endpoint

router = APIRouter()

VERSION = "v0.107.79"  # whose API this is
_READS = may(Scope.READ)
_PAUSES = may(Scope.DEVICES)


class Protection(BaseModel):
    """`duration` in milliseconds; without one it stays as it is set."""

    enabled: bool
    duration: Annotated[int, Field(ge=0, le=protection.FOR_GOOD * 1000)] | None = None


class DnsConfig(BaseModel):
    """The one thing of it that can be set here."""

    model_config = ConfigDict(extra="forbid")

    protection_enabled: bool


class VersionAsked(BaseModel):
    """Look for a new version."""

    recheck_now: bool = False


@router.get("/status", dependencies=[_READS])
def status(box: Box) -> dict[str, Any]:
    """How the box is."""
    left = protection.left(box)
    listen = [endpoint(text, "dns.listen") for text in box.settings.dns.listen]
    return {
        "version": VERSION,
        "language": "en",
        "dns_addresses": [address for address, _ in listen],
        "dns_port": listen[0][1] if listen else 53,
        "http_port": endpoint(box.settings.panel.listen, "panel.listen")[1],
        "protection_enabled": left == 0.0,
        "protection_disabled_duration": int((left or 0.0) * 1000),
        "dhcp_available": False,
        "running": True,
        "start_time": int(box.started * 1000),
    }


@router.post("/protection")
def protect(body: Protection, box: Box, caller: Caller = _PAUSES) -> Response:
    """Switch blocking on or off."""
    if body.enabled:
        protection.switch_on(box, caller)
    else:
        protection.switch_off(box, caller, max(body.duration / 1000, 1) if body.duration else None)
    return Response("OK\n", media_type="text/plain")


@router.post("/dns_config")
def configure(body: DnsConfig, box: Box, caller: Caller = _PAUSES) -> Response:
    """Switch blocking on or off, as older clients do."""
    return protect(Protection(enabled=body.protection_enabled), box, caller)


@router.get("/dns_info", dependencies=[_READS])
def dns(box: Box) -> dict[str, Any]:
    """How questions are passed on."""
    settings = box.settings.dns
    return {
        "upstream_dns": [condition.without_password(url) for url in settings.upstreams],
        "upstream_dns_file": "",
        "bootstrap_dns": [],
        "fallback_dns": [],
        "protection_enabled": protection.left(box) == 0.0,
        "ratelimit": settings.rate_limit,
        "blocking_mode": "null_ip",
        "blocking_ipv4": "",
        "blocking_ipv6": "",
        "blocked_response_ttl": settings.blocked_ttl,
        "edns_cs_enabled": False,
        "disable_ipv6": False,
        "dnssec_enabled": False,
        "cache_size": settings.cache_mb << 20,
        "cache_ttl_min": 0,
        "cache_ttl_max": 0,
        "cache_optimistic": settings.serve_stale,
        "upstream_mode": "parallel",
        "use_private_ptr_resolvers": False,
        "resolve_clients": False,
        "local_ptr_upstreams": [],
    }


@router.post("/version.json", dependencies=[_READS])
def newest(body: VersionAsked | None = None) -> dict[str, Any]:  # noqa: ARG001  # nothing is looked for
    """Nobody is asked for a newer version."""
    return {"disabled": True}


@router.post("/update", dependencies=[may(Scope.ADMIN)])
def update() -> Response:
    """Never: Hushgate is updated as it was installed."""
    raise Refused(400, "Hushgate is updated as it was installed, not from here")
