"""Which findings are told: properties of the choice, and what matters more than what."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.findings.choice import MOST, choose, weigh
from gateway.findings.finding import Finding, Kind

_counts = st.integers(0, 1 << 31)
_findings = st.builds(
    Finding,
    kind=st.sampled_from(Kind),
    since=st.just(0),
    until=st.just(1),
    device=st.sampled_from(["", "192.0.2.7", "192.0.2.8"]),
    company=st.sampled_from(["", "Xiaomi", "Alibaba"]),
    purpose=st.sampled_from(["", "analytics", "browser-history", "crash, location", "never heard of"]),
    name=st.sampled_from(["", "a.example"]),
    count=_counts,
    before=_counts,
)


def _one(kind: Kind, count: int = 20, **more: str | int) -> Finding:
    whole = {"kind": kind, "since": 0, "until": 1, "device": "d", "company": f"of {kind}", "count": count}
    return msgspec.convert(whole | more, Finding)


@given(st.lists(_findings, max_size=40))
def test_some_of_the_candidates_the_best_first(found: list[Finding]) -> None:
    chosen = choose(found)
    told = [one.finding for one in chosen]
    assert min(1, len(found)) <= len(chosen) <= MOST
    assert len(set(told)) == len(told)
    assert set(told) <= set(found)
    weights = [one.weight for one in chosen]
    assert weights == sorted(weights, reverse=True)
    assert all(weight > 0 for weight in weights)


@given(st.lists(_findings, max_size=20))
def test_the_order_of_the_candidates_does_not_matter(found: list[Finding]) -> None:
    assert choose(found) == choose(found[::-1]) == choose([*found, *found])


@given(st.lists(_findings, max_size=20), st.integers(0, 12))
def test_fewer_are_the_first_of_more(found: list[Finding], most: int) -> None:
    assert choose(found, most) == choose(found, 12)[:most]


@given(st.lists(_findings, min_size=1, max_size=20))
def test_the_heaviest_is_told_first(found: list[Finding]) -> None:
    assert weigh(choose(found)[0].finding) == max(weigh(one) for one in found)


@given(_findings, _counts)
def test_more_of_it_never_weighs_less(one: Finding, more: int) -> None:
    assert weigh(msgspec.structs.replace(one, count=one.count + more)) >= weigh(one)


@given(_findings, _counts)
def test_what_was_so_before_never_weighs_more(one: Finding, more: int) -> None:
    assert weigh(msgspec.structs.replace(one, before=one.before + more)) <= weigh(one)


@given(_findings)
def test_every_weight_is_a_number_of_points(one: Finding) -> None:
    assert 0 < weigh(one) < 200


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (_one(Kind.ROLE_DOWN, 0, device="", company=""), _one(Kind.GOT_THROUGH, purpose="analytics")),
        (_one(Kind.GOT_THROUGH, 1), _one(Kind.REPORTS, 100_000)),  # one that left, and many that did not
        (_one(Kind.AROUND, 1), _one(Kind.REPORTS, before=20)),
        (_one(Kind.SURGE, before=5), _one(Kind.REPORTS, before=5)),
        (_one(Kind.REPORTS, purpose="browser-history"), _one(Kind.REPORTS, purpose="analytics")),
        (_one(Kind.REPORTS, before=2), _one(Kind.REPORTS, before=20)),  # new, and as ever
        (_one(Kind.PAUSED), _one(Kind.PAUSED, 0)),
        (_one(Kind.NEW_DEVICE), _one(Kind.NEW_COMPANY)),
    ],
)
def test_what_matters_more(better: Finding, worse: Finding) -> None:
    assert [one.finding for one in choose([worse, better])] == [better, worse]


def test_three_are_three_different_things() -> None:
    """Not three times what one loud phone tells one company."""
    loud = [
        _one(Kind.REPORTS, 5000, company="Xiaomi", purpose=word)
        for word in ("analytics", "crash", "advertising", "identifier")
    ]
    others = [_one(Kind.AROUND, 12), _one(Kind.BREAKS, 30)]
    assert {one.finding.kind for one in choose([*loud, *others])[:3]} == {
        Kind.REPORTS,
        Kind.AROUND,
        Kind.BREAKS,
    }


def test_what_only_repeats_is_left_out() -> None:
    same = [_one(Kind.REPORTS, number, company="Xiaomi", before=number) for number in range(1, 9)]
    assert len(choose(same)) == 2
    assert len(choose([_one(Kind.REPORTS, device=f"d{number}") for number in range(9)])) > 3


def test_a_flood_of_senders_does_not_hide_the_rest() -> None:
    flood = [
        _one(Kind.GOT_THROUGH, 9000 + number, device=f"d{number}", company=f"c{number}")
        for number in range(5000)
    ]
    chosen = choose([*flood, _one(Kind.BREAKS, 30)])
    assert chosen[0].finding == flood[-1]
    assert _one(Kind.BREAKS, 30) in [one.finding for one in chosen]
