"""Generations over HTTP: listed, compared, gone back to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access import Scope
from tests.fakes import api, idle_box
from tests.fakes.api import Api


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    """Generation 2 blocks a.example, 3 b.example too."""
    with api.serving(idle_box.made(data_dir)) as found:
        for name in ("a", "b"):
            made = found.call("POST", "/v1/rules", json={"text": f"||{name}.example^"})
            assert made.status_code == 201, made.text
        yield found


def test_generations_are_listed_with_cause_and_author_newest_first(served: Api) -> None:
    page = served.call("GET", "/v1/generations?limit=2", Scope.READ).json()
    assert [made["number"] for made in page["items"]] == [3, 2]
    assert [made["in_force"] for made in page["items"]] == [True, False]
    assert page["items"][0]["cause"] == "rule added: ||b.example^"
    assert page["items"][0]["author"].startswith("token ")
    assert all(made["kept"] for made in page["items"])
    rest = served.call("GET", "/v1/generations", params={"limit": 2, "cursor": page["next"]}).json()
    assert [made["number"] for made in rest["items"]] == [1]
    assert rest["next"] == ""
    assert served.call("GET", "/v1/generations/2").json() == page["items"][1]
    assert served.call("GET", "/v1/generations/99").status_code == 404


def test_two_generations_are_compared_either_way(served: Api) -> None:
    came = served.call("GET", "/v1/generations/3/diff", Scope.READ).json()
    assert (came["before"], came["after"]) == (2, 3)
    assert [rule["text"] for rule in came["rules"]["added"]] == ["||b.example^"]
    back = served.call("GET", "/v1/generations/1/diff?with=3").json()
    assert [rule["text"] for rule in back["rules"]["removed"]] == ["||a.example^", "||b.example^"]
    assert served.call("GET", "/v1/generations/1/diff").status_code == 404
    assert served.call("GET", "/v1/generations/3/diff?with=77").status_code == 404


def test_going_back_is_a_new_generation_in_force(served: Api) -> None:
    tried = served.call("POST", "/v1/generations/2:restore?dry_run=true").json()
    assert [rule["text"] for rule in tried["rules"]["removed"]] == ["||b.example^"]
    done = served.call("POST", "/v1/generations/2:restore", Scope.RULES)
    assert done.status_code == 200, done.text
    assert (done.json()["restored"], done.json()["generation"], done.json()["warnings"]) == (2, 4, [])
    assert idle_box.says(served.data, "a.example").startswith("blocked")
    assert idle_box.says(served.data, "b.example") == "allowed"
    assert served.call("GET", "/v1/generations/4/diff?with=2").json()["rules"]["added"] == []
    assert served.call("POST", "/v1/generations/3:restore").status_code == 200
    assert idle_box.says(served.data, "b.example") == "blocked: rules everyone 2 ||b.example^"
    assert served.call("POST", "/v1/generations/99:restore").status_code == 404
    assert served.call("POST", "/v1/generations/2:restore", Scope.READ).status_code == 403
