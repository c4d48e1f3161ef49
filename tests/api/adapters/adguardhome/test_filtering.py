"""`/filtering`: rules of `everyone`."""

import pytest

from gateway.store import groups, lists, rules
from tests.api.adapters.conftest import Ask
from tests.fakes import idle_box
from tests.fakes.api import Api


def test_rules_are_replaced_as_a_whole_and_at_once(served: Api, agh: Ask) -> None:
    with served.box.works.change("rules of before") as change:
        kept = rules.add_rule(change.session, "||kept.example^", now=1, comment="why")
        rules.add_rule(change.session, "||gone.example^", now=1)
        off = rules.add_rule(change.session, "||off.example^", now=1)
        rules.update_rule(change.session, off.id, enabled=False)
        groups.add_group(change.session, "children")
        rules.add_rule(change.session, "||theirs.example^", now=1, group="children")
    wanted = ["! remark", "", "||kept.example^", "||new.example^", "||new.example^", "# remark"]
    assert agh("POST", "/filtering/set_rules", json={"rules": wanted}).status_code == 200
    assert agh("GET", "/filtering/status").json()["user_rules"] == ["||kept.example^", "||new.example^"]
    assert idle_box.says(served.data, "new.example").startswith("blocked")
    assert idle_box.says(served.data, "gone.example") == "allowed"
    with served.box.works.reading() as session:
        found = {rule.text: rule for rule in rules.list_rules(session)}
    assert found.keys() == {"||kept.example^", "||new.example^", "||off.example^", "||theirs.example^"}
    assert (found["||kept.example^"].id, found["||kept.example^"].comment) == (kept.id, "why")
    assert not found["||off.example^"].enabled


def test_one_line_that_is_no_rule_leaves_all_as_it_was(served: Api, agh: Ask) -> None:
    agh("POST", "/filtering/set_rules", json={"rules": ["||a.example^"]})
    wrong = agh("POST", "/filtering/set_rules", json={"rules": ["||b.example^", "||c.example^$unheard"]})
    assert wrong.status_code == 400
    assert "unheard" in wrong.text
    assert idle_box.says(served.data, "a.example").startswith("blocked")
    assert idle_box.says(served.data, "b.example") == "allowed"


def test_switched_off_everyone_only_observes(served: Api, agh: Ask) -> None:
    agh("POST", "/filtering/set_rules", json={"rules": ["||a.example^"]})
    hours = agh("GET", "/filtering/status").json()["interval"]
    assert agh("POST", "/filtering/config", json={"enabled": False, "interval": hours}).status_code == 200
    assert idle_box.says(served.data, "a.example").startswith("observed")
    assert not agh("GET", "/filtering/status").json()["enabled"]
    assert agh("POST", "/filtering/config", json={"enabled": True, "interval": 77}).status_code == 400


def test_lists_are_shown_with_their_numbers(served: Api, agh: Ask) -> None:
    with served.box.works.noting() as session:
        made = lists.add_list(session, "https://a.example/list.txt", name="mine")
        lists.fetched_list(session, made.id, now=1_700_000_000, version="", rules=7, refused=0)
    (shown,) = agh("GET", "/filtering/status").json()["filters"]
    assert shown == {
        "id": made.id,
        "name": "mine",
        "url": "https://a.example/list.txt",
        "enabled": True,
        "rules_count": 7,
        "last_updated": "2023-11-14T22:13:20Z",
    }


def test_a_name_is_explained(agh: Ask) -> None:
    agh("POST", "/filtering/set_rules", json={"rules": ["||a.example^", "@@||b.example^"]})
    said = agh("GET", "/filtering/check_host?name=www.a.example&client=192.0.2.7&qtype=aaaa").json()
    assert said["reason"] == "FilteredBlackList"
    assert said["rules"] == [{"filter_list_id": 0, "text": "||a.example^"}]
    assert agh("GET", "/filtering/check_host?name=b.example").json()["reason"] == "NotFilteredWhiteList"
    assert agh("GET", "/filtering/check_host?name=c.example").json()["reason"] == "NotFilteredNotFound"


@pytest.mark.parametrize("query", ["name=..", "name=a.example&qtype=NO", "name=a&client=nobody", ""])
def test_a_question_that_is_none_is_refused(agh: Ask, query: str) -> None:
    assert agh("GET", f"/filtering/check_host?{query}").status_code == 400


def test_as_many_rules_as_a_household_has_are_taken_at_once(served: Api, agh: Ask) -> None:
    many = [f"||n{number}.some.longer.example^" for number in range(3000)]
    assert agh("POST", "/filtering/set_rules", json={"rules": many}).status_code == 200
    assert idle_box.says(served.data, "n2999.some.longer.example").startswith("blocked")
    stranger = served.client.post(
        "/control/filtering/set_rules", json={"rules": many}, auth=("anybody", "hg_" + "A" * 43)
    )
    assert stranger.status_code == 413


def test_there_is_an_end_to_what_may_be_sent(agh: Ask) -> None:
    assert agh("POST", "/filtering/set_rules", json={"rules": ["x" * 2001]}).status_code == 400
    assert agh("POST", "/filtering/set_rules", json={"rules": ["a"] * 10_001}).status_code == 400
