"""Who is asked, in which order."""

from gateway.dns.upstream.choice import Choice, Member, Routes
from gateway.dns.upstream.health import EXPLORE, FAILURES_TO_DOWN, Health
from gateway.names import ROOT, from_text
from tests.fakes.told import Told


def member(latency: float = 0.0, failures: int = 0, at: float = 0.0) -> Member:
    health = Health()
    health.asked(at)
    if latency:
        health.answered(latency)
    for _ in range(failures):
        health.erred(at, "silent")
    return Member(Told("nobody asks here"), health)


def test_fastest_working_upstream_is_first_and_none_is_left_out() -> None:
    slow, fast = member(0.2), member(0.02)
    later, soon = member(0.001, FAILURES_TO_DOWN, at=9.0), member(0.001, FAILURES_TO_DOWN, at=5.0)
    assert Choice(None, [later, slow, soon, fast]).order(5.5) == [fast, slow, soon, later]


def test_untested_upstreams_keep_the_order_of_the_settings() -> None:
    first, second = member(), member()
    assert [id(each) for each in Choice(None, [first, second]).order(0.0)] == [id(first), id(second)]


def test_failed_or_long_unused_upstream_is_probed_beside_the_chosen() -> None:
    chosen, other = member(0.01), member(0.05)
    choice = Choice(None, [chosen, other])
    assert choice.probe(1.0, chosen) is None
    assert choice.probe(EXPLORE, chosen) is other
    failed = member(0.05, FAILURES_TO_DOWN, at=0.0)
    assert Choice(None, [chosen, failed]).probe(0.5, chosen) is None
    assert Choice(None, [chosen, failed]).probe(1.5, chosen) is failed


def test_longest_suffix_wins() -> None:
    default, lan, home, everything = (Choice(None, []) for _ in range(4))
    routes = Routes(default, {from_text("lan"): lan, from_text("home.lan"): home})
    assert routes.choose(from_text("nas.home.lan")) is home
    assert routes.choose(from_text("home.lan")) is home
    assert routes.choose(from_text("xhome.lan")) is lan
    assert routes.choose(from_text("plan")) is default
    assert routes.choose(ROOT) is default
    assert Routes(everything, {}).choose(from_text("a.b")) is everything
