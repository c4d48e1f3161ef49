"""A rule ready for use: does it cover a question, and how strong is it?"""

from typing import Any

import msgspec

from gateway.model import Rewrite, RuleRef
from gateway.names import Name
from gateway.policy.generation.stored import StoredRule, conditions_of, rewrite_of
from gateway.policy.matching.asker import holds
from gateway.policy.matching.patterns import anchor, compiled
from gateway.policy.matching.probe import Probe
from gateway.policy.rule import Conditions, Match

# To call the enum takes 3 µs, and there may be 10 000 rules.
_MATCHES = {match.value: match for match in Match}


class ActiveRule(msgspec.Struct, frozen=True):
    """A rule of a user, or one of a list that is more than a name."""

    rank: int  # see victory.py
    match: Match
    name: Name  # b"" for patterns
    under: Name | None  # the name below which it is to be looked for; None for everywhere
    regex: Any  # compiled; None but for patterns
    conditions: Conditions | None
    rewrite: Rewrite | None  # with `allow`: the rewrite that is not to be
    ref: RuleRef
    place: int = 0  # of its list in the base
    disabled_by: tuple[int, ...] = ()  # places of the lists that hold a $badfilter against it

    @property
    def allow(self) -> bool:
        return bool(self.rank & 1)

    @property
    def important(self) -> bool:
        return bool(self.rank & 2)

    def covers(self, probe: Probe, suffix: Name) -> bool:
        """Does it count for the question? `suffix` is that of the name under which it was found."""
        if self.match is Match.REGEX:
            if not self.regex.search(probe.text):
                return False
        elif self.name != suffix:
            return False
        elif self.match is Match.EXACT:
            if len(suffix) != len(probe.name):
                return False
        elif self.match is Match.BELOW and len(suffix) == len(probe.name):
            return False
        return self.counts(probe)

    def counts(self, probe: Probe) -> bool:
        """Do its conditions hold?"""
        return self.conditions is None or holds(self.conditions, probe.asker, probe.name, probe.type)


def active(stored: StoredRule, ref: RuleRef) -> ActiveRule:
    """`stored`, which `ref` names to people. Raises ValueError for a pattern that RE2 will not have."""
    match = _MATCHES.get(stored.match)
    if match is None:
        raise ValueError(f"{stored.match} is no kind of match")
    is_pattern = match is Match.REGEX
    return ActiveRule(
        rank=stored.allow + 2 * stored.important,
        match=match,
        name=stored.name,
        under=anchor(stored.regex) if is_pattern else stored.name,
        regex=compiled(stored.regex) if is_pattern else None,
        conditions=conditions_of(stored),
        rewrite=rewrite_of(stored),
        ref=ref,
        place=stored.origin,
        disabled_by=stored.disabled_by,
    )
