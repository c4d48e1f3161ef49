"""The order of victory inside one layer. DESIGN.md, "Who wins", says how the layers stand to each other.

    $dnsrewrite > @@…$important > $important > @@ > block

A rewrite gives way only to an exception of its own kind (`@@…$dnsrewrite`), as in AdGuard Home; among
rewrites the one that names the asked name most closely wins, and rules with the very same pattern are
answered together (a hosts file names an IPv4 and an IPv6 address in two lines).
"""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.model import Rewrite
from gateway.policy.matching.active import ActiveRule
from gateway.policy.matching.known import KnownRow
from gateway.policy.rule import Match

BLOCK, ALLOW, IMPORTANT_BLOCK, IMPORTANT_ALLOW = range(4)  # bit 0: allows, bit 1: $important

Origin = int | ActiveRule | KnownRow  # an int is a line, counted through all lists of the base
Candidate = tuple[int, Origin]  # rank and where it comes from

_EVERY = Rewrite()  # `@@…$dnsrewrite` without a value


class Won(NamedTuple):
    """The rule that decides a layer."""

    origin: Origin
    allow: bool
    rewrite: Rewrite | None = None


def winner(candidates: Sequence[Candidate], spared: list[ActiveRule]) -> Won | None:
    """Which of the rules of one layer that cover a question decides it; None if none does.

    `spared` are the exceptions from rewriting met so far, this layer's are added: they count for the
    layers below as well.
    """
    best: Candidate | None = None
    rewrites: list[ActiveRule] = []
    for candidate in candidates:
        origin = candidate[1]
        if isinstance(origin, ActiveRule) and origin.rewrite is not None:
            (spared if origin.allow else rewrites).append(origin)
        elif best is None or candidate[0] > best[0]:
            best = candidate
    if rewrites:
        rewrites = [rule for rule in rewrites if not any(_spares(exception, rule) for exception in spared)]
    if rewrites:
        return _together(rewrites)
    return Won(best[1], bool(best[0] & 1)) if best else None


def _spares(exception: ActiveRule, rule: ActiveRule) -> bool:
    return exception.rewrite in (_EVERY, rule.rewrite) and (exception.important or not rule.important)


def _together(rules: list[ActiveRule]) -> Won:
    """The closest of these rewrites, with the records of those that have the same pattern."""
    first = max(rules, key=_closeness)
    same = [
        rule.rewrite
        for rule in rules
        if rule.rewrite is not None and (rule.match, rule.name) == (first.match, first.name) and rule.name
    ]
    for rewrite in same:  # an alias or an error leaves no room for records
        if rewrite.cname is not None or rewrite.rcode:
            return Won(first, allow=False, rewrite=rewrite)
    records = tuple(dict.fromkeys(record for rewrite in same for record in rewrite.records))
    return Won(first, allow=False, rewrite=Rewrite(records=records) if same else first.rewrite)


def _closeness(rule: ActiveRule) -> tuple[bool, bool, int]:
    return rule.important, rule.match is Match.EXACT, len(rule.name)
