"""Why? One verdict with its rule as written, all facts, and the rules that cover the name but did not decide."""

import msgspec

from gateway.model import Facts, Layer, RuleRef, Verdict
from gateway.names import Name
from gateway.policy.decide import Policy
from gateway.policy.matching.active import ActiveRule
from gateway.policy.matching.asker import Asker
from gateway.policy.matching.victory import Candidate

_RANKS = ("block", "@@", "$important", "@@…$important")
_ORDER = {layer: place for place, layer in enumerate(Layer)}


class Other(msgspec.Struct, frozen=True):
    """A rule that covers the name, too."""

    rule: RuleRef  # with its text
    effect: str  # "blocks", "allows", "answers" or "allows no answer" (`@@…$dnsrewrite`)
    reason: str  # why it did not decide


class Explanation(msgspec.Struct, frozen=True):
    """What `hushgate why` prints."""

    name: Name
    type: int
    asker: Asker
    verdict: Verdict
    rule: RuleRef | None  # the verdict's, with its text
    facts: Facts | None
    others: tuple[Other, ...] = ()


def why(policy: Policy, asker: Asker, name: Name, qtype: int) -> Explanation:
    """Explain what `policy.decide` says of the same question. Reads the lists' copies for the text of rules."""
    verdict = policy.decide(asker, name, qtype)
    winning = verdict.rule
    others: list[Other] = []
    strength = _strength_of(policy, asker, name, qtype, winning)
    for candidate, reason in policy.layers(asker, name, qtype):
        rule = policy.ref(candidate[1])
        if rule != winning:
            lost = reason or _reason(rule, candidate[0], winning, strength)
            others.append(Other(_with_text(policy, rule), _effect(candidate), lost))
    return Explanation(
        name=name,
        type=qtype,
        asker=asker,
        verdict=verdict,
        rule=_with_text(policy, winning) if winning else None,
        facts=verdict.facts,
        others=tuple(others),
    )


def _strength_of(policy: Policy, asker: Asker, name: Name, qtype: int, winning: RuleRef | None) -> int:
    ranks = (rank for (rank, origin), _ in policy.layers(asker, name, qtype) if policy.ref(origin) == winning)
    return max(ranks, default=0)


def _with_text(policy: Policy, rule: RuleRef) -> RuleRef:
    return msgspec.structs.replace(rule, text=policy.text_of(rule))


def _effect(candidate: Candidate) -> str:
    rank, origin = candidate
    if isinstance(origin, ActiveRule) and origin.rewrite is not None:
        return "allows no answer" if origin.allow else "answers"
    return "allows" if rank & 1 else "blocks"


def _reason(rule: RuleRef, rank: int, winning: RuleRef | None, strength: int) -> str:
    if winning is None:
        return "disabled by another rule"  # a rewrite against which there is an exception, or the exception
    if _layer(rule) != _layer(winning):
        return f"{winning.layer} go before {rule.layer}"
    if rule.layer is Layer.RULES and rule.list != winning.list:
        return f"rules of {winning.list} go before those of {rule.list}"
    if rank == strength:
        return "says the same"
    return f"{_RANKS[strength]} goes before {_RANKS[rank]}"


def _layer(rule: RuleRef) -> int:
    """Lists and the catalogue's blocks are one layer."""
    return min(_ORDER[rule.layer], _ORDER[Layer.LISTS])
