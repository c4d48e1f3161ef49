"""One question walked through the chain, with what each link did, why, and how long that took.

The order is that of gateway/dns/chain.py, whose own links are asked; tests hold the two against each other. Nobody's
query: it is neither logged nor counted, and leaves no ready answer. What upstreams are asked for it they are asked
in earnest, and the cache keeps what they say.
"""

import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import msgspec

from gateway.dns import shown
from gateway.dns.blocked import blocked, reason, rewritten
from gateway.dns.chain import Chain, Outcome, OwnAddresses, refused, special_verdict
from gateway.dns.links import pause, protocol, special
from gateway.dns.upstream.race import Tried
from gateway.dns.wire import RD, Answer, Query, Question
from gateway.errors import UpstreamFault, UsageError
from gateway.iana import SERVFAIL, by_name, name_of_rcode
from gateway.interfaces import reachable
from gateway.model import Action, RuleRef, Verdict
from gateway.names import from_text, to_text
from gateway.policy.matching.asker import Asker

MAX_SAID = 500  # characters of one sentence


class Step(msgspec.Struct, frozen=True):
    """What one link did."""

    link: str
    did: str  # "passed", "skipped", "answered", "allowed", "blocked", "observed", "rewritten", "refused", "failed"
    says: str
    ms: float


class Told(msgspec.Struct, frozen=True):
    """What the asker would hear."""

    rcode: str
    records: list[str]
    ede: list[str]  # "15: Hushgate: …" (RFC 8914)


class Traced(msgspec.Struct, frozen=True):
    """One walk."""

    links: list[Step]
    answer: Told
    action: str  # "" where nothing was decided: it is no question that we serve
    rule: RuleRef | None
    generation: int
    ms: float


_DECIDED = {
    Action.ALLOWED: ("allowed", "Allowed by {}."),
    Action.BLOCKED: ("blocked", "Blocked by {}."),
    Action.OBSERVED: ("observed", "Would be blocked by {}, but its group only observes."),
    Action.REWRITTEN: ("rewritten", "A rule has another answer for it: {}."),
    Action.REFUSED: ("refused", "Refused: {}."),
}


async def answer(chain: Chain, request: dict[str, Any]) -> dict[str, Any]:
    """A request as it comes over the control socket, walked. Raises UsageError."""
    try:
        name = from_text(str(request["name"]))
        query = Query(0, RD, Question(name, name, by_name(str(request["type"]))))
    except (KeyError, ValueError) as error:  # NameFault is a ValueError
        raise UsageError(f"nothing to trace: {error}") from None
    asker = chain.policy.asker(str(request.get("device", "")))
    _, traced = await Walk(chain, query, asker, _own_addresses).through()
    told: dict[str, Any] = msgspec.to_builtins(traced)
    if traced.rule is not None:
        told["rule"] = {key: getattr(traced.rule, key) for key in ("layer", "list", "line", "text")}
    return told


def _own_addresses() -> tuple[IPv4Address | None, IPv6Address | None]:
    """As a device in the first network of the box would hear them."""
    found = reachable()
    v4 = next((address for address in found if isinstance(address, IPv4Address)), None)
    return v4, next((address for address in found if isinstance(address, IPv6Address)), None)


