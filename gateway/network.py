"""How the box does on the network: whom it asks and how they do, the workers taken together, and its cache."""

from typing import Any

import msgspec

from gateway.condition import Said
from gateway.dns.upstream import address
from gateway.dns.upstream.address import RECURSIVE, without_password
from gateway.errors import SettingsError
from gateway.settings import Settings

_STATES = {"untested": "unknown"}
_CACHE = ("entries", "bytes", "hits", "misses", "limit")


class UpstreamSeen(msgspec.Struct, frozen=True):
    """One upstream, by what all workers say of it."""

    url: str
    domain: str  # of which it is asked; "" for all
    protocol: str
    state: str  # "up", "down", "unknown": by the worker that asked it last
    latency_ms: float | None  # None before the first answer
    queries: int
    failures: int
    wrong: int  # packets that did not match what was asked
    last_error: str
    last_ok: int  # Unix seconds; 0 for never


def upstreams(found: list[Said], settings: Settings) -> list[UpstreamSeen]:
    """In the order of the settings; while no worker runs, as the settings have them."""
    said: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in (each for role in found for each in role.get("upstreams", ())):
        said.setdefault((one["url"], one["domain"]), []).append(one)
    if not said:
        dns = settings.dns
        pairs = [("", url) for url in dns.upstreams]
        pairs += [(domain, url) for domain, urls in dns.domains.items() for url in urls]
        said = {(url, domain): [] for domain, url in pairs}
    return [_merged(url, domain, each) for (url, domain), each in said.items()]


def _merged(url: str, domain: str, said: list[dict[str, Any]]) -> UpstreamSeen:
    asked = sorted((one for one in said if one["sent"]), key=lambda one: int(one.get("last_asked", 0)))
    answered = [one["latency_ms"] for one in asked if one["latency_ms"]]
    state = asked[-1]["state"] if asked else "untested"
    return UpstreamSeen(
        url=without_password(url),
        domain=domain,
        protocol=protocol(url),
        state=_STATES.get(state, state),
        latency_ms=answered[-1] if answered else None,
        queries=sum(one["sent"] for one in said),
        failures=sum(one["failed"] for one in said),
        wrong=sum(one.get("wrong", 0) for one in said),
        last_error=next((one["last_error"] for one in reversed(asked) if one["last_error"]), ""),
        last_ok=max((one.get("last_ok", 0) for one in said), default=0),
    )


def protocol(url: str) -> str:
    """`udp`, `tcp`, `tls`, `https` or `recursive`."""
    try:
        return address.parse(url).scheme
    except SettingsError:  # of a box of another version
        return url.partition("://")[0] if url != RECURSIVE else RECURSIVE


def cache(found: list[Said]) -> dict[str, int]:
    """The workers' caches together; all nought while none runs."""
    caches = [one["cache"] for one in found if "cache" in one]
    return {key: sum(one.get(key, 0) for one in caches) for key in _CACHE}
