"""Devices over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import changes
from gateway.access import Scope
from gateway.store import addresses, groups
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.events import NOW, event

MAC, RANDOM = "00:9e:c8:00:00:07", "02:11:22:33:44:55"


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    """Two phones with MACs and one whose MAC is not known have asked."""
    data = idle_box.made(data_dir)
    with changes.change(data, "test") as change:
        groups.add_group(change.session, "kids")
        addresses.put_addresses(change.session, {"192.0.2.7": MAC}, now=NOW)
        addresses.put_addresses(change.session, {"2001:db8::7": MAC}, now=NOW + 1)
        addresses.put_addresses(change.session, {"192.0.2.8": RANDOM}, now=NOW)
    idle_box.note(data, event(device=MAC, count=2), event(device=MAC, verdict=1, time=NOW + 60))
    idle_box.note(data, event(device=RANDOM, time=NOW + 120), event(device="192.0.2.9"))
    with api.serving(data) as found:
        yield found


def keys(served: Api, query: str = "") -> list[str]:
    found = served.call("GET", f"/v1/devices{query}", Scope.READ)
    assert found.status_code == 200, found.text
    return [item["key"] for item in found.json()["items"]]


def test_all_that_have_asked_are_there_with_what_is_known_of_them(served: Api) -> None:
    device = served.call("GET", f"/v1/devices/{MAC}", Scope.READ).json()
    assert device == {
        "key": MAC,
        "name": "",
        "kind": "",
        "maker": "Xiaomi Communications Co Ltd",
        "randomised": False,
        "group": "everyone",
        "tags": [],
        "addresses": ["2001:db8::7", "192.0.2.7"],
        "first_seen": NOW,
        "last_seen": NOW + 60,
        "asked": 3,
        "blocked": 1,
        "paused_until": 0,
    }
    for text in ("192.0.2.7", "2001:DB8::7", MAC.upper(), MAC.replace(":", "-")):
        assert served.call("GET", f"/v1/devices/{text}", Scope.DEVICES).json() == device
    assert sorted(keys(served)) == ["00:9e:c8:00:00:07", "02:11:22:33:44:55", "192.0.2.9"]
    assert served.call("GET", "/v1/devices/192.0.2.99").status_code == 404
    assert served.call("GET", "/v1/devices/nobody").status_code == 404


def test_a_device_is_named_and_what_counts_for_its_group_counts_at_each_address(served: Api) -> None:
    served.call("POST", "/v1/rules", json={"text": "||shop.example^", "group": "kids"})
    path = "/v1/devices/192.0.2.7"
    etag = served.call("GET", path).headers["etag"]
    body = {"name": "Anna's phone", "kind": "phone", "group": "kids", "tags": ["user_child"]}
    changed = served.call("PATCH", path, Scope.DEVICES, json=body, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text
    assert {**changed.json(), **body, "key": MAC} == changed.json()
    assert changed.json()["applied"].keys() == {"workers", "of", "ms"}
    for address in ("192.0.2.7", "2001:db8::7"):
        assert idle_box.says(served.data, "shop.example", address).startswith("blocked")
    stale = served.call("PATCH", path, json={"name": "Ben"}, headers={"If-Match": etag})
    assert stale.status_code == 412
    assert served.call("GET", "/v1/devices/anna's phone").json()["key"] == MAC
    # What is left out stays.
    again = served.call("PATCH", path, json={"name": "Anna"}).json()
    assert (again["name"], again["kind"], again["group"], again["tags"]) == (
        "Anna", "phone", "kids", ["user_child"],
    )  # fmt: skip


def test_many_are_moved_at_once_or_none(served: Api) -> None:
    served.call("POST", "/v1/rules", json={"text": "||shop.example^", "group": "kids"})
    body = {"devices": [RANDOM, "192.0.2.7", MAC, "192.0.2.9"], "group": "kids"}
    tried = served.call("POST", "/v1/devices:move?dry_run=true", Scope.DEVICES, json=body)
    assert {one["after"]["group"] for one in tried.json()["devices"]["changed"]} <= {"kids"}
    assert keys(served, "?group=kids") == []
    before = served.call("GET", "/v1/generations").json()["items"][0]["number"]
    moved = served.call("POST", "/v1/devices:move", Scope.DEVICES, json=body)
    assert moved.status_code == 200, moved.text
    assert (moved.json()["group"], moved.json()["devices"]) == ("kids", [RANDOM, MAC, "192.0.2.9"])
    assert moved.json()["generation"] == before + 1
    assert sorted(keys(served, "?group=kids")) == sorted([RANDOM, MAC, "192.0.2.9"])
    assert idle_box.says(served.data, "shop.example", "192.0.2.9").startswith("blocked")
    for wrong in ({**body, "group": "nobody"}, {"devices": [MAC, "nobody"], "group": "everyone"}):
        assert served.call("POST", "/v1/devices:move", json=wrong).status_code == 404
    assert served.call("POST", "/v1/devices:move", json={**body, "devices": []}).status_code == 422
    assert len(keys(served, "?group=kids")) == 3


def test_a_change_may_be_tried_first(served: Api) -> None:
    tried = served.call("PATCH", f"/v1/devices/{MAC}?dry_run=true", json={"name": "Anna"})
    assert tried.status_code == 200, tried.text
    assert tried.json()["devices"]["added"][0]["name"] == "Anna"
    assert served.call("GET", f"/v1/devices/{MAC}").json()["name"] == ""


def test_one_that_has_not_asked_yet_may_be_named(served: Api) -> None:
    assert served.call("PATCH", "/v1/devices/AB-BB-CC-DD-EE-FF", json={"name": "TV"}).status_code == 404
    made = served.call("PATCH", "/v1/devices/A8-BB-CC-DD-EE-FF", json={"name": "TV", "kind": "tv"})
    assert made.json()["key"] == "a8:bb:cc:dd:ee:ff"
    assert keys(served, "?kind=TV") == ["a8:bb:cc:dd:ee:ff"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nobody", {"name": "x"}, 404),
        (MAC, {"group": "nobody"}, 404),
        (MAC, {"tags": ["two words"]}, 422),
        (MAC, {"name": "x" * 65}, 422),
        (MAC, {"colour": "red"}, 422),
    ],
)
def test_nonsense_changes_nothing(served: Api, path: str, body: dict[str, object], status: int) -> None:
    refused = served.call("PATCH", f"/v1/devices/{path}", json=body)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert keys(served, "?named=true") == []


def test_hostile_names_are_kept_as_text(served: Api) -> None:
    name = "<b>\"';=cmd()\u202e"
    assert served.call("PATCH", f"/v1/devices/{MAC}", json={"name": name}).json()["name"] == name
    assert served.call("PATCH", f"/v1/devices/{MAC}", json={"name": "a\nb"}).status_code == 422


def test_they_are_searched_sorted_and_come_in_pages(served: Api) -> None:
    served.call("PATCH", f"/v1/devices/{RANDOM}", json={"name": "Ben", "group": "kids"})
    assert keys(served) == [RANDOM, MAC, "192.0.2.9"]
    assert keys(served, "?sort=-last_seen") == [RANDOM, MAC, "192.0.2.9"]
    assert keys(served, "?sort=-asked") == [MAC, RANDOM, "192.0.2.9"]
    for query, found in (
        ("?q=xiaomi", [MAC]),
        ("?q=2001:DB8", [MAC]),
        ("?q=ben", [RANDOM]),
        ("?q=%25", []),
        ("?group=kids", [RANDOM]),
        ("?named=false", [MAC, "192.0.2.9"]),
    ):
        assert keys(served, query) == found, query
    for sort in ("name", "-last_seen", "-first_seen", "-asked", "-blocked"):
        whole, seen, cursor = keys(served, f"?sort={sort}"), [], ""
        while True:
            page = served.call("GET", f"/v1/devices?sort={sort}&limit=1&cursor={cursor}").json()
            seen += [item["key"] for item in page["items"]]
            if not (cursor := page["next"]):
                break
        assert seen == whole
    first = served.call("GET", "/v1/devices?limit=1").json()["next"]
    assert served.call("GET", f"/v1/devices?sort=-asked&cursor={first}").status_code == 422


def test_forgetting_one_keeps_its_log_unless_an_admin_says_otherwise(served: Api) -> None:
    served.call("PATCH", f"/v1/devices/{MAC}", json={"name": "Anna", "group": "kids"})
    refused = served.call("DELETE", f"/v1/devices/{MAC}?wipe=true", Scope.DEVICES)
    assert refused.status_code == 403
    gone = served.call("DELETE", f"/v1/devices/{MAC}", Scope.DEVICES)
    assert (gone.status_code, gone.json()["wiped"]) == (200, False)
    device = served.call("GET", f"/v1/devices/{MAC}").json()
    assert (device["name"], device["group"], device["addresses"], device["asked"]) == ("", "everyone", [], 3)
    assert served.call("DELETE", f"/v1/devices/{MAC}", Scope.DEVICES).status_code == 404
    tried = served.call("DELETE", f"/v1/devices/{MAC}?wipe=true&dry_run=true")
    assert tried.status_code == 200
    assert MAC in keys(served)
    assert served.call("DELETE", f"/v1/devices/{MAC}?wipe=true").json()["wiped"]
    assert MAC not in keys(served)


def test_a_phone_that_has_made_up_a_new_mac_becomes_one_with_its_old_self(served: Api) -> None:
    served.call("PATCH", f"/v1/devices/{RANDOM}", json={"name": "old", "kind": "phone", "group": "kids"})
    merged = served.call("POST", f"/v1/devices/{RANDOM}:merge", Scope.DEVICES, json={"into": MAC})
    assert merged.status_code == 200, merged.text
    device = served.call("GET", f"/v1/devices/{MAC}").json()
    assert (device["name"], device["kind"], device["group"]) == ("old", "phone", "kids")
    assert (device["asked"], device["last_seen"]) == (4, NOW + 120)
    assert set(device["addresses"]) == {"192.0.2.7", "2001:db8::7", "192.0.2.8"}
    assert RANDOM not in keys(served)
    for old, into, status in ((MAC, "192.0.2.7", 409), (MAC, "192.0.2.99", 404), (RANDOM, MAC, 404)):
        answer = served.call("POST", f"/v1/devices/{old}:merge", json={"into": into})
        assert answer.status_code == status, answer.text
