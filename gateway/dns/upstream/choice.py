"""Which upstreams are asked, in which order. Never touches the network or the clock."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.dns.upstream.exchange import Upstream
from gateway.dns.upstream.health import Health
from gateway.names import Name, suffixes


class Member(NamedTuple):
    """An upstream and how it does."""

    upstream: Upstream
    health: Health


class Choice:
    """The upstreams of one domain, or of everything."""

    def __init__(self, domain: Name | None, members: Sequence[Member]) -> None:
        self.domain = domain
        self.members = tuple(members)

    def order(self, now: float) -> list[Member]:
        """All of them: those that work by latency, then the failed ones by when they are due.

        None is left out: when all have failed, the network may be back. `now` decides nothing else.
        """
        working = [member for member in self.members if member.health.state != "down"]
        failed = [member for member in self.members if member.health.state == "down"]
        working.sort(key=lambda member: member.health.latency)
        failed.sort(key=lambda member: max(member.health.retry_at, now))
        return working + failed

    def probe(self, now: float, chosen: Member) -> Member | None:
        """One other upstream that should be asked as well, to learn whether it works and how fast."""
        for member in self.members:
            if member is not chosen and member.health.is_due(now):
                return member
        return None


class Routes:
    """Domain → its own upstreams; the longest suffix wins, the rest goes to the default."""

    def __init__(self, default: Choice, domains: Mapping[Name, Choice]) -> None:
        self.default = default
        self.domains = dict(domains)

    def choose(self, name: Name) -> Choice:
        """Whom to ask about `name`."""
        if self.domains:
            for suffix in suffixes(name):
                found = self.domains.get(suffix)
                if found is not None:
                    return found
        return self.default
