"""From sums to candidates: each kind from what calls for it, and the count that its rows have."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.findings.candidates import INSISTS, Pause, Seen, candidates
from gateway.findings.finding import Finding, Kind, Rows
from gateway.journal.attempts import Attempts, Names
from gateway.model import Action, Layer
from gateway.policy.purposes import Purposes

PHONE, OTHER = "192.0.2.7", "192.0.2.8"
SINCE, UNTIL = 3600, 90000

_attempts = st.builds(
    Attempts,
    device=st.sampled_from([PHONE, OTHER]),
    company=st.sampled_from(["", "Xiaomi", "Alibaba"]),
    purpose=st.sampled_from(["", "analytics", "push", "dns-bypass", "dns-bypass, push", "location"]),
    country=st.sampled_from(["", "CN", "SG"]),
    action=st.sampled_from([action.value for action in Action]),
    layer=st.sampled_from(["", "rules", "pause", "catalogue"]),
    count=st.integers(1, 1000),
)


def _of(count: int = 1, purpose: str = "analytics", action: Action = Action.BLOCKED, **more: Any) -> Attempts:
    whole = {"device": PHONE, "company": "Xiaomi", "country": "SG", "layer": "catalogue", **more}
    return Attempts(purpose=purpose, action=action, count=count, **whole)


def _found(*attempts: Attempts, **more: Any) -> list[Finding]:
    seen = Seen(since=SINCE, until=UNTIL, attempts=attempts, **more)
    return list(candidates(seen, Purposes()))


def _kinds(found: list[Finding]) -> Counter[Kind]:
    return Counter(one.kind for one in found)


def test_a_quiet_box_has_nothing_to_tell() -> None:
    services = [_of(9, "push"), _of(9, "", Action.ALLOWED, company=""), _of(9, "ota-update", layer="keep")]
    assert _found(*services, goes_back=True) == []


def test_reports_of_all_countries_together() -> None:
    (one,) = _found(_of(3, country="CN"), _of(4), _of(2, country=""), before=(_of(8),))
    assert (one.kind, one.count, one.before, one.country) == (Kind.REPORTS, 9, 8, "SG")
    assert one.rows == Rows(PHONE, "Xiaomi", "analytics", since=SINCE)


@pytest.mark.parametrize(
    ("count", "before", "kind"),
    [
        (30, 10, Kind.SURGE),
        (29, 1, Kind.REPORTS),  # too few to mean much
        (89, 30, Kind.REPORTS),
        (300, 0, Kind.REPORTS),  # new: nothing to compare it with
    ],
)
def test_a_surge(count: int, before: int, kind: Kind) -> None:
    (one,) = _found(_of(count), before=(_of(before),) if before else ())
    assert one.kind is kind


def test_got_through_is_told_of_what_was_allowed() -> None:
    found = _found(_of(3, action=Action.ALLOWED, layer="rules"), _of(5), _of(2, action=Action.OBSERVED))
    assert _kinds(found) == {Kind.GOT_THROUGH: 1, Kind.REPORTS: 1}
    (through,) = (one for one in found if one.kind is Kind.GOT_THROUGH)
    assert through.count == 3
    assert through.rows == Rows(PHONE, "Xiaomi", "analytics", action=Action.ALLOWED, since=SINCE)
    assert _kinds(_found(_of(3, action=Action.ALLOWED))) == {Kind.GOT_THROUGH: 1}  # which says it all


def test_what_is_kept_did_not_get_through() -> None:
    assert Kind.GOT_THROUGH not in _kinds(_found(_of(3, action=Action.ALLOWED, layer=Layer.KEEP)))


def test_ways_around() -> None:
    (one,) = _found(_of(2, "dns-bypass, push", Action.ALLOWED, layer=""))
    assert (one.kind, one.count, one.purpose) == (Kind.AROUND, 2, "dns-bypass, push")


def test_what_breaks_is_told_if_the_device_insists() -> None:
    names = [Names(PHONE, f"n{count}.example", "Xiaomi", "config", "", count) for count in (9, INSISTS)]
    (one,) = _found(breaking=tuple((name, "settings") for name in names), breaking_since=7200)
    assert (one.kind, one.name, one.breakage) == (Kind.BREAKS, f"n{INSISTS}.example", "settings")
    assert one.rows == Rows(PHONE, name=one.name, action=Action.BLOCKED, since=7200)
    assert one.since == 7200


def test_what_is_new_needs_a_log_that_goes_back() -> None:
    more: dict[str, Any] = {
        "new_devices": (OTHER, "192.0.2.9"),  # the last was wiped since
        "contacts": ((PHONE, "Xiaomi"), (OTHER, "Xiaomi"), (PHONE, "Gone Ltd")),
    }
    asked = (_of(3, "push"), _of(4, "push", device=OTHER), _of(5, "", company="", device=OTHER))
    assert _found(*asked, **more) == []
    device, company = _found(*asked, **more, goes_back=True)
    assert (device.kind, device.device, device.count) == (Kind.NEW_DEVICE, OTHER, 9)
    assert (company.kind, company.company, company.count) == (Kind.NEW_COMPANY, "Xiaomi", 3)
    assert company.rows == Rows(PHONE, "Xiaomi", since=SINCE)


def test_the_box_itself() -> None:
    roles, failed = _found(roles=("dns-0", "keeper"), lists=("big",))
    assert (roles.kind, roles.subject, roles.rows) == (Kind.ROLE_DOWN, "dns-0, keeper", Rows())
    assert (failed.kind, failed.subject) == (Kind.LIST_FAILED, "big")


def test_pauses_and_groups_that_observe() -> None:
    asked = (
        _of(3, "push", Action.ALLOWED, layer="pause"),
        _of(4, "push", Action.ALLOWED, layer="pause", device=OTHER),
        _of(5, "push", Action.OBSERVED),
    )
    pauses = (Pause(OTHER, "", 99), Pause("", "kids", 100))
    of_one, of_group, observing = _found(*asked, pauses=pauses, observing=("a", "b"))
    assert (of_one.device, of_one.count, of_one.until) == (OTHER, 4, 99)
    assert of_one.rows == Rows(OTHER, layer="pause", since=SINCE)
    assert (of_group.subject, of_group.count) == ("kids", 7)
    assert (observing.subject, observing.count) == ("a, b", 5)


@given(st.lists(_attempts, max_size=30), st.lists(_attempts, max_size=10))
def test_every_count_is_that_of_its_rows(now: list[Attempts], before: list[Attempts]) -> None:
    seen = Seen(
        since=SINCE,
        until=UNTIL,
        attempts=tuple(now),
        before=tuple(before),
        goes_back=True,
        new_devices=(OTHER,),
        contacts=((PHONE, "Xiaomi"),),
        pauses=(Pause(PHONE, "", 9), Pause("", "", 9)),
        observing=("everyone",),
    )
    for one in candidates(seen, Purposes(frozenset({("Alibaba", "location")}))):
        assert one.count == sum(row.count for row in now if _is_of(row, one.rows))
        if one.kind not in (Kind.PAUSED, Kind.NEW_DEVICE, Kind.NEW_COMPANY):
            assert one.before == sum(row.count for row in before if _is_of(row, one.rows))


def _is_of(row: Attempts, rows: Rows) -> bool:
    wanted = {key: value for key, value in msgspec.to_builtins(rows).items() if value and key != "since"}
    return all(getattr(row, key) == value for key, value in wanted.items())
