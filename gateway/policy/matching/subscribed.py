"""What the subscribed lists say of a question."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Protocol

from gateway.model import Layer, RuleRef
from gateway.policy.generation.stored import StoredRule
from gateway.policy.matching.active import ActiveRule, active
from gateway.policy.matching.patterns import PatternSet
from gateway.policy.matching.probe import Probe
from gateway.policy.matching.victory import IMPORTANT_ALLOW, Candidate, Origin
from gateway.policy.rule import Match
from gateway.policy.snapshot import RULE, Base

_LINE = (1 << 28) - 1
_INDEX = (1 << 30) - 1
_KEPT_RULES = 4096  # conditional rules held ready for use; any other is read again when it is met


class Chosen(Protocol):
    """A group's choice among the lists of a base."""

    lists: bytes  # a byte for each list of the base: does it count?
    disabled: frozenset[int]  # values of the hash table against which users wrote a $badfilter
    disabled_patterns: frozenset[int]


class Subscribed:
    """The lists of one base. Decides nothing; says which rules cover a question."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.lists = base.meta.lists
        self._firsts = [entry.first for entry in self.lists]
        self._ready: dict[int, ActiveRule] = {}
        self._patterns = [active(stored, self._ref_of(stored)) for stored in base.meta.patterns]
        # Two sets, because a pattern that blocks need not be asked where something else blocks already.
        self._blocking = _Patterns(
            [(at, rule) for at, rule in enumerate(self._patterns) if not rule.rank and rule.rewrite is None]
        )
        self._overriding = _Patterns(
            [(at, rule) for at, rule in enumerate(self._patterns) if rule.rank or rule.rewrite is not None]
        )

    def candidates(
        self, chosen: Chosen, probe: Probe, found: list[Candidate], *, every: bool = False
    ) -> list[Candidate]:
        """Rules that cover the question, added to those `found`; all of them, or as many as can matter."""
        lists, disabled = chosen.lists, chosen.disabled
        for suffix, value in self.base.find(probe.suffixes):
            if value in disabled:
                continue
            kind = value >> 30
            if kind == RULE:
                rule = self._rule(value & _INDEX)
                if lists[rule.place] and rule.covers(probe, suffix) and not _is_disabled(rule, lists):
                    found.append((rule.rank, rule))
                continue
            if kind == Match.EXACT:
                if len(suffix) != len(probe.name):
                    continue
            elif kind == Match.BELOW and len(suffix) == len(probe.name):
                continue
            line = value & _LINE
            if lists[bisect_right(self._firsts, line) - 1]:
                found.append((value >> 28 & 3, line))
        if self._patterns:
            self._match_patterns(chosen, probe, found, every)
        return found

    def ref_of_line(self, line: int) -> RuleRef:
        """The rule at a line counted through all lists. Its text is with `Base.text_of`."""
        entry = self.lists[bisect_right(self._firsts, line) - 1]
        return RuleRef(Layer.LISTS, entry.name, line - entry.first, "")

    def _ref_of(self, stored: StoredRule) -> RuleRef:
        return RuleRef(Layer.LISTS, self.lists[stored.origin].name, stored.line, "")

    def _rule(self, index: int) -> ActiveRule:
        rule = self._ready.get(index)
        if rule is None:
            stored = self.base.rule(index)
            rule = active(stored, self._ref_of(stored))
            if len(self._ready) >= _KEPT_RULES:
                self._ready.clear()
            self._ready[index] = rule
        return rule

    def _match_patterns(self, chosen: Chosen, probe: Probe, found: list[Candidate], every: bool) -> None:
        if every or max((rank for rank, _origin in found), default=-1) < IMPORTANT_ALLOW:
            self._add(self._overriding.matching(probe.text), chosen, probe, found)
        if every or all(_may_not_decide(origin) for _rank, origin in found):
            self._add(self._blocking.matching(probe.text), chosen, probe, found)

    def _add(self, hits: Iterator[int], chosen: Chosen, probe: Probe, found: list[Candidate]) -> None:
        for at in hits:
            rule = self._patterns[at]
            if (
                chosen.lists[rule.place]
                and at not in chosen.disabled_patterns
                and rule.counts(probe)
                and not _is_disabled(rule, chosen.lists)
            ):
                found.append((rule.rank, rule))


def _may_not_decide(origin: Origin) -> bool:
    """A rewrite, against which there may be an exception, and the exception itself."""
    return isinstance(origin, ActiveRule) and origin.rewrite is not None


def _is_disabled(rule: ActiveRule, lists: bytes) -> bool:
    """Does a list that counts here hold a $badfilter against it?"""
    return any(lists[place] for place in rule.disabled_by)


class _Patterns:
    """Some of the lists' patterns, known by their places among all."""

    def __init__(self, rules: list[tuple[int, ActiveRule]]) -> None:
        self._places = [at for at, _rule in rules]
        self._set = PatternSet([rule.regex.pattern for _at, rule in rules])

    def matching(self, text: str) -> Iterator[int]:
        return (self._places[hit] for hit in self._set.matching(text)) if self._places else iter(())
