"""`/info`: which version this is."""

from typing import Any

from fastapi import APIRouter, Request

from api.adapters.pihole.access import may, took
from gateway.access import Scope
from gateway.version import version

router = APIRouter(prefix="/info")

API = "v6.0"  # whose API this is


@router.get("/version", dependencies=[may(Scope.READ)])
def read(request: Request) -> dict[str, Any]:
    """Ours for all their parts; nobody is asked for a newer one."""
    local = {"version": f"v{version()}", "branch": "main", "hash": version(), "date": ""}
    part = {"local": local, "remote": {"version": f"v{version()}", "hash": version()}}
    return {
        "version": {"core": part, "web": part, "ftl": part, "docker": {"local": None, "remote": None}},
        "took": took(request),
    }


@router.get("/login")
def login(request: Request) -> dict[str, Any]:
    """What a login page has to know."""
    return {"https_port": 0, "dns": True, "took": took(request)}