class Walk:
    """One question on its way."""

    def __init__(
        self,
        chain: Chain,
        query: Query,
        asker: Asker,
        own: OwnAddresses,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._chain = chain
        self._query = query
        self._question = query.question
        self._asker = asker
        self._own = own
        self._clock = clock
        self._began = self._mark = clock()
        self._steps: list[Step] = []

    async def through(self) -> tuple[Outcome, Traced]:
        """From the first link to the one that answers."""
        outcome = self._in_house()
        if isinstance(outcome, Verdict):
            outcome = self._from_cache(outcome) or await self._from_upstream(outcome)
        verdict, answer = outcome.verdict, outcome.answer
        return outcome, Traced(
            self._steps,
            Told(
                name_of_rcode(answer.rcode),
                shown.records(answer),
                [f"{code}: {text[:MAX_SAID]}" for code, text in answer.extended],
            ),
            verdict.action if verdict else "",
            self._written(verdict.rule) if verdict and verdict.rule else None,
            self._chain.policy.generation,
            round((self._clock() - self._began) * 1000, 3),
        )

    def _did(self, link: str, did: str, says: str) -> None:
        now = self._clock()
        self._steps.append(Step(link, did, says[:MAX_SAID], round((now - self._mark) * 1000, 3)))
        self._mark = now

    def _in_house(self) -> Outcome | Verdict:
        """What the links decide that ask nobody: the outcome, or the verdict with which to go on."""
        chain, question = self._chain, self._question
        answer = protocol.answer(self._query)
        if answer is not None:
            self._did(
                "protocol", "refused", f"This kind of query is not served: {name_of_rcode(answer.rcode)}."
            )
            return Outcome(answer, None)
        self._did("protocol", "passed", "A kind of query that is served.")
        if chain.behind.is_own_domain(question.name):
            self._did("special", "skipped", "Its domain has upstreams of its own, by the settings.")
        else:
            found = special.answer(question, self._own)
            if found is not None:
                return self._special(*found)
            self._did("special", "passed", "No special name: it may leave the house.")
        verdict = pause.verdict(chain.policy, self._asker, question.name)
        if verdict is not None:
            self._did("pause", "allowed", "A pause holds: nothing is blocked now for this device.")
            self._did("policy", "skipped", "A pause lifts every rule.")
        else:
            self._did("pause", "passed", "No pause holds for this device.")
            verdict = chain.policy.decide(self._asker, question.name, question.type)
            self._did("policy", *self._decided(verdict))
        return self._answered_by_rule(verdict) or verdict

    def _special(self, kind: str, answer: Answer) -> Outcome:
        self._did("special", "answered", f"Answered here, never asked for outside ({kind}).")
        return Outcome(answer, special_verdict(kind, self._chain.policy.generation), memorable=kind != "box")

    def _answered_by_rule(self, verdict: Verdict) -> Outcome | None:
        question, ttl = self._question, self._chain.settings.blocked_ttl
        if verdict.action is Action.BLOCKED:
            return Outcome(blocked(question, verdict, ttl), verdict)
        rewrite = verdict.rewrite
        if verdict.action is Action.REWRITTEN and rewrite is not None:
            if rewrite.cname is None:
                return Outcome(rewritten(question, rewrite, ttl), verdict)
            return self._chain.at_home(question, verdict, rewrite, self._own)
        minimal = protocol.minimal_any(question)
        if minimal is not None:
            self._did("protocol", "answered", "ANY gets one made-up record (RFC 8482).")
            return Outcome(minimal, verdict)
        return None

    def _from_cache(self, verdict: Verdict) -> Outcome | None:
        if verdict.rewrite is not None:
            self._did("cache", "skipped", "A rule points to another name, which is asked for each time.")
            return None
        hit = self._chain.behind.peek(self._question)
        if hit is None:
            self._did("cache", "passed", "The answer is not in the cache.")
            return None
        self._did("cache", "answered", _of_cache(hit.answer, stale=hit.stale))
        return self._checked(verdict, hit.answer)

    async def _from_upstream(self, verdict: Verdict) -> Outcome:
        chain, asked = self._chain, self._question
        alias = verdict.rewrite.cname if verdict.rewrite is not None else None
        target = asked if alias is None else Question(alias, alias, asked.type, asked.klass)
        told: list[Tried] = []
        try:
            answer = await chain.behind.ask(target, told)
        except UpstreamFault as fault:
            self._did("forward", "failed", f"No upstream could answer: {fault}.")
            known = chain.behind.peek_stale(target)
            if known is None:
                failed = Answer(SERVFAIL, extended=((protocol.EDE_NO_ANSWER, str(fault)),))
                return Outcome(failed, refused("upstream", str(fault), verdict, chain.policy))
            answer = known
            self._did("cache", "answered", _of_cache(answer, stale=True))
        else:
            self._did("forward", "answered", _of_upstreams(target, told))
        if verdict.rewrite is not None and alias is not None:
            pointed = rewritten(asked, verdict.rewrite, chain.settings.blocked_ttl)
            answer = Answer(answer.rcode, pointed.records + answer.records, answer.authority)
        return self._checked(verdict, answer)

    def _checked(self, verdict: Verdict, answer: Answer) -> Outcome:
        outcome = self._chain.finish(self._query, self._asker, verdict, answer)
        if outcome.verdict is not None and outcome.verdict is not verdict:
            did, says = self._decided(outcome.verdict)
            self._did("answers", did, f"What the answer leads to: {says}")
        elif outcome.answer is not answer:
            self._did(
                "answers", "rewritten", "Its keys for hiding the name (ECH) are taken out, by the settings."
            )
        else:
            self._did("answers", "passed", "Nothing in the answer speaks against it.")
        return outcome

    def _decided(self, verdict: Verdict) -> tuple[str, str]:
        if verdict.rule is None:
            return "passed", "No rule is about this name."
        did, says = _DECIDED[verdict.action]
        return did, says.format(reason(self._written(verdict.rule), self._question.name))

    def _written(self, rule: RuleRef) -> RuleRef:
        """With the text of a list's line, which verdicts leave to the log."""
        return msgspec.structs.replace(rule, text=self._chain.policy.text_of(rule))


def _of_cache(answer: Answer, *, stale: bool) -> str:
    if stale:
        return "From the cache, however old it is: the upstreams fail."
    ttls = [record.ttl for record in (*answer.records, *answer.authority)]
    return f"From the cache; good for {min(ttls)} s more." if ttls else "From the cache."


def _of_upstreams(target: Question, told: list[Tried]) -> str:
    """Who answered, and who was asked before."""
    name = to_text(target.name)
    if not told:
        return f"An upstream was being asked for {name} already, and answered."
    failed = [f"{one.url} failed ({one.said})" for one in told if not one.answered]
    answered = [
        f"{one.url} answered {one.said} for {name} in {one.ms:.0f} ms" for one in told if one.answered
    ]
    return "; ".join([*failed, *answered]) + "."
