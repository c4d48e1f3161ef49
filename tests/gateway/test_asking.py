"""What is asked and who asks, before it is explained; tests/gateway/commands/test_why.py has the answers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import asking
from gateway.errors import Missing, UsageError
from gateway.iana import AAAA
from gateway.names import from_text
from gateway.policy.matching.asker import Asker
from gateway.policy.state import EVERYONE, DeviceState, GroupState
from gateway.settings import Settings
from tests.fakes.policies import policy_of, state_of

MAC = "aa:bb:cc:00:00:01"


def test_a_device_is_meant_by_name_key_or_any_of_its_addresses(tmp_path: Path) -> None:
    anna = DeviceState(MAC, "Anna", "kids", addresses=("192.0.2.7", "2001:db8::7"))
    groups = [GroupState(EVERYONE), GroupState("kids")]
    policy = policy_of(state_of(tmp_path, groups=groups, devices=[anna]))
    askers = {
        asking.asker_of(policy, text)
        for text in ("anna", " Anna ", MAC, MAC.upper(), "192.0.2.7", "2001:DB8:0::7", "::ffff:192.0.2.7")
    }
    assert [(asker.address, asker.group) for asker in askers] == [(MAC, "kids")]
    assert asking.asker_of(policy, "192.0.2.8").group == EVERYONE
    assert asking.asker_of(policy, "") == Asker("")
    with pytest.raises(Missing, match="no device 'ben'"):
        asking.asker_of(policy, "ben")


def test_a_name_that_two_devices_have_means_neither(tmp_path: Path) -> None:
    two = [DeviceState(MAC, "Anna", EVERYONE), DeviceState("192.0.2.9", "anna", EVERYONE)]
    policy = policy_of(state_of(tmp_path, groups=[GroupState(EVERYONE)], devices=two))
    with pytest.raises(UsageError, match="2 devices are called 'Anna'") as told:
        asking.asker_of(policy, "Anna")
    assert "192.0.2.9" in told.value.hint
    assert asking.asker_of(policy, MAC).address == MAC


def test_a_question_is_a_name_and_a_type(tmp_path: Path) -> None:
    assert asking.question("WWW.Example.org.", "aaaa") == (from_text("www.example.org"), AAAA)
    policy = policy_of(state_of(tmp_path, rules=["||example.org^"]))
    row = asking.why(Settings(), policy, Asker(""), *asking.question("www.example.org", "A"))
    assert (row["name"], row["action"], row["group"], row["schedule"]) == (
        "www.example.org", "blocked", EVERYONE, "",
    )  # fmt: skip


@given(st.text(max_size=300), st.text(max_size=30))
def test_any_text_is_a_question_or_refused(name: str, qtype: str) -> None:
    try:
        asking.question(name, qtype)
    except UsageError as error:
        assert error.hint  # noqa: PT017  # the hint is what matters here


def test_a_schedule_is_told_with_the_verdict(tmp_path: Path) -> None:
    night = GroupState(EVERYONE, block_all=True, scheduled="by the schedule until 06:30")
    policy = policy_of(state_of(tmp_path, groups=[night], rules=["@@||clock.example^"]))
    asked = from_text("any.example")
    row = asking.why(Settings(), policy, Asker(""), asked, 1)
    assert (row["action"], row["rule"]["layer"], row["rule"]["text"], row["schedule"]) == (
        "blocked",
        "schedule",
        "everything is blocked by the schedule until 06:30",
        "by the schedule until 06:30",
    )
    row = asking.why(Settings(), policy, Asker(""), from_text("clock.example"), 1)
    assert (row["action"], row["rule"]["layer"], row["schedule"]) == (
        "allowed",
        "rules",
        "by the schedule until 06:30",
    )
