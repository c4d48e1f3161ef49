"""What the catalogue says of names."""

from gateway.model import Profile
from gateway.names import from_text
from gateway.policy.compiler import job
from gateway.policy.matching.asker import Asker
from gateway.policy.matching.known import Known
from gateway.policy.matching.probe import Probe
from tests.fakes.policies import catalogue, row

CATALOGUE = catalogue(
    row("ad.xiaomi.com", "balanced", "suffix"),
    row("log.ad.xiaomi.com", "keep"),
    row("log-*.ad.xiaomi.com", "strict", "glob"),
    row("only.xiaomi.com", "essential"),
    domains=("xiaomi.com", "io.mi.com"),
)


def known() -> Known:
    work = job((), CATALOGUE)
    return Known(work.rows, work.domains)


def patterns(name: str) -> list[str]:
    return [one.facts.pattern for one in known().rows(Probe(Asker(""), from_text(name), 1))]


def test_all_rows_about_a_name_are_found_the_longest_pattern_first() -> None:
    assert patterns("log.ad.xiaomi.com") == ["log.ad.xiaomi.com", "ad.xiaomi.com"]
    assert patterns("log-1.ad.xiaomi.com") == ["log-*.ad.xiaomi.com", "ad.xiaomi.com"]
    assert patterns("x.log.ad.xiaomi.com") == ["ad.xiaomi.com"]
    assert patterns("x.only.xiaomi.com") == patterns("xiaomi.com") == []


def test_of_two_patterns_as_long_the_one_to_keep_goes_first() -> None:
    work = job((), catalogue(row("a-*.b.xiaomi.com", "essential", "glob"), row("a-1.b.xiaomi.com", "keep")))
    rows = Known(work.rows, work.domains).rows(Probe(Asker(""), from_text("a-1.b.xiaomi.com"), 1))
    assert [one.keep for one in rows] == [True, False]


def test_the_owner_is_that_of_the_nearest_domain() -> None:
    facts = known().owner(Probe(Asker(""), from_text("x.io.mi.com"), 1))
    assert facts is not None
    assert facts.company == "Xiaomi"
    assert known().owner(Probe(Asker(""), from_text("mi.com"), 1)) is None


def test_profiles_contain_each_other_and_never_block_what_is_kept() -> None:
    rows = {one.facts.pattern: one for entry in CATALOGUE.rows for one in _rows_of(entry.pattern)}
    blocking = {
        profile: {pattern for pattern, one in rows.items() if one.blocked_by(profile)} for profile in Profile
    }
    assert blocking[Profile.ESSENTIAL] == {"only.xiaomi.com"}
    assert blocking[Profile.BALANCED] == {"only.xiaomi.com", "ad.xiaomi.com"}
    assert blocking[Profile.STRICT] == {"only.xiaomi.com", "ad.xiaomi.com", "log-*.ad.xiaomi.com"}


def _rows_of(pattern: str):  # type: ignore[no-untyped-def] # a list of what the room keeps to itself
    return known().rows(Probe(Asker(""), from_text(pattern.replace("*", "1")), 1))
