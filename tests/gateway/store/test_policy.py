"""What the compiler is handed."""

from pathlib import Path

from gateway.model import Profile
from gateway.policy.state import DeviceState, GroupState, ListState, PauseState, PolicyState, UserRule
from gateway.store import addresses, devices, groups, lists, pauses, rules
from gateway.store.engine import Database
from gateway.store.policy import load_state

NOW = 1_700_000_000
VERSION = "ab" * 32


def _copy_of(version: str) -> Path:
    return Path("/copies") / version


def test_new_store_has_everyone_and_nothing_else(store: Database) -> None:
    with store.reading() as session:
        assert load_state(session, _copy_of, NOW) == PolicyState()


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
        state = load_state(session, _copy_of, NOW)
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
        state = load_state(session, _copy_of, NOW)
    assert state.lists == ()
    assert state.groups == (GroupState("everyone"),)


def test_a_group_is_as_its_schedule_has_it_at_that_time(store: Database) -> None:
    night = '{"zone": "UTC", "windows": [{"start": "21:00", "end": "06:00", "block": "everything"}]}'
    with store.writing() as session:
        groups.add_group(session, "children", schedule=night)
        session.commit()
        evening = NOW - NOW % 86_400 + 22 * 3600
        at_night = load_state(session, _copy_of, evening).groups[1]
        by_day = load_state(session, _copy_of, evening - 12 * 3600).groups[1]
    assert (at_night.block_all, at_night.until) == (True, evening + 8 * 3600)
    assert at_night.scheduled == "by the schedule until 06:00"
    assert by_day == GroupState("children", until=evening - 3600)


def test_devices_have_all_their_addresses_and_so_have_clients_of_rules(store: Database) -> None:
    named, client, by_mac = (f"00:9e:c8:00:00:{number:02x}" for number in (1, 2, 3))
    with store.writing() as session:
        for address, key in (
            ("192.0.2.1", named), ("2001:db8::1", named), ("192.0.2.2", client), ("2001:db8::2", client)
        ):  # fmt: skip
            addresses.put_addresses(session, {address: key}, now=NOW)
        devices.put_device(session, named, now=NOW, name="Redmi")
        devices.put_device(session, "192.0.2.9", now=NOW, name="routed")
        for number, text in enumerate(
            ("192.0.2.2|~'192.0.2.1'", by_mac.upper(), "192.0.2.5", "Redmi|192.0.2.9")
        ):
            rules.add_rule(session, f"||{number}.example^$important,client={text}", now=NOW)
        state = load_state(session, _copy_of, NOW)
    assert state.devices == (
        DeviceState(named, "Redmi", addresses=("192.0.2.1", "2001:db8::1")),
        DeviceState("192.0.2.9", "routed"),
        DeviceState(client, addresses=("192.0.2.2", "2001:db8::2")),
        DeviceState(by_mac),
        DeviceState("192.0.2.5"),
    )
