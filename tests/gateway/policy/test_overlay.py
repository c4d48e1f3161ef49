"""The user's part of a generation: all of it parsed, or nothing of it made."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import OwnFault, UsageError
from gateway.policy.generation.build import Builder
from gateway.policy.overlay import Maker, Overlay, decode, encode, read
from gateway.policy.snapshot import Base
from gateway.policy.state import EVERYONE, DeviceState, GroupState, PauseState, PolicyState, UserRule


def empty_base() -> Base:
    file = BytesIO()
    Builder(bytes(16)).write(file, fingerprint="")
    return Base(file.getvalue(), "test")


def made(*rules: UserRule, now: float = 0) -> Overlay:
    return Maker().make(PolicyState(rules=rules), empty_base(), now)


def test_what_is_written_is_read() -> None:
    state = PolicyState(
        rules=(UserRule(1, "||a.test^$client=192.0.2.0/24,dnsrewrite=192.0.2.1"), UserRule(2, "/^a/")),
        groups=(GroupState("kids", lists=(3, 1)), GroupState(EVERYONE)),
        devices=(DeviceState("192.0.2.7", "Redmi", "kids", ("phone",)),),
        pauses=(PauseState("group", "kids", 100, 10.5, "b"),),
    )
    overlay = Maker().make(state, empty_base(), 50.9)
    assert decode(encode(overlay), "test") == overlay
    assert (overlay.made, overlay.groups, overlay.devices) == (50, state.groups, state.devices)


def test_everyone_is_always_there() -> None:
    overlay = Maker().make(PolicyState(groups=(GroupState("kids"),)), empty_base(), 0)
    assert [group.name for group in overlay.groups] == [EVERYONE, "kids"]


@pytest.mark.parametrize("text", ["", "||a.test^$nonsense", "/(/", "! a comment", "a.test b.test"])
def test_a_rule_that_does_not_parse_is_the_users_error_and_named(text: str) -> None:
    with pytest.raises(UsageError, match="rule 7"):
        made(UserRule(1, "||good.test^"), UserRule(7, text))


@pytest.mark.parametrize(
    "state",
    [
        PolicyState(rules=(UserRule(1, "||a.test^", "gone"),)),
        PolicyState(devices=(DeviceState("192.0.2.7", group="gone"),)),
    ],
)
def test_an_unknown_group_is_the_users_error(state: PolicyState) -> None:
    with pytest.raises(UsageError, match="no group 'gone'"):
        Maker().make(state, empty_base(), 0)


def test_expired_and_disabled_rules_are_left_out_and_the_next_expiry_is_known() -> None:
    overlay = made(
        UserRule(1, "||a.test^", expires=99),
        UserRule(2, "||b.test^", expires=100),
        UserRule(3, "||c.test^", expires=150),
        UserRule(4, "||d.test^", expires=120),
        UserRule(5, "||e.test^", enabled=False, expires=110),
        UserRule(6, "||f.test^"),
        now=100,
    )
    assert [rule.rule.origin for rule in overlay.rules] == [3, 4, 6]
    assert overlay.expires == 120
    assert made().expires == 0


def test_a_schedules_next_change_is_an_expiry_too() -> None:
    groups = (
        GroupState(EVERYONE),
        GroupState("kids", until=130, block_all=True, scheduled="by the schedule"),
    )
    rules = (UserRule(1, "||a.test^", expires=150),)
    overlay = Maker().make(PolicyState(rules=rules, groups=groups), empty_base(), 100)
    assert overlay.expires == 130
    assert decode(encode(overlay), "test").groups == groups


def test_a_rule_is_parsed_once_however_often_overlays_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    maker, base = Maker(), empty_base()
    state = PolicyState(rules=(UserRule(1, "||a.test^"),))
    first = maker.make(state, base, 0)
    monkeypatch.setattr("gateway.policy.syntax.parse_rule", None)
    assert maker.make(state, base, 0) == first


@given(flip=st.integers(0, 10_000), cut=st.booleans())
def test_a_damaged_overlay_is_refused(flip: int, cut: bool) -> None:
    damaged = bytearray(encode(made(UserRule(1, "||a.test^"))))
    at = flip % len(damaged)
    if cut:
        del damaged[at:]
    else:
        damaged[at] ^= 1 << flip % 8
    with pytest.raises(OwnFault):
        decode(bytes(damaged), "test")


def test_a_file_that_is_not_what_the_manifest_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "overlay"
    path.write_bytes(encode(made()))
    assert read(path) == made()
    with pytest.raises(OwnFault, match="checksum"):
        read(path, "0" * 64)
    with pytest.raises(OwnFault):
        read(tmp_path / "missing")
