"""Home in numbers. Above all: "none got through" is true or not said."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal.attempts import Attempts
from gateway.model import Action, Layer
from gateway.overview import STOPPED, THROUGH, Overview, State, overview
from gateway.policy.purposes import Purposes

PURPOSES = Purposes(frozenset({("Xiaomi", "account, identifier")}))
PHONE, OTHER = "192.0.2.7", "192.0.2.8"

_words = st.sampled_from(["", "analytics", "crash, analytics", "push", "dns-bypass", "account, identifier"])
_attempts = st.builds(
    Attempts,
    device=st.sampled_from([PHONE, OTHER, ""]),
    company=st.sampled_from(["", "Xiaomi", "Alibaba"]),
    purpose=_words,
    country=st.sampled_from(["", "CN", "SG"]),
    action=st.sampled_from([action.value for action in Action]),
    layer=st.sampled_from(["", *(layer.value for layer in Layer)]),
    count=st.integers(0, 1 << 40),
)


def _of(
    purpose: str,
    action: Action = Action.BLOCKED,
    count: int = 1,
    *,
    device: str = PHONE,
    company: str = "Xiaomi",
    country: str = "SG",
    layer: str = "catalogue",
) -> Attempts:
    return Attempts(device, company, purpose, country, action, layer, count)


def _sum(*found: Attempts, standing: State | None = None) -> Overview:
    return overview(found, PURPOSES, lambda _: standing)


@pytest.mark.parametrize(
    ("one", "stopped", "through"),
    [
        (_of("analytics"), 1, 0),
        (_of("analytics", Action.REWRITTEN, layer="rules"), 1, 0),
        (_of("analytics", Action.ALLOWED, layer="rules"), 0, 1),
        (_of("analytics", Action.ALLOWED, layer="pause"), 0, 1),
        (_of("analytics", Action.ALLOWED, layer=""), 0, 1),
        (_of("analytics", Action.OBSERVED), 0, 1),
        (_of("analytics", Action.REFUSED, layer="answer"), 0, 0),
    ],
)
def test_what_became_of_a_reporting_attempt(one: Attempts, stopped: int, through: int) -> None:
    tally = _sum(one).telemetry
    assert (tally.attempts, tally.stopped, tally.got_through) == (1, stopped, through)


@pytest.mark.parametrize(
    "one",
    [
        _of("ota-update", Action.ALLOWED, layer="keep"),
        _of("account, identifier", Action.ALLOWED, layer=""),
        _of("analytics", Action.ALLOWED, layer="keep"),
        _of("push", Action.ALLOWED),
        _of("", Action.ALLOWED),
        _of("", Action.BLOCKED, company=""),
    ],
)
def test_a_service_is_no_report(one: Attempts) -> None:
    found = _sum(one)
    assert found.telemetry.attempts == 0
    assert (found.companies, found.destinations, found.purposes) == ([], [], [])
    assert found.asked == 1


@pytest.mark.parametrize(
    ("rows", "state", "purpose"),
    [
        ([_of("", Action.ALLOWED, 9, company="")], State.QUIET, ""),
        ([_of("push")], State.QUIET, ""),
        ([_of("analytics"), _of("crash", count=2)], State.REPORTS, "crash"),
        ([_of("analytics", count=3), _of("dns-bypass", count=3)], State.REPORTS, "analytics"),
        ([_of("analytics", count=3), _of("dns-bypass, push", count=4)], State.AROUND, "dns-bypass, push"),
    ],
)
def test_a_device_in_a_word(rows: list[Attempts], state: State, purpose: str) -> None:
    (device,) = _sum(*rows).devices_seen
    assert (device.state, device.purpose) == (state, purpose)
    (paused,) = _sum(*rows, standing=State.PAUSED).devices_seen
    assert (paused.state, paused.purpose) == (State.PAUSED, purpose)


def test_where_to_and_the_most_first() -> None:
    found = _sum(
        _of("analytics", count=2),
        _of("crash", count=5, country="CN"),
        _of("crash", count=1, country=""),
        _of("advertising", Action.ALLOWED, 3, company="Alibaba", device=OTHER),
    )
    assert [(one.company, one.tally.attempts, one.countries) for one in found.companies] == [
        ("Xiaomi", 8, ["CN", "SG"]),
        ("Alibaba", 3, ["SG"]),
    ]
    assert [(one.country, one.company, one.tally.attempts) for one in found.destinations] == [
        ("CN", "Xiaomi", 5),
        ("SG", "Alibaba", 3),
        ("SG", "Xiaomi", 2),
        ("", "Xiaomi", 1),
    ]
    assert found.purposes == ["crash", "advertising", "analytics"]
    assert [(one.device, one.tally.got_through) for one in found.devices_seen] == [(PHONE, 0), (OTHER, 3)]


@given(st.lists(_attempts))
def test_every_sum_is_the_logs(found: list[Attempts]) -> None:
    sums = overview(found, PURPOSES, lambda _: None)
    actions: Counter[str] = Counter()
    reports = [one for one in found if PURPOSES.reports(one.company, one.purpose, one.layer)]
    for one in found:
        actions[one.action] += one.count
    assert (sums.asked, sums.blocked) == (actions.total(), actions[Action.BLOCKED])
    assert sums.observed == actions[Action.OBSERVED]
    assert 0 <= sums.percent <= 100
    assert sums.telemetry.attempts == sum(one.count for one in reports)
    assert sums.telemetry.stopped == sum(one.count for one in reports if one.action in STOPPED)
    assert sums.telemetry.got_through == sum(one.count for one in reports if one.action in THROUGH)
    for parts in (sums.companies, sums.destinations, sums.devices_seen):
        tallies = [part.tally for part in parts]
        assert sum(tally.attempts for tally in tallies) == sums.telemetry.attempts
        assert sum(tally.stopped for tally in tallies) == sums.telemetry.stopped
        assert sum(tally.got_through for tally in tallies) == sums.telemetry.got_through
        assert [tally.attempts for tally in tallies] == sorted(
            (tally.attempts for tally in tallies), reverse=True
        )
    assert sum(one.asked for one in sums.devices_seen) == sums.asked
    assert sums.devices == len({one.device for one in found})


@given(st.lists(_attempts))
def test_the_order_of_the_rows_does_not_matter(found: list[Attempts]) -> None:
    assert overview(found[::-1], PURPOSES, lambda _: None) == overview(found, PURPOSES, lambda _: None)
