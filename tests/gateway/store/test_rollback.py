"""Going back: all is as it was, numbers included; what cannot be is said."""

from collections.abc import Callable

from gateway.store import addresses, bundles, devices, groups, lists, rollback, rules, snapshots
from gateway.store.bundles import KeptBundle
from gateway.store.engine import Database, Session
from gateway.store.snapshots import Snapshot

NOW = 1_700_000_000
OLD, NEW = "a" * 64, "b" * 64
MAC = "a0:b1:c2:d3:e4:f5"


def back(
    session: Session, snapshot: Snapshot, has_copy: Callable[[str], bool] = lambda _: True
) -> tuple[str, ...]:
    session.flush()
    return rollback.restore(session, snapshot, now=NOW, has_copy=has_copy)


def test_rules_come_back_with_their_numbers_and_what_came_since_goes(store: Database) -> None:
    with store.writing() as session:
        first = rules.add_rule(session, "||a.example^", now=NOW, comment="why", tags=("x",))
        second = rules.add_rule(session, "||b.example^", now=NOW)
        then = snapshots.take(session)
        rules.remove_rule(session, first.id)
        rules.update_rule(session, second.id, text="||a.example^", now=NOW + 1)
        third = rules.add_rule(session, "||b.example^", now=NOW)
        assert back(session, then) == ()
        assert rules.list_rules(session) == (first, second)
        fourth = rules.add_rule(session, "||d.example^", now=NOW)
        assert fourth.id > third.id


def test_a_rule_whose_time_has_passed_does_not_come_back(store: Database) -> None:
    with store.writing() as session:
        one = rules.add_rule(session, "||a.example^", now=NOW, expires=NOW - 1)
        first = snapshots.take(session)
        rules.add_rule(session, "||b.example^", now=NOW, expires=NOW - 1)
        then = snapshots.take(session)
        assert back(session, first) == (f"rule {one.id} is not back: its time has passed",)
        assert back(session, then) == ("2 rules are not back: their time has passed",)
        assert rules.list_rules(session) == ()


def test_groups_and_who_is_in_them_come_back_names_of_devices_stay(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "kids", comment="c")
        devices.put_device(session, "192.0.2.7", now=NOW, name="Anna's", group="kids", tags=("user_child",))
        then = snapshots.take(session)
        groups.remove_group(session, "kids")
        groups.add_group(session, "guests")
        rules.add_rule(session, "||g.example^", now=NOW, group="guests")
        devices.put_device(session, "192.0.2.7", now=NOW, name="Berta's", tags=())
        devices.put_device(session, "192.0.2.8", now=NOW, group="guests")
        assert back(session, then) == ()
        assert [group.name for group in groups.list_groups(session)] == ["everyone", "kids"]
        known = {device.address: device for device in devices.list_devices(session)}
        assert (known["192.0.2.7"].name, known["192.0.2.7"].group) == ("Berta's", "kids")
        assert known["192.0.2.7"].tags == ("user_child",)
        assert known["192.0.2.8"].group == "everyone"


def test_a_device_whose_mac_is_known_since_is_the_same_and_one_forgotten_stays_so(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "kids")
        devices.put_device(session, "192.0.2.7", now=NOW, group="kids")
        devices.put_device(session, "192.0.2.9", now=NOW, group="kids")
        then = snapshots.take(session)
        devices.rekey_device(session, "192.0.2.7", MAC)
        addresses.put_addresses(session, {"192.0.2.7": MAC}, now=NOW)
        devices.put_device(session, MAC, now=NOW, group="everyone")
        devices.remove_device(session, "192.0.2.9")
        back(session, then)
        assert [(one.address, one.group) for one in devices.list_devices(session)] == [(MAC, "kids")]


def test_lists_come_back_with_their_copies_as_far_as_they_are_there(store: Database) -> None:
    with store.writing() as session:
        first = lists.add_list(session, "https://lists.example/a", name="one")
        second = lists.add_list(session, "https://lists.example/b", name="two")
        for one in (first, second):
            lists.fetched_list(session, one.id, now=NOW, version=OLD, rules=3, refused=0)
        then = snapshots.take(session)
        for one in (first, second):
            lists.fetched_list(session, one.id, now=NOW, version=NEW, rules=4, refused=0, etag='"e"')
        assert back(session, then) == ()
        there = lists.get_list(session, first.id)
        assert (there.version, there.rules, there.etag) == (OLD, 3, "")
        lists.fetched_list(session, first.id, now=NOW, version=NEW, rules=4, refused=0)
        lists.remove_list(session, second.id)
        told = back(session, then, lambda _: False)
        assert len(told) == 2
        assert "its copy of that time is gone, the present one stays" in told[0]
        assert "hushgate lists refresh" in told[1]
        assert lists.get_list(session, first.id).version == NEW
        assert (lists.get_list(session, "two").id, lists.get_list(session, "two").version) == (second.id, "")
        third = lists.add_list(session, "https://lists.example/c")
        back(session, then)
        assert [one.id for one in lists.list_lists(session)] == [first.id, second.id]
        assert lists.add_list(session, "https://lists.example/d").id > third.id


def test_lists_may_have_exchanged_their_names_and_groups(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "kids")
        first = lists.add_list(session, "https://lists.example/a", name="one")
        second = lists.add_list(session, "https://lists.example/b", name="two", for_groups=("kids",))
        then = snapshots.take(session)
        lists.remove_list(session, second.id)
        lists.remove_list(session, first.id)
        lists.add_list(session, "https://lists.example/c", name="two")
        back(session, then)
        assert [(one.name, one.groups) for one in lists.list_lists(session)] == [
            ("one", ("everyone",)),
            ("two", ("kids",)),
        ]
        assert snapshots.take(session) == then


def test_bundles_come_back_and_their_highest_version_stays(store: Database) -> None:
    one = KeptBundle("acme", "K" * 16, 3, NOW, NOW + 5, "c" * 64, NOW, b"{}")
    with store.writing() as session:
        bundles.put_bundle(session, one)
        then = snapshots.take(session)
        bundles.put_bundle(session, KeptBundle("acme", "K" * 16, 5, NOW, NOW + 5, "d" * 64, NOW, b"{}"))
        back(session, then)
        there = bundles.get_bundle(session, "acme")
        assert (there.version, there.highest) == (3, 5)
