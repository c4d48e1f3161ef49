"""The audit over HTTP: for admins, filtered, page by page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access import Scope
from gateway.author import Author
from tests.fakes import api, idle_box
from tests.fakes.api import Api


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        for number in range(5):
            who = Author("anna" if number % 2 else "Otto", "192.0.2.9")
            with found.box.works.noting(who, f"thing {number} done", f"100% of {number}"):
                pass
        yield found


def actions(served: Api, **query: object) -> list[str]:
    found = served.call("GET", "/v1/audit", params=query)
    assert found.status_code == 200, found.text
    return [entry["action"] for entry in found.json()["items"]]


def test_only_an_admin_may_read_it(served: Api) -> None:
    assert served.call("GET", "/v1/audit", Scope.READ, Scope.RULES, Scope.DEVICES).status_code == 403
    entry = served.call("GET", "/v1/audit?limit=1").json()["items"][0]
    assert (entry["who"], entry["whence"], entry["action"]) == ("Otto", "192.0.2.9", "thing 4 done")


def test_it_is_filtered_by_who_what_and_when(served: Api) -> None:
    assert actions(served, who="otto") == ["thing 4 done", "thing 2 done", "thing 0 done"]
    assert actions(served, who="ott") == []
    assert actions(served, action="THING 3") == ["thing 3 done"]
    assert actions(served, action="% of 2") == ["thing 2 done"]
    assert actions(served, action="%_") == []
    assert actions(served, until=1) == []
    assert len(actions(served, since=1)) == 6


def test_pages_follow_each_other(served: Api) -> None:
    first = served.call("GET", "/v1/audit?limit=4").json()
    rest = served.call("GET", "/v1/audit", params={"limit": 4, "cursor": first["next"]}).json()
    numbers = [entry["id"] for entry in (*first["items"], *rest["items"])]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 6
    assert rest["next"] == ""
