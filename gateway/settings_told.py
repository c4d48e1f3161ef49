"""What each setting does, in a sentence for people; and who has set it.

Those that no role goes by yet are left out: [sinkhole], and what to do when the firewall fails.
"""

from typing import Any

import msgspec

from gateway import chosen
from gateway.dns.upstream.address import without_password
from gateway.settings import Settings

SAYS = {
    "dns.listen": "Addresses and ports on which DNS is answered.",
    "dns.workers": "Processes that answer DNS; 0: one for each processor.",
    "dns.upstreams": "Who is asked what the box does not know; none: this machine's own resolvers.",
    "dns.domains": "Domains that have upstreams of their own, such as the router for its own names.",
    "dns.allow": "Networks that are answered besides those of the house.",
    "dns.rate_limit": "Queries a second that one device may send; 0: any number.",
    "dns.edns_size": "Bytes that an answer over UDP may have.",
    "dns.blocked_ttl": "Seconds for which a device keeps a blocked answer.",
    "dns.cache_mb": "Megabytes of answers that each worker keeps.",
    "dns.serve_stale": "While no upstream answers, serve what was known up to a day ago.",
    "dns.strip_ech": "Take the keys for hiding a connection's name (ECH) out of answers.",
    "dns.check_case": "Ask in random letter case, so that answers are harder to forge; some upstreams cannot.",
    "dns.private_answers": "Public domains that may point into the house.",
    "dns.recursive_anchor": "File with the root's key, for the upstream `recursive`.",
    "dns.recursive_hints": "File with the root servers, for the upstream `recursive`.",
    "panel.listen": "Address and port of panel and API; off: neither.",
    "panel.tls": "HTTPS: off, self-signed, or with a certificate of one's own.",
    "panel.certificate": "File with the certificate, for HTTPS with one's own.",
    "panel.key": "File with the certificate's key.",
    "panel.hosts": "Names by which the panel may be asked, besides the box's own.",
    "panel.allow": "Networks that may ask it, besides those of the house.",
    "panel.adapters": "Programs whose API is offered as well.",
    "panel.private_webhooks": "May webhooks go to addresses inside of the house?",
    "firewall.mode": "Does this box pass the phones' packets on (router), or only answer DNS (off)?",
    "firewall.lan": "Interfaces behind which the phones are, for a router.",
    "firewall.wan": "Interface to the internet, for a router.",
    "store.url": "Database server; empty: files in the data folder.",
    "store.retention_days": "Days for which the log is kept.",
    "store.max_mb": "Megabytes of log at which its oldest days go.",
    "lists.refresh_hours": "Hours between two looks at a subscribed list.",
    "lists.max_mb": "Megabytes that a list may have.",
    "lists.timeout_seconds": "Seconds that fetching a list may take.",
    "lists.allow_private": "May lists be fetched from addresses inside of the house?",
}


class Told(msgspec.Struct, frozen=True):
    """One setting."""

    key: str
    value: Any
    default: Any
    source: str  # "default", or its origin
    editable: bool
    says: str


def told(settings: Settings) -> list[Told]:
    """All of them, as they are in force, without passwords."""
    return [
        Told(
            key,
            _value(settings, key),
            _value(Settings(), key),
            settings.origins.get(key, "default"),
            chosen.is_free(settings, key),
            says,
        )
        for key, says in SAYS.items()
    ]


def _value(settings: Settings, key: str) -> Any:
    section, _, name = key.partition(".")
    return harmless(msgspec.to_builtins(getattr(getattr(settings, section), name)))


def harmless(value: Any) -> Any:
    """A value of a setting without passwords."""
    if isinstance(value, str):
        return without_password(value)
    if isinstance(value, list | tuple):
        return [harmless(one) for one in value]
    if isinstance(value, dict):
        return {key: harmless(one) for key, one in value.items()}
    return value
