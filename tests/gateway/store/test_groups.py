"""Groups of devices."""

import pytest

from gateway.errors import UsageError
from gateway.model import BlockedAnswer, Mode, Profile
from gateway.policy.state import PauseState
from gateway.store import devices, groups, lists, pauses, rules
from gateway.store.engine import Database

NOW = 1_700_000_000


def test_everyone_is_there_from_the_start(store: Database) -> None:
    with store.reading() as session:
        (everyone,) = groups.list_groups(session)
    assert (everyone.name, everyone.profile, everyone.mode, everyone.answer) == (
        "everyone",
        Profile.BALANCED,
        Mode.ENFORCE,
        BlockedAnswer.AUTO,
    )
    assert everyone.inherit
    assert everyone.catalogue


def test_everyone_cannot_be_removed(store: Database) -> None:
    with store.writing() as session, pytest.raises(UsageError, match="always exists"):
        groups.remove_group(session, "everyone")


def test_group_is_added_changed_and_listed_after_everyone(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children", profile=Profile.STRICT)
        groups.add_group(session, "Tür 2", inherit=False)
        changed = groups.update_group(
            session, "children", mode=Mode.OBSERVE, answer=BlockedAnswer.NULL, comment="x"
        )
        session.commit()
    assert (changed.profile, changed.mode, changed.answer) == (
        Profile.STRICT,
        Mode.OBSERVE,
        BlockedAnswer.NULL,
    )
    with store.reading() as session:
        names = [group.name for group in groups.list_groups(session)]
    assert names[0] == "everyone"
    assert set(names) == {"everyone", "children", "Tür 2"}


def test_second_group_of_a_name_is_refused(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children")
        with pytest.raises(UsageError, match="already"):
            groups.add_group(session, "children")


@pytest.mark.parametrize("name", ["", "a\0b", "a\nb", "x" * 65])
def test_unusable_name_is_refused(store: Database, name: str) -> None:
    with store.writing() as session, pytest.raises(UsageError):
        groups.add_group(session, name)
    with store.reading() as session, pytest.raises(UsageError):
        groups.get_group(session, name)


def test_removed_group_takes_its_rules_along_and_gives_its_devices_to_everyone(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children")
        rules.add_rule(session, "||a.example^", now=NOW, group="children")
        lists.add_list(session, "https://lists.example/a.txt", for_groups=("children", "everyone"))
        devices.put_device(session, "192.0.2.7", now=NOW, group="children")
        pauses.put_pause(session, PauseState("group", "children", NOW, 1.0, "b"))
        groups.remove_group(session, "children")
        session.commit()
    with store.reading() as session:
        assert rules.list_rules(session) == ()
        assert devices.get_device(session, "192.0.2.7").group == "everyone"
        assert pauses.list_pauses(session) == ()
        assert lists.get_list(session, "https://lists.example/a.txt").groups == ("everyone",)


NIGHT = '{"windows": [{"pause": true, "start": "21:00", "end": "06:00"}], "zone": "UTC"}'


def test_a_schedule_is_kept_in_one_spelling_and_ended_by_none(store: Database) -> None:
    with store.writing() as session:
        made = groups.add_group(session, "children", schedule=NIGHT)
        assert made.schedule == '{"zone":"UTC","windows":[{"start":"21:00","end":"06:00","pause":true}]}'
        assert groups.update_group(session, "children", comment="x").schedule == made.schedule
        with pytest.raises(UsageError, match="time zone"):
            groups.update_group(session, "children", schedule=NIGHT.replace("UTC", "Mars"))
        assert groups.update_group(session, "children", schedule="").schedule == ""


def test_a_group_takes_all_it_has_along_to_its_new_name(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children", schedule=NIGHT)
        rule = rules.add_rule(session, "||a.example^", now=NOW, group="children")
        one = lists.add_list(session, "https://lists.example/a", for_groups=("children",))
        devices.put_device(session, "192.0.2.7", now=NOW, group="children")
        pauses.put_pause(session, PauseState("group", "children", NOW + 9, 1.0, "boot"))
        renamed = groups.update_group(session, "children", new_name="kids", comment="x")
        session.commit()
    with store.reading() as session:
        assert groups.get_group(session, "kids") == renamed
        assert (renamed.comment, "UTC" in renamed.schedule) == ("x", True)
        assert rules.get_rule(session, rule.id).group == "kids"
        assert lists.get_list(session, one.id).groups == ("kids",)
        assert devices.get_device(session, "192.0.2.7").group == "kids"
        assert pauses.list_pauses(session)[0].target == "kids"
        assert groups.count_members(session) == {"kids": groups.Members(1, 1)}
        with pytest.raises(UsageError, match="no group children"):
            groups.get_group(session, "children")


def test_a_new_name_must_be_free_and_everyone_stays_everyone(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children")
        groups.add_group(session, "guests")
        with pytest.raises(UsageError, match="already"):
            groups.update_group(session, "children", new_name="guests")
        with pytest.raises(UsageError, match="cannot be renamed"):
            groups.update_group(session, "everyone", new_name="all")
        assert groups.update_group(session, "children", new_name="children").name == "children"


@pytest.mark.parametrize("name", ["a/b", "a\\b", ".", "..", "/", ""])
def test_a_name_that_no_path_can_hold_is_refused(store: Database, name: str) -> None:
    with store.writing() as session:
        groups.add_group(session, "children")
        with pytest.raises(UsageError):
            groups.add_group(session, name)
        with pytest.raises(UsageError):
            groups.update_group(session, "children", new_name=name)
