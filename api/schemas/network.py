"""The box on the network: upstreams, cache, settings."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.changes import AppliedPublic, Input

MAX_UPSTREAMS = 16
MAX_DOMAINS = 20
MAX_OF_DOMAIN = 4
MAX_PRIVATE = 200  # domains; all of it together goes over a control socket in one line

Url = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Domain = Annotated[str, StringConstraints(min_length=1, max_length=255)]
_URLS = "`udp://192.0.2.1`, `tcp://`, `tls://192.0.2.1#name`, `https://name/dns-query` or `recursive`."


class UpstreamSeenPublic(BaseModel):
    """Who is asked what the box does not know, by what all workers say together."""

    url: str
    domain: str = Field(description="Of which it is asked; empty for all.")
    protocol: str = Field(description="udp, tcp, tls, https or recursive")
    state: str = Field(description="up, down or unknown: by the worker that asked it last.")
    latency_ms: float | None = Field(description="Of the last answers; null before the first.")
    queries: int
    failures: int
    wrong: int = Field(description="Packets that did not match what was asked.")
    last_error: str
    last_ok: int = Field(description="When it last answered, Unix seconds; 0 for never.")


class CachePublic(BaseModel):
    """The workers' caches together, since they started."""

    entries: int
    bytes: int
    limit: int = Field(description="Bytes at which the oldest answers go.")
    hits: int
    misses: int


class SettingPublic(BaseModel):
    """One setting and who has set it."""

    key: str = Field(examples=["dns.blocked_ttl"])
    value: Any
    default: Any
    source: str = Field(description="default, file, environment, flag or panel: the later of these win.")
    editable: bool = Field(description="By PATCH; what file, environment or flag say is to be changed there.")
    says: str = Field(description="What it does.")


class NetworkPublic(BaseModel):
    """The box on the network."""

    listen: list[str]
    upstreams: list[UpstreamSeenPublic]
    from_system: bool = Field(
        description="Nobody has named an upstream: these are this machine's own resolvers."
    )
    cache: CachePublic
    settings: list[SettingPublic]


class NetworkUpdate(Input):
    """What is to be set; null goes back to the default. What is left out stays."""

    upstreams: list[Url] | None = Field(None, max_length=MAX_UPSTREAMS, description=_URLS)
    domains: dict[Domain, Annotated[list[Url], Field(max_length=MAX_OF_DOMAIN)]] | None = Field(
        None, max_length=MAX_DOMAINS, description="Domain → upstreams of its own."
    )
    blocked_ttl: int | None = Field(None, ge=0, le=86_400, description="Seconds.")
    serve_stale: bool | None = None
    strip_ech: bool | None = None
    check_case: bool | None = None
    private_answers: list[Domain] | None = Field(None, max_length=MAX_PRIVATE)
    force: bool = Field(False, description="Set upstreams that do not answer, too.")


class NetworkSettings(BaseModel):
    """What the panel may set, as it is in force."""

    serial: int = Field(description="Counts the changes.")
    upstreams: list[str]
    domains: dict[str, list[str]]
    blocked_ttl: int
    serve_stale: bool
    strip_ech: bool
    check_case: bool
    private_answers: list[str]


class NetworkChanged(NetworkSettings):
    """What is in force now, and in how many workers; null where it was only tried."""

    applied: AppliedPublic | None
    tested: list["UpstreamTested"] = Field(
        description="New upstreams, and how they answered one real question."
    )
    warnings: list[str] = []


class UpstreamToTest(Input):
    """One to be asked."""

    upstream: Url = Field(description=_URLS)


class UpstreamTested(BaseModel):
    """How it answered one real question."""

    url: str
    ok: bool
    ms: float | None
    error: str
