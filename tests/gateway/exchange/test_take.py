"""What was read is stored and in force in one go; what was there stays."""

from pathlib import Path

import pytest

from gateway import changes
from gateway.data import Data
from gateway.errors import UsageError
from gateway.exchange.take import Taken, take
from gateway.exchange.values import DeviceIn, GroupIn, Imported, ListIn, RuleIn
from gateway.model import Profile
from gateway.store import devices, groups, lists, own_rules, rules
from tests.fakes import idle_box
from tests.fakes.idle_box import says

ALL = Imported(
    rules=(RuleIn("||a.example^"), RuleIn("||b.example^", "kids")),
    lists=(
        ListIn("https://lists.example/a", "A", groups=("kids",)),
        ListIn("https://lists.example/b", enabled=False),
    ),
    groups=(GroupIn("kids", Profile.STRICT, inherit=False, comment="c"),),
    devices=(DeviceIn("192.0.2.7", "tablet", group="kids", tags=("user_child",)),),
)


@pytest.fixture
def data(data_dir: Path, url: str) -> Data:
    return idle_box.made(data_dir, store_url=url)


def taken(data: Data, imported: Imported) -> Taken:
    with changes.change(data, "import") as change:
        return take(change.session, imported, now=1)


def test_all_of_it_is_in_force_at_once(data: Data) -> None:
    assert taken(data, ALL) == Taken(rules=2, rules_kept=0, groups=("kids",), lists=(1, 2), devices=1)
    assert says(data, "b.example", "192.0.2.7").startswith("blocked: rules kids")
    assert says(data, "a.example", "192.0.2.7") == "allowed"
    assert says(data, "a.example", "192.0.2.8").startswith("blocked")
    with changes.reading(data) as session:
        first, second = lists.list_lists(session)
        assert (first.name, first.groups, first.enabled, first.fetched) == ("A", ("kids",), True, 0)
        assert (second.enabled, second.groups) == (False, ("everyone",))
        group = groups.get_group(session, "kids")
        assert (group.profile, group.inherit, group.comment) == (Profile.STRICT, False, "c")


def test_a_second_time_changes_nothing(data: Data) -> None:
    taken(data, ALL)
    assert taken(data, ALL) == Taken(rules=0, rules_kept=2, groups=(), lists=(), devices=0)
    with changes.reading(data) as session:
        assert len(own_rules.own_rules(session)) == 2


def test_what_is_there_stays_as_it_is(data: Data) -> None:
    with changes.change(data, "before") as change:
        groups.add_group(change.session, "kids", profile=Profile.ESSENTIAL)
        devices.put_device(change.session, "192.0.2.7", now=1, name="mine")
        rules.update_rule(
            change.session, rules.add_rule(change.session, "||a.example^", now=1).id, enabled=False
        )
        lists.add_list(change.session, "https://lists.example/a", name="mine")
        lists.add_list(change.session, "https://lists.example/other", name="A")
    found = taken(data, ALL)
    assert (found.rules, found.rules_kept, found.groups, found.devices) == (1, 1, (), 0)
    with changes.reading(data) as session:
        assert groups.get_group(session, "kids").profile is Profile.ESSENTIAL
        assert devices.get_device(session, "192.0.2.7").group == "everyone"
        assert lists.get_list(session, "https://lists.example/a").groups == ("everyone",)
    assert says(data, "a.example") == "allowed"


def test_a_group_that_nobody_brings_leaves_all_as_it_was(data: Data) -> None:
    with pytest.raises(UsageError, match="no group nobody"):
        taken(data, Imported(rules=(RuleIn("||a.example^"), RuleIn("||b.example^", "nobody"))))
    assert says(data, "a.example") == "allowed"
    with changes.reading(data) as session:
        assert own_rules.own_rules(session) == ()


def test_a_list_whose_name_is_taken_gets_another(data: Data) -> None:
    twice = Imported(lists=(ListIn("https://lists.example/a", "A"), ListIn("https://lists.example/b", "A")))
    taken(data, twice)
    with changes.reading(data) as session:
        assert [one.name for one in lists.list_lists(session)] == ["A", "b"]
