"""The order in which a query is decided, a reason at each step. Each link is a room of its own."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from gateway.dns import answers
from gateway.dns.blocked import blocked, negative, rewritten
from gateway.dns.links import pause, protocol, special
from gateway.dns.links.forward import Forward
from gateway.dns.wire import Answer, Query, Question
from gateway.errors import UpstreamFault
from gateway.iana import NOERROR, SERVFAIL
from gateway.model import Action, Layer, Rewrite, RuleRef, Verdict
from gateway.names import from_text
from gateway.policy.decide import Policy
from gateway.policy.matching.asker import Asker
from gateway.settings import Dns

_SETTLING = (Layer.RULES, Layer.PAUSE, Layer.KEEP)

OwnAddresses = Callable[[], tuple[IPv4Address | None, IPv6Address | None]]


class Outcome(NamedTuple):
    """What one query is told, and why."""

    answer: Answer
    verdict: Verdict | None  # None: not an attempt worth a row (a malformed or unserved kind of query)
    dated: bool = False  # holds falling TTLs
    memorable: bool = True  # may be said again to the same bytes
    until: float = 0.0  # monotonic seconds; what is dated may be said until then while its TTLs fall


class Chain:
    """Decides one query after another. Holds one policy generation and replaces it whole."""

    def __init__(self, settings: Dns, policy: Policy, forward: Forward) -> None:
        self.behind = forward
        self.policy = policy
        self.use(settings)

    def use(self, settings: Dns) -> None:
        """Answer by these settings from now on."""
        self.settings = settings
        self._may_be_private = frozenset(from_text(name) for name in settings.private_answers)

    def decide(self, query: Query, asker: Asker, own: OwnAddresses) -> Outcome | Verdict:
        """The outcome, or the verdict under which the query is to be forwarded."""
        question = query.question
        # First: what is no question to us needs no policy, and must not reach an upstream either.
        if (unserved := protocol.answer(query)) is not None:
            return Outcome(unserved, None)
        # Before any rule: no list may take the box's own name away, or let a phone slip to DNS elsewhere.
        # But a domain with upstreams of its own ("lan" at the router) belongs to them.
        if not self.behind.is_own_domain(question.name):
            found = special.answer(question, own)
            if found is not None:
                kind, answer = found
                return Outcome(answer, special_verdict(kind, self.policy.generation), memorable=kind != "box")
        # A pause lifts every rule, so it comes before them.
        verdict = pause.verdict(self.policy, asker, question.name)
        if verdict is None:
            # Above the cache: a new rule works at once, without a flush.
            verdict = self.policy.decide(asker, question.name, question.type)
        if verdict.action is Action.BLOCKED:
            return Outcome(blocked(question, verdict, self.settings.blocked_ttl), verdict)
        if verdict.action is Action.REWRITTEN and verdict.rewrite is not None:
            if verdict.rewrite.cname is not None:
                return self.at_home(question, verdict, verdict.rewrite, own) or verdict
            return Outcome(rewritten(question, verdict.rewrite, self.settings.blocked_ttl), verdict)
        # After the policy, so that ANY tells nothing of a blocked name; before the cache, which has no ANY.
        if (minimal := protocol.minimal_any(question)) is not None:
            return Outcome(minimal, verdict)
        cached = self.behind.cached(question, query.dnssec_ok, query.checking_disabled)
        if cached is not None:
            return self.finish(query, asker, verdict, cached.answer, cached.expires)
        if not query.recursion_desired:
            # RFC 1034 §4.3.1: who does not ask for recursion gets what is at hand, and nothing is.
            return Outcome(protocol.not_at_hand(), None)
        return verdict

    def at_home(
        self, question: Question, verdict: Verdict, rewrite: Rewrite, own: OwnAddresses
    ) -> Outcome | None:
        """A rewrite to another name that never leaves the house; None if that is to be resolved."""
        target = rewrite.cname
        if target is None or self.behind.is_own_domain(target):
            return None
        found = special.answer(Question(target, target, question.type, question.klass), own)
        if found is None:
            return None
        kind, answer = found
        records = rewritten(question, rewrite, self.settings.blocked_ttl).records + answer.records
        return Outcome(Answer(answer.rcode, records, answer.authority), verdict, memorable=kind != "box")

    async def forward(self, query: Query, asker: Asker, verdict: Verdict) -> Outcome:
        """The outcome of a query that nobody in the house could answer."""
        policy, turn = self.policy, self.behind.turn
        asked = query.question
        alias = verdict.rewrite.cname if verdict.rewrite is not None else None
        target = asked if alias is None else Question(alias, alias, asked.type, asked.klass)
        try:
            answer = await self.behind.resolve(target, query.dnssec_ok, query.checking_disabled)
        except UpstreamFault as error:
            failed = Answer(SERVFAIL, extended=((protocol.EDE_NO_ANSWER, str(error)),))
            return Outcome(failed, refused("upstream", str(error), verdict, policy), memorable=False)
        if verdict.rewrite is not None and alias is not None:
            pointed = rewritten(asked, verdict.rewrite, self.settings.blocked_ttl)
            answer = Answer(answer.rcode, pointed.records + answer.records, answer.authority)
        outcome = self.finish(query, asker, verdict, answer)
        # What upstreams said that were replaced meanwhile may be said once, but not be kept.
        return outcome if turn == self.behind.turn else outcome._replace(memorable=False)

    def finish(
        self, query: Query, asker: Asker, verdict: Verdict, answer: Answer, until: float = 0.0
    ) -> Outcome:
        """Hold an upstream's answer against the policy: it may lead to what the name did not show."""
        question = query.question
        if not _is_settled(verdict):
            for target in answers.cname_targets(answer):
                led = self.policy.decide(asker, target, question.type)
                if led.action is Action.BLOCKED:
                    return Outcome(blocked(question, led, self.settings.blocked_ttl), led, dated=True)
                if led.action is Action.OBSERVED and verdict.action is Action.ALLOWED:
                    verdict = led
        if verdict.rewrite is None:  # where a rule leads is where the user wants to go
            private = answers.private_address(question, answer, self._may_be_private)
            if private is not None and not self.behind.is_own_domain(question.name):
                why = f"private address {private} for a public name"
                nothing = negative(question, NOERROR, self.settings.blocked_ttl, why=why)
                return Outcome(nothing, refused("rebinding", why, verdict, self.policy), dated=True)
        if self.settings.strip_ech:
            answer = answers.without_ech(answer)
        return Outcome(answer, verdict, dated=True, until=until)


def _is_settled(verdict: Verdict) -> bool:
    """Does the verdict on the name hold for what it leads to as well?

    So it is where a rewrite, a user's own exception, a pause or the catalogue's keep has chosen it.
    """
    if verdict.rewrite is not None:
        return True
    return verdict.action is Action.ALLOWED and verdict.rule is not None and verdict.rule.layer in _SETTLING


def special_verdict(kind: str, generation: int) -> Verdict:
    """That of a special name."""
    return Verdict(Action.REWRITTEN, RuleRef(Layer.SPECIAL, kind, 0, ""), generation=generation)


def refused(link: str, why: str, verdict: Verdict, policy: Policy) -> Verdict:
    """That of a question whose answer is not given."""
    rule = RuleRef(Layer.ANSWER, link, 0, why)
    return Verdict(Action.REFUSED, rule, verdict.facts, generation=policy.generation)
