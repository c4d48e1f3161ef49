"""The order in which a query is decided: who comes first answers, and nothing behind it is asked."""

import asyncio
from ipaddress import IPv4Address, IPv6Address

import pytest

from gateway.dns.cache import Hit
from gateway.dns.chain import Chain, Outcome
from gateway.dns.wire import Answer, Query, Question, Record
from gateway.errors import UpstreamFault
from gateway.iana import (
    AAAA,
    ANY,
    AXFR,
    BADVERS,
    CNAME,
    EDE_BLOCKED,
    HINFO,
    HTTPS,
    NOERROR,
    NOTIMP,
    NXDOMAIN,
    REFUSED,
    SERVFAIL,
    A,
    by_name,
    name_of,
)
from gateway.model import Action, BlockedAnswer, Layer, Mode, Verdict
from gateway.names import from_text, is_below, to_text
from gateway.policy.decide import Policy
from gateway.policy.state import EVERYONE, GroupState, PauseState, PolicyState
from gateway.settings import Dns
from tests.fakes.server import policy_of
from tests.fakes.values import record

RD = 0x0100
PHONE = "192.0.2.7"
BOX = (IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1"))
FOR_EVER = PauseState("all", "", until=1 << 40, boot_until=1e12, boot_id="another run of the kernel")


class Behind:
    """What is behind the chain's own links: a cache, and upstreams that are asked."""

    def __init__(self, *records: str | Record, known: tuple[str, ...] = (), own: str = "") -> None:
        self._records = [record(one) if isinstance(one, str) else one for one in records]
        self._known = known
        self._own = from_text(own) if own else b""
        self.asked: list[str] = []
        self.fault = ""
        self.turn = 0

    def is_own_domain(self, name: bytes) -> bool:
        return bool(self._own) and is_below(name, self._own)

    def cached(self, question: Question, dnssec_ok: bool, checking_disabled: bool) -> Hit | None:
        del dnssec_ok, checking_disabled
        if to_text(question.name) in self._known:
            return Hit(self._answer(question), expires=1234.5)
        return None

    async def resolve(self, question: Question, dnssec_ok: bool, checking_disabled: bool) -> Answer:
        del dnssec_ok, checking_disabled
        self.asked.append(f"{to_text(question.name)} {name_of(question.type)}")
        if self.fault:
            raise UpstreamFault(self.fault)
        return self._answer(question)

    def _answer(self, question: Question) -> Answer:
        """Along CNAMEs, as a resolver does."""
        found: list[Record] = []
        name = question.name
        while alias := next((one for one in self._records if (one.name, one.type) == (name, CNAME)), None):
            found.append(alias)
            name = alias.rdata
        found += [one for one in self._records if (one.name, one.type) == (name, question.type)]
        return Answer(NOERROR if found else NXDOMAIN, tuple(found))


def chain_of(policy: Policy, behind: Behind, **settings: object) -> Chain:
    return Chain(Dns(**settings), policy, behind)  # type: ignore[arg-type] # has all that is used of it


def ask(
    chain: Chain, name: str, rtype: str = "A", *, flags: int = RD, klass: int = 1, edns: int = -1
) -> Outcome:
    """The outcome, forwarded if need be."""
    wire = from_text(name)
    query = Query(1, flags, Question(wire, wire, by_name(rtype), klass), edns)
    asker = chain.policy.asker(PHONE)
    decided = chain.decide(query, asker, lambda: BOX)
    if isinstance(decided, Verdict):
        return asyncio.run(chain.forward(query, asker, decided))
    return decided


def addresses(outcome: Outcome) -> list[str]:
    return [
        str(IPv4Address(one.rdata) if one.type == A else IPv6Address(one.rdata))
        for one in outcome.answer.records
        if one.type in (A, AAAA)
    ]


def whose(outcome: Outcome) -> str:
    """Whose word it was: "blocked by rules everyone"."""
    assert outcome.verdict is not None
    rule = outcome.verdict.rule
    return f"{outcome.verdict.action} by {rule.layer} {rule.list}" if rule else str(outcome.verdict.action)


@pytest.mark.parametrize(
    ("rtype", "klass", "edns", "rcode"),
    [("AXFR", 1, -1, REFUSED), ("A", 3, -1, REFUSED), ("A", 1, 1, BADVERS), ("TYPE128", 1, -1, NOTIMP)],
)
def test_what_is_no_question_to_us_meets_no_policy_and_leaves_no_row(
    rtype: str, klass: int, edns: int, rcode: int
) -> None:
    behind = Behind()
    outcome = ask(chain_of(policy_of("||example.org^"), behind), "example.org", rtype, klass=klass, edns=edns)
    assert (outcome.answer.rcode, outcome.verdict, behind.asked) == (rcode, None, [])
    assert name_of(AXFR) == "AXFR"


def test_special_names_go_before_every_rule() -> None:
    policy = policy_of("||hushgate.home.arpa^", "@@||use-application-dns.net^$important", "||localhost^")
    behind = Behind()
    chain = chain_of(policy, behind)
    box = ask(chain, "hushgate.home.arpa")
    assert (addresses(box), whose(box)) == (["192.0.2.1"], "rewritten by special box")
    assert not box.memorable  # another client may reach us at another address
    canary = ask(chain, "use-application-dns.net")
    assert (canary.answer.rcode, whose(canary)) == (NXDOMAIN, "rewritten by special encrypted-dns")
    assert canary.memorable
    assert addresses(ask(chain, "localhost", "AAAA")) == ["::1"]
    assert behind.asked == []


def test_a_domain_with_upstreams_of_its_own_is_theirs_special_or_not() -> None:
    behind = Behind("nas.lan 60 IN A 192.168.1.5", own="lan")
    chain = chain_of(policy_of(), behind)
    assert addresses(ask(chain, "nas.lan")) == ["192.168.1.5"]  # no rebinding either: they may say so
    assert ask(chain, "lan").answer.rcode == NXDOMAIN
    assert behind.asked == ["nas.lan A", "lan A"]
    assert ask(chain, "home").verdict is not None  # a single label of nobody's
    assert behind.asked == ["nas.lan A", "lan A"]


def test_a_pause_goes_before_every_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.dns.links.pause.boot_id", lambda: FOR_EVER.boot_id)
    behind = Behind("tracking.miui.com 60 IN A 203.0.113.9", "alias.example 60 IN CNAME tracking.miui.com")
    chain = chain_of(policy_of("||alias.example^", state=PolicyState(pauses=(FOR_EVER,))), behind)
    assert addresses(ask(chain, "tracking.miui.com")) == ["203.0.113.9"]
    paused = ask(chain, "alias.example")  # and for where it leads
    assert (addresses(paused), whose(paused)) == (["203.0.113.9"], "allowed by pause pause")


def test_a_blocked_name_is_answered_in_its_groups_way_and_asked_nobody() -> None:
    behind = Behind("tracking.miui.com 60 IN A 203.0.113.9", known=("tracking.miui.com",))
    for answer, expected in ((BlockedAnswer.NULL, ["0.0.0.0"]), (BlockedAnswer.NXDOMAIN, [])):
        state = PolicyState(groups=(GroupState(EVERYONE, answer=answer),))
        outcome = ask(chain_of(policy_of(state=state), behind), "tracking.miui.com")
        assert (addresses(outcome), whose(outcome)) == (expected, "blocked by catalogue xiaomi.toml")
        assert [code for code, _ in outcome.answer.extended] == [EDE_BLOCKED]
    assert behind.asked == []


def test_any_tells_nothing_of_a_blocked_name_and_little_of_others() -> None:
    behind = Behind("www.example.org 60 IN A 203.0.113.9", known=("www.example.org",))
    chain = chain_of(policy_of("||shop.example^"), behind)
    assert ask(chain, "shop.example", "ANY").answer.records == ()
    (only,) = ask(chain, "www.example.org", "ANY").answer.records
    assert only.type == HINFO
    assert (behind.asked, ANY) == ([], 255)


def test_a_new_rule_counts_before_the_cache() -> None:
    behind = Behind("www.example.org 60 IN A 203.0.113.9", known=("www.example.org",))
    chain = chain_of(policy_of(), behind)
    kept = ask(chain, "www.example.org")
    assert (addresses(kept), kept.until, kept.dated, behind.asked) == (["203.0.113.9"], 1234.5, True, [])
    chain.policy = policy_of("||example.org^", generation=2)
    assert addresses(ask(chain, "www.example.org")) == ["0.0.0.0"]


def test_who_does_not_ask_for_recursion_gets_what_is_at_hand() -> None:
    behind = Behind("www.example.org 60 IN A 203.0.113.9", known=("www.example.org",))
    chain = chain_of(policy_of(), behind)
    assert addresses(ask(chain, "www.example.org", flags=0)) == ["203.0.113.9"]
    nothing = ask(chain, "other.example.org", flags=0)
    assert (nothing.answer.rcode, nothing.verdict, behind.asked) == (REFUSED, None, [])
    assert addresses(ask(chain, "tracking.miui.com", flags=0)) == ["0.0.0.0"]


@pytest.mark.parametrize("known", [(), ("alias.example",)], ids=["forwarded", "cached"])
def test_where_a_name_leads_is_held_against_the_policy(known: tuple[str, ...]) -> None:
    lines = (
        "alias.example 60 IN CNAME between.example",
        "between.example 60 IN CNAME tracking.miui.com",
        "tracking.miui.com 60 IN A 203.0.113.9",
    )
    behind = Behind(*lines, known=known)
    outcome = ask(chain_of(policy_of(), behind), "alias.example")
    assert (addresses(outcome), whose(outcome)) == (["0.0.0.0"], "blocked by catalogue xiaomi.toml")
    allowed = ask(chain_of(policy_of("@@||alias.example^"), behind), "alias.example")
    assert (addresses(allowed), whose(allowed)) == (["203.0.113.9"], "allowed by rules everyone")
    state = PolicyState(groups=(GroupState(EVERYONE, mode=Mode.OBSERVE),))
    observed = ask(chain_of(policy_of(state=state), behind), "alias.example")
    assert (addresses(observed), whose(observed)) == (["203.0.113.9"], "observed by catalogue xiaomi.toml")


def test_a_private_address_for_a_public_name_is_refused_unless_it_is_meant() -> None:
    behind = Behind("inside.example 60 IN A 192.168.1.1")
    refused = ask(chain_of(policy_of(), behind), "inside.example")
    assert (refused.answer.records, whose(refused)) == ((), "refused by answer rebinding")
    assert "192.168.1.1" in refused.answer.extended[0][1]
    meant = chain_of(policy_of(), behind, private_answers=("example",))
    assert addresses(ask(meant, "inside.example")) == ["192.168.1.1"]
    # An exception allows the name, not an attack by its owner.
    assert addresses(ask(chain_of(policy_of("@@||inside.example^"), behind), "inside.example")) == []


def test_a_rewrite_answers_itself_and_one_to_a_name_is_resolved() -> None:
    behind = Behind("new.example 60 IN A 203.0.113.9", "inside.example 60 IN A 192.168.1.1")
    chain = chain_of(
        policy_of(
            "||old.example^$dnsrewrite=new.example",
            "||nas.example^$dnsrewrite=192.168.1.5",
            "||both.example^$dnsrewrite=inside.example",
        ),
        behind,
    )
    assert addresses(ask(chain, "nas.example")) == ["192.168.1.5"]
    assert behind.asked == []
    led = ask(chain, "old.example")
    assert [one.type for one in led.answer.records] == [CNAME, A]
    assert (to_text(led.answer.records[0].name), whose(led)) == ("old.example", "rewritten by rules everyone")
    assert behind.asked == ["new.example A"]
    assert addresses(ask(chain, "both.example")) == [
        "192.168.1.1"
    ]  # where a rule leads is where one wants to go


def test_a_rewrite_to_a_name_that_never_leaves_the_house_stays_in_it() -> None:
    behind = Behind("nas.lan 60 IN A 192.168.1.5", own="lan")
    chain = chain_of(
        policy_of(
            "||box.example^$dnsrewrite=hushgate.home.arpa",
            "||here.example^$dnsrewrite=printer.local",
            "||nas.example^$dnsrewrite=nas.lan",
        ),
        behind,
    )
    box = ask(chain, "box.example")
    assert (addresses(box), [one.type for one in box.answer.records], box.memorable) == (
        ["192.0.2.1"], [CNAME, A], False,
    )  # fmt: skip
    here = ask(chain, "here.example")
    assert (here.answer.rcode, [one.type for one in here.answer.records]) == (NXDOMAIN, [CNAME])
    assert whose(here) == "rewritten by rules everyone"
    assert behind.asked == []
    assert addresses(ask(chain, "nas.example")) == ["192.168.1.5"]
    assert behind.asked == ["nas.lan A"]


def test_a_silent_upstream_is_a_failure_that_is_not_remembered() -> None:
    behind = Behind()
    behind.fault = "no answer from 192.0.2.53"
    outcome = ask(chain_of(policy_of(), behind), "www.example.org")
    assert (outcome.answer.rcode, outcome.memorable) == (SERVFAIL, False)
    assert outcome.answer.extended[0][1] == "no answer from 192.0.2.53"
    assert whose(outcome) == "refused by answer upstream"
    assert outcome.verdict is not None
    assert (outcome.verdict.action, outcome.verdict.rule and outcome.verdict.rule.layer) == (
        Action.REFUSED, Layer.ANSWER,
    )  # fmt: skip


def test_ech_is_taken_out_where_it_is_set() -> None:
    ech = b"\0\5\0\4abcd"
    rdata = b"\0\1\0" + b"\0\1\0\3\2h2" + ech  # RFC 9460 §2.2: priority 1, target ".", alpn, ech
    behind = Behind(Record(from_text("www.example.org"), HTTPS, 1, 60, rdata))
    (kept,) = ask(chain_of(policy_of(), behind), "www.example.org", "HTTPS").answer.records
    stripping = chain_of(policy_of(), behind, strip_ech=True)
    (stripped,) = ask(stripping, "www.example.org", "HTTPS").answer.records
    assert (kept.rdata, stripped.rdata) == (rdata, rdata.removesuffix(ech))


def test_what_is_allowed_carries_whose_it_is() -> None:
    outcome = ask(chain_of(policy_of(), Behind("www.mi.com 60 IN A 203.0.113.9")), "www.mi.com")
    assert outcome.verdict is not None
    assert outcome.verdict.facts is not None
    assert (outcome.verdict.action, outcome.verdict.facts.company) == (Action.ALLOWED, "Xiaomi")


def test_what_replaced_upstreams_said_is_not_said_again() -> None:
    class Replaced(Behind):
        async def resolve(self, question: Question, dnssec_ok: bool, checking_disabled: bool) -> Answer:
            self.turn += 1
            return await super().resolve(question, dnssec_ok, checking_disabled)

    zone = "www.example.org A 203.0.113.9"
    assert ask(chain_of(policy_of(), Behind(zone)), "www.example.org").memorable
    outcome = ask(chain_of(policy_of(), Replaced(zone)), "www.example.org")
    assert addresses(outcome) == ["203.0.113.9"]
    assert not outcome.memorable


def test_other_settings_count_from_the_next_query_on() -> None:
    behind = Behind("plex.example.org A 192.168.1.9")
    chain = chain_of(policy_of("||shop.example^"), behind)
    assert ask(chain, "shop.example").answer.records[0].ttl == 10
    assert addresses(ask(chain, "plex.example.org")) == []
    chain.use(Dns(blocked_ttl=77, private_answers=("example.org",)))
    assert ask(chain, "shop.example").answer.records[0].ttl == 77
    assert addresses(ask(chain, "plex.example.org")) == ["192.168.1.9"]
