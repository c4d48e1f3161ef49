"""What the user has set, to look at."""

from gateway.store import devices, groups, lists, rules
from tests.api.adapters.conftest import Ask
from tests.fakes.api import Api


def test_groups_lists_clients_and_domains_are_shown_with_their_numbers(served: Api, hole: Ask) -> None:
    with served.box.works.change("a household") as change:
        session = change.session
        groups.add_group(session, "children", comment="under ten")
        lists.add_list(session, "https://a.example/list.txt", name="mine", for_groups=("children",))
        devices.put_device(session, "192.0.2.7", now=1, name="Anna's phone", group="children")
        rules.add_rule(session, "@@||a.example^", now=1, group="children")
        rules.add_rule(session, "b.example", now=1)
    shown = hole("GET", "/groups").json()["groups"]
    assert [(one["id"], one["name"]) for one in shown] == [(0, "everyone"), (1, "children")]
    (one,) = hole("GET", "/lists").json()["lists"]
    assert (one["address"], one["groups"]) == ("https://a.example/list.txt", [1])
    (one,) = hole("GET", "/clients").json()["clients"]
    assert (one["client"], one["name"], one["groups"]) == ("192.0.2.7", "Anna's phone", [1])
    found = hole("GET", "/domains").json()["domains"]
    assert [(one["type"], one["kind"], one["groups"]) for one in found] == [
        ("allow", "regex", [1]),
        ("deny", "exact", [0]),
    ]
