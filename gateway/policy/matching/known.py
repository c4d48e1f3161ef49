"""What the catalogue knows of a name: whose it is, which row is about it, and what a profile makes of that."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.model import Facts, Profile
from gateway.names import Name, from_text
from gateway.policy.matching.patterns import compiled
from gateway.policy.matching.probe import Probe
from gateway.policy.rule import Match
from gateway.policy.snapshot import StoredDomain, StoredRow

KEEP = "keep"
_PROFILES = {profile.value: strength for strength, profile in enumerate(Profile)}


class KnownRow(msgspec.Struct, frozen=True):
    """One row of the catalogue, ready for use."""

    keep: bool
    strength: int  # of the weakest profile that blocks it
    file: str
    line: int
    facts: Facts
    match: Match
    regex: Any  # compiled; None but for globs

    def blocked_by(self, profile: Profile) -> bool:
        return not self.keep and self.strength <= _PROFILES[profile]


class Known:
    """The catalogue of one base. Immutable."""

    def __init__(self, rows: Iterable[StoredRow], domains: Iterable[StoredDomain]) -> None:
        self._owners = {
            domain.name: Facts(company=domain.company, country=domain.country) for domain in domains
        }
        under: defaultdict[Name, list[KnownRow]] = defaultdict(list)
        for row in rows:
            is_glob = row.rule.match == Match.REGEX
            under[_under(row)].append(
                KnownRow(
                    keep=row.profile == KEEP,
                    strength=_PROFILES.get(row.profile, len(_PROFILES)),
                    file=row.file,
                    line=row.line,
                    facts=row.facts,
                    match=Match(row.rule.match),
                    regex=compiled(row.rule.regex) if is_glob else None,
                )
            )
        self._rows = dict(under)

    def rows(self, probe: Probe) -> list[KnownRow]:
        """All rows about a name, the longest pattern first; of two as long, the one to keep."""
        found: list[KnownRow] = []
        rows = self._rows
        for suffix in probe.suffixes:
            if suffix in rows:
                found += (row for row in rows[suffix] if _covers(row, probe, suffix))
        if len(found) > 1:
            found.sort(key=lambda row: (-len(row.facts.pattern), not row.keep))
        return found

    def owner(self, probe: Probe) -> Facts | None:
        """Whose domain the name is in, for names that no row is about."""
        owners = self._owners
        for suffix in probe.suffixes:
            if suffix in owners:
                return owners[suffix]
        return None


def _under(row: StoredRow) -> Name:
    """The name below which all is that the row can be about: of a glob, the labels after the last `*`."""
    if row.rule.match != Match.REGEX:
        return row.rule.name
    return from_text(row.facts.pattern.rpartition("*")[2].partition(".")[2])


def _covers(row: KnownRow, probe: Probe, suffix: Name) -> bool:
    if row.match is Match.SUFFIX:
        return True
    if row.match is Match.EXACT:
        return len(suffix) == len(probe.name)
    return row.regex.search(probe.text) is not None
