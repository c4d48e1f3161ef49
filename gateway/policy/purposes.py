"""Which attempts report on a person and which are a service's: read off the catalogue, here and nowhere else.

A row of the log has the company and the purposes of the catalogue's row, as `Facts.purpose` writes them: words with
`, ` between. It *reports* if one of the words is in REPORTING, and the catalogue blocks such a row of that company
unless the user says otherwise. What only `strict` blocks looks like a service, what is kept is one: an answer to
those is nothing that "got through".
"""

from collections.abc import Iterable

import msgspec

from gateway.model import Layer, Profile
from gateway.policy.snapshot import StoredRow

REPORTING = frozenset(
    {
        "advertising",  # what is shown and clicked, under an identifier
        "analytics",  # what is opened, swiped and tapped
        "browser-history",
        "crash",  # what ran, and with what, when a program failed
        "identifier",  # hands out or takes the number by which all else is joined
        "location",
    }
)
AROUND = "dns-bypass"  # answers a phone's questions past the gateway
_BY_DEFAULT = frozenset({Profile.ESSENTIAL.value, Profile.BALANCED.value})
_NOTHING = ("none", "what it serves is not known")  # how the catalogue says that there is nothing to tell


class Purposes(msgspec.Struct, frozen=True):
    """What the words mean in one catalogue."""

    services: frozenset[tuple[str, str]] = (
        frozenset()
    )  # company and purposes whose rows nobody blocks by default

    def reports(self, company: str, purpose: str, layer: str = "") -> bool:
        """Does an attempt of this company, purpose and deciding layer report on a person?"""
        return (
            company != ""
            and layer != Layer.KEEP
            and not REPORTING.isdisjoint(words(purpose))
            and (company, purpose) not in self.services
        )


def purposes_of(rows: Iterable[StoredRow]) -> Purposes:
    """Read off these rows. What is in none of them any more, as an old log may have it, goes by its words alone."""
    blocked: set[tuple[str, str]] = set()
    others: set[tuple[str, str]] = set()
    for row in rows:
        (blocked if row.profile in _BY_DEFAULT else others).add((row.facts.company, row.facts.purpose))
    return Purposes(frozenset(others - blocked))


def breakages_of(rows: Iterable[StoredRow]) -> dict[str, str]:
    """Pattern → what stops working while it is blocked, for rows of which something is known to.

    Not of those that `essential` blocks: without them nothing breaks but what they are for (advertisements).
    """
    return {
        row.facts.pattern: row.facts.breakage
        for row in rows
        if row.profile != Profile.ESSENTIAL and not row.facts.breakage.startswith(_NOTHING)
    }


def words(purpose: str) -> list[str]:
    """`"analytics, crash"` → `["analytics", "crash"]`; none for an empty one."""
    return purpose.split(", ") if purpose else []


def goes_around(purpose: str) -> bool:
    """Is it a host by which a phone gets its answers past the gateway?"""
    return AROUND in words(purpose)
