"""What Hushgate has nothing like: it reads as switched off, and is not to be switched on."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from api.adapters.adguardhome.access import may
from api.problems import Refused
from gateway.access import Scope

router = APIRouter()

_READS = may(Scope.READ)
_WRITES = may(Scope.RULES)


class SafeSearch(BaseModel):
    """Whichever service."""

    model_config = ConfigDict(extra="ignore")

    enabled: bool = False


@router.get("/safebrowsing/status", dependencies=[_READS])
def safe_browsing() -> dict[str, Any]:
    """Off: nobody is asked about the names that a household visits."""
    return {"enabled": False}


@router.get("/parental/status", dependencies=[_READS])
def parental() -> dict[str, Any]:
    """Off."""
    return {"enabled": False, "sensitivity": 0}


@router.get("/safesearch/status", dependencies=[_READS])
def safe_search() -> dict[str, Any]:
    """Off for all services."""
    services = ("bing", "duckduckgo", "ecosia", "google", "pixabay", "yandex", "youtube")
    return {"enabled": False, **dict.fromkeys(services, False)}


@router.post("/safebrowsing/enable", dependencies=[_WRITES])
@router.post("/parental/enable", dependencies=[_WRITES])
@router.post("/safesearch/enable", dependencies=[_WRITES])
def enable() -> Response:
    """Never."""
    raise _nothing_like_it()


@router.post("/safebrowsing/disable", dependencies=[_WRITES])
@router.post("/parental/disable", dependencies=[_WRITES])
@router.post("/safesearch/disable", dependencies=[_WRITES])
def disable() -> Response:
    """It is."""
    return Response("OK\n", media_type="text/plain")


@router.put("/safesearch/settings", dependencies=[_WRITES])
def safe_search_settings(body: SafeSearch) -> Response:
    """Off, or not at all."""
    if body.enabled:
        raise _nothing_like_it()
    return Response("OK\n", media_type="text/plain")


@router.get("/rewrite/list", dependencies=[_READS])
def rewrites() -> list[Any]:
    """None apart from the rules."""
    return []


@router.get("/blocked_services/all", dependencies=[_READS])
def services() -> dict[str, Any]:
    """None apart from the catalogue."""
    return {"blocked_services": [], "groups": []}


@router.get("/blocked_services/get", dependencies=[_READS])
def blocked_services() -> dict[str, Any]:
    """None."""
    return {"ids": [], "schedule": {"time_zone": "UTC"}}


@router.get("/access/list", dependencies=[_READS])
def access_lists() -> dict[str, Any]:
    """None: who may ask is set in [dns] of the settings."""
    return {"allowed_clients": [], "disallowed_clients": [], "blocked_hosts": []}


@router.get("/clients", dependencies=[_READS])
def clients() -> dict[str, Any]:
    """None with settings of their own: see /v1/devices."""
    return {"clients": [], "auto_clients": [], "supported_tags": []}


@router.get("/dhcp/status", dependencies=[_READS])
def dhcp() -> dict[str, Any]:
    """Off."""
    return {
        "enabled": False,
        "interface_name": "",
        "v4": {"gateway_ip": "", "subnet_mask": "", "range_start": "", "range_end": "", "lease_duration": 0},
        "v6": {"range_start": "", "lease_duration": 0},
        "leases": [],
        "static_leases": [],
    }


@router.get("/profile", dependencies=[_READS])
def profile() -> dict[str, Any]:
    """Whoever has the token."""
    return {"name": "hushgate", "language": "en", "theme": "auto"}


def _nothing_like_it() -> Refused:
    return Refused(400, "Hushgate has nothing like it: subscribe to a list that blocks what you have in mind")
