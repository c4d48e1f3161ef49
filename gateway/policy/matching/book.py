"""The rules that users wrote for one group."""

from collections import defaultdict
from collections.abc import Iterable

from gateway.names import Name
from gateway.policy.matching.active import ActiveRule
from gateway.policy.matching.patterns import PatternSet
from gateway.policy.matching.probe import Probe
from gateway.policy.matching.victory import Candidate


class RuleBook:
    """Immutable. False where it is empty."""

    def __init__(self, rules: Iterable[ActiveRule]) -> None:
        under: defaultdict[Name, list[ActiveRule]] = defaultdict(list)
        anywhere: list[ActiveRule] = []
        for rule in rules:
            if rule.under is None:
                anywhere.append(rule)
            else:
                under[rule.under].append(rule)
        self._under = dict(under)
        self._anywhere = anywhere
        self._patterns = PatternSet([rule.regex.pattern for rule in anywhere])

    def __len__(self) -> int:
        return len(self._under) + len(self._anywhere)

    def candidates(self, probe: Probe) -> list[Candidate]:
        """Every rule that covers the question."""
        found: list[Candidate] = []
        under = self._under
        for suffix in probe.suffixes:
            if suffix in under:
                found += ((rule.rank, rule) for rule in under[suffix] if rule.covers(probe, suffix))
        if self._anywhere:
            for hit in self._patterns.matching(probe.text):
                rule = self._anywhere[hit]
                if rule.counts(probe):
                    found.append((rule.rank, rule))
        return found
