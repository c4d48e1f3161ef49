"""The values between store and compiler survive the way through msgpack."""

import msgspec

from gateway.policy.state import (
    EVERYONE,
    DeviceState,
    GroupState,
    ListState,
    PauseState,
    PolicyState,
    UserRule,
)


def test_a_state_comes_back_from_msgpack_as_it_was() -> None:
    state = PolicyState(
        rules=(UserRule(1, "||a.test^", "kids", False, 99),),
        groups=(GroupState("kids", lists=(1, 2)), GroupState(EVERYONE)),
        devices=(DeviceState("2001:db8::7", "Redmi", "kids", ("phone",)),),
        pauses=(PauseState("all", "", 100, 1.5, "b"),),
        lists=(ListState(1, "ads", "/copy", "0" * 64),),
    )
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=PolicyState) == state


def test_a_new_state_has_the_group_where_new_devices_land() -> None:
    assert [group.name for group in PolicyState().groups] == [DeviceState("192.0.2.1").group] == [EVERYONE]
