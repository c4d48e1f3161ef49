"""A traced question meets what a phone's question meets, link for link, and leaves nothing behind."""

import asyncio
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.dns import trace
from gateway.dns.cache import Cache
from gateway.dns.chain import Chain, Outcome
from gateway.dns.links.forward import Forward
from gateway.dns.trace import Walk
from gateway.dns.upstream.race import Tried
from gateway.dns.wire import RD, Answer, Query, Question, Record
from gateway.errors import UpstreamFault, UsageError
from gateway.iana import CNAME, NOERROR, NXDOMAIN, by_name
from gateway.model import Mode, Verdict
from gateway.names import from_text, to_text
from gateway.policy.decide import Policy
from gateway.policy.state import EVERYONE, GroupState, PauseState, PolicyState
from gateway.settings import Dns
from gateway.tasks import Tasks
from tests.fakes.server import policy_of
from tests.fakes.values import record

BOX = (IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1"))
PHONE = "192.0.2.7"
FOR_EVER = PauseState("all", "", until=1 << 40, boot_until=1e12, boot_id="another run of the kernel")
ZONE = (
    "www.example.org 300 A 203.0.113.9",
    "alias.example.org 300 CNAME www.example.org",
    "led.example.org 300 CNAME tracking.miui.com",
    "inside.example.org 300 A 192.168.1.1",
    "ech.example.org 300 HTTPS 1 . ipv4hint=203.0.113.9",
    "a.lan 300 A 192.168.1.2",
)
RULES = (
    "||blocked.example^",
    "||pointed.example^$dnsrewrite=www.example.org",
    "||home.example^$dnsrewrite=hushgate.home.arpa",
    "||fixed.example^$dnsrewrite=203.0.113.77",
    "@@||led.example.org^$denyallow=nothing.example",
)


class World:
    """Upstreams that know a zone."""

    def __init__(self) -> None:
        self._records = [record(line) for line in ZONE]
        self.asked: list[str] = []
        self.fault = ""

    async def ask(self, question: Question, told: list[Tried] | None = None, **_: bool) -> Answer:
        self.asked.append(to_text(question.name))
        if self.fault:
            raise UpstreamFault(self.fault)
        if told is not None:
            told.append(Tried("udp://192.0.2.53", 12.0, "NOERROR", answered=True))
        found: list[Record] = []
        name = question.name
        while alias := next((one for one in self._records if (one.name, one.type) == (name, CNAME)), None):
            found.append(alias)
            name = alias.rdata
        found += [one for one in self._records if (one.name, one.type) == (name, question.type)]
        return Answer(NOERROR if found else NXDOMAIN, tuple(found))


class House:
    """A chain and what is behind it."""

    def __init__(self, policy: Policy | None = None, **settings: Any) -> None:
        self.world = World()
        self.cache = Cache(1 << 20)
        self.now = 1000.0
        own = frozenset({from_text("lan")})
        forward = Forward(self.cache, self.world, Tasks(), own, lambda: self.now)  # type: ignore[arg-type]  # has what is used
        self.chain = Chain(Dns(**settings), policy or policy_of(*RULES), forward)

    def asked(self, name: str, rtype: str) -> Outcome:
        """What a phone would be told."""

        async def work() -> Outcome:
            query, asker = _query(name, rtype), self.chain.policy.asker(PHONE)
            decided = self.chain.decide(query, asker, lambda: BOX)
            return (
                await self.chain.forward(query, asker, decided) if isinstance(decided, Verdict) else decided
            )

        return asyncio.run(work())

    def walked(self, name: str, rtype: str = "A") -> tuple[Outcome, trace.Traced]:
        """The same question traced."""
        walk = Walk(self.chain, _query(name, rtype), self.chain.policy.asker(PHONE), lambda: BOX)
        return asyncio.run(walk.through())

    def links(self, name: str, rtype: str = "A") -> list[str]:
        """ "policy blocked", as far as it went."""
        return [f"{step.link} {step.did}" for step in self.walked(name, rtype)[1].links]


def _query(name: str, rtype: str) -> Query:
    wire = from_text(name)
    return Query(1, RD, Question(wire, wire, by_name(rtype)))


NAMES = (
    *(line.split()[0] for line in ZONE),
    "blocked.example",
    "pointed.example",
    "home.example",
    "fixed.example",
    "tracking.miui.com",
    "hushgate.home.arpa",
    "localhost",
    "use-application-dns.net",
    "nobody.example",
    "router",
)
POLICIES = {
    "rules": policy_of(*RULES),
    "paused": policy_of(*RULES, state=PolicyState(pauses=(FOR_EVER,))),
}


@given(
    st.sampled_from(NAMES),
    st.sampled_from(("A", "AAAA", "HTTPS", "ANY", "AXFR", "CNAME", "TYPE200")),
    st.sampled_from(sorted(POLICIES)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(("", "no answer")),
)
# Where a rule leads to is asked for each time; when that fails, the cache helps out, however fresh it is.
@example("pointed.example", "A", "rules", True, False, "no answer")
def test_a_trace_comes_to_what_a_phone_is_told(
    name: str, rtype: str, policy: str, known: bool, strip: bool, fault: str
) -> None:
    houses = [House(POLICIES[policy], strip_ech=strip) for _ in range(2)]
    for house in houses:
        if known:  # by the cache
            house.asked(name, rtype)
        house.world.fault = fault
    told, (walked, traced) = houses[0].asked(name, rtype), houses[1].walked(name, rtype)
    assert walked.answer == told.answer
    assert walked.verdict == told.verdict
    assert houses[0].world.asked == houses[1].world.asked
    assert [len(house.cache) for house in houses] == [len(houses[0].cache)] * 2
    assert traced.links[-1].did != "skipped"


def test_each_link_says_what_it_did_and_why() -> None:
    house = House()
    assert house.links("blocked.example") == [
        "protocol passed", "special passed", "pause passed", "policy blocked"
    ]  # fmt: skip
    assert house.links("www.example.org") == [
        "protocol passed", "special passed", "pause passed", "policy passed", "cache passed", "forward answered",
        "answers passed",
    ]  # fmt: skip
    assert house.links("www.example.org")[4:] == ["cache answered", "answers passed"]
    assert house.links("localhost") == ["protocol passed", "special answered"]
    assert house.links("a.lan")[1] == "special skipped"
    assert house.links("pointed.example")[3:] == [
        "policy rewritten", "cache skipped", "forward answered", "answers passed"
    ]  # fmt: skip
    assert house.links("inside.example.org")[-1] == "answers refused"
    assert house.links("alias.example.org", "AXFR") == ["protocol refused"]
    _, traced = house.walked("blocked.example")
    assert "||blocked.example^" in traced.links[-1].says
    assert traced.answer.ede == ["15: Hushgate: rules everyone, line 1: ||blocked.example^"]
    assert traced.rule is not None
    assert (traced.action, traced.rule.layer, traced.rule.line) == ("blocked", "rules", 1)
    assert traced.ms >= sum(step.ms for step in traced.links) - 0.01


def test_a_cname_to_a_blocked_name_is_told_at_the_link_that_saw_it() -> None:
    house = House(policy_of())
    _, traced = house.walked("led.example.org")
    assert [f"{step.link} {step.did}" for step in traced.links][-2:] == [
        "forward answered",
        "answers blocked",
    ]
    assert traced.rule is not None
    assert (traced.action, traced.rule.list) == ("blocked", "xiaomi.toml")


def test_a_group_that_only_observes_is_told_what_it_would_block() -> None:
    group = GroupState(EVERYONE, mode=Mode.OBSERVE)
    house = House(policy_of("||blocked.example^", state=PolicyState(groups=(group,))))
    assert "policy observed" in house.links("blocked.example")


def test_upstreams_that_fail_leave_what_the_cache_still_has() -> None:
    house = House()
    house.asked("www.example.org", "A")
    house.now += 400
    house.world.fault = "no answer"
    assert house.links("www.example.org")[4:] == [
        "cache passed", "forward failed", "cache answered", "answers passed"
    ]  # fmt: skip
    _, traced = house.walked("nobody.example")
    assert (traced.action, traced.answer.rcode) == ("refused", "SERVFAIL")
    assert traced.links[-1].did == "failed"


def test_nothing_is_counted_for_it() -> None:
    house = House()
    house.asked("www.example.org", "A")
    before = (house.cache.hits, house.cache.misses, house.cache.stale_hits)
    house.walked("www.example.org")
    house.walked("tracking.miui.com")
    house.walked("nobody.example")
    assert (house.cache.hits, house.cache.misses, house.cache.stale_hits) == before


def test_a_request_over_the_control_socket_is_walked() -> None:
    house = House()
    told = asyncio.run(trace.answer(house.chain, {"name": "blocked.example", "type": "A", "device": PHONE}))
    assert told["rule"] == {"layer": "rules", "list": "everyone", "line": 1, "text": "||blocked.example^"}
    assert told["answer"]["records"] == ["A 0.0.0.0 ttl 10"]
    assert set(told) == {"links", "answer", "action", "rule", "generation", "ms"}
    box = asyncio.run(trace.answer(house.chain, {"name": "hushgate.home.arpa", "type": "A"}))
    assert box["links"][-1]["did"] == "answered"


@pytest.mark.parametrize("request_", [{}, {"name": "a..b", "type": "A"}, {"name": "a.b", "type": "NONSENSE"}])
def test_a_request_that_is_none_is_refused(request_: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        asyncio.run(trace.answer(House().chain, request_))


def test_what_was_said_is_kept_within_bounds() -> None:
    house = House()
    house.world.fault = "x" * 10_000
    _, traced = house.walked("nobody.example")
    assert all(len(step.says) <= trace.MAX_SAID for step in traced.links)
    assert all(len(one) <= trace.MAX_SAID + 10 for one in traced.answer.ede)
