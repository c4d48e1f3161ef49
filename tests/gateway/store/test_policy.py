"""What the compiler is handed."""

from pathlib import Path

from gateway.model import Profile
from gateway.policy.state import DeviceState, GroupState, ListState, PauseState, PolicyState, UserRule
from gateway.store import devices, groups, lists, pauses, rules
from gateway.store.engine import Database
from gateway.store.policy import load_state

NOW = 1_700_000_000
VERSION = "ab" * 32


def _copy_of(version: str) -> Path:
    return Path("/copies") / version


def test_new_store_has_everyone_and_nothing_else(store: Database) -> None:
    with store.reading() as session:
        assert load_state(session, _copy_of) == PolicyState()


def test_state_holds_all_that_was_set(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children", profile=Profile.STRICT)
        rule = rules.add_rule(session, "||a.example^", now=NOW, group="children", expires=NOW + 5)
        devices.put_device(
            session, "192.0.2.7", now=NOW, name="Redmi", group="children", tags=("device_phone",)
        )
        pause = pauses.put_pause(session, PauseState("all", "", NOW, 1.5, "boot"))
        for name in ("b", "a"):  # the user's order, not the alphabet's
            number = lists.add_list(session, f"https://lists.example/{name}", for_groups=("children",)).id
            lists.fetched_list(session, number, now=NOW, version=VERSION, rules=1, refused=0)
        session.commit()
    with store.reading() as session:
        state = load_state(session, _copy_of)
    first, second = state.lists
    assert state == PolicyState(
        rules=(UserRule(rule.id, "||a.example^", "children", True, NOW + 5),),
        groups=(
            GroupState("everyone"),
            GroupState("children", profile=Profile.STRICT, lists=(first.id, second.id)),
        ),
        devices=(DeviceState("192.0.2.7", "Redmi", "children", ("device_phone",)),),
        pauses=(pause,),
        lists=(
            ListState(first.id, "b", f"/copies/{VERSION}", VERSION),
            ListState(second.id, "a", f"/copies/{VERSION}", VERSION),
        ),
    )


def test_list_that_was_never_fetched_is_left_out(store: Database) -> None:
    with store.writing() as session:
        lists.add_list(session, "https://lists.example/a")
        state = load_state(session, _copy_of)
    assert state.lists == ()
    assert state.groups == (GroupState("everyone"),)
