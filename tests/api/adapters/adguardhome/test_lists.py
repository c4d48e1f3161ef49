"""`/filtering/add_url` and its like."""

from collections.abc import Iterator

import pytest

from tests.api.adapters.conftest import Ask
from tests.fakes import idle_box
from tests.fakes.api import Api
from tests.fakes.list_server import Handler, ListServer, serving


@pytest.fixture
def web() -> Iterator[ListServer]:
    def page(handler: Handler) -> None:
        handler.reply(200, b"||listed.example^\n")

    with serving({"/list.txt": page}) as found:
        yield found


def test_a_list_is_added_switched_refreshed_and_removed(served: Api, agh: Ask, web: ListServer) -> None:
    url = f"http://127.0.0.1:{web.port}/list.txt"
    added = agh("POST", "/filtering/add_url", json={"name": "mine", "url": url})
    assert (added.status_code, added.text) == (200, "OK 1 rules\n")
    assert idle_box.says(served.data, "listed.example").startswith("blocked")

    def switch(name: str, *, enabled: bool) -> int:
        data = {"name": name, "url": url, "enabled": enabled}
        return agh("POST", "/filtering/set_url", json={"url": url, "data": data}).status_code

    assert switch("mine", enabled=False) == 200
    assert idle_box.says(served.data, "listed.example") == "allowed"
    assert switch("other", enabled=False) == 400
    assert switch("mine", enabled=True) == 200
    assert agh("POST", "/filtering/refresh", json={}).json() == {"updated": 0}
    web.pages["/list.txt"] = lambda page: page.reply(200, b"||other.example^\n")
    assert agh("POST", "/filtering/refresh", json={"whitelist": False}).json() == {"updated": 1}
    assert idle_box.says(served.data, "other.example").startswith("blocked")
    assert agh("POST", "/filtering/remove_url", json={"url": url}).status_code == 200
    assert idle_box.says(served.data, "other.example") == "allowed"


@pytest.mark.parametrize("url", ["/etc/passwd", "file:///etc/passwd", "ftp://a.example/", "x"])
def test_only_the_web_is_a_source_here(agh: Ask, url: str) -> None:
    answer = agh("POST", "/filtering/add_url", json={"name": "mine", "url": url})
    assert answer.status_code == 400, answer.text
    assert agh("GET", "/filtering/status").json()["filters"] == []


def test_a_list_that_is_not_there_is_refused(agh: Ask, web: ListServer) -> None:
    gone = f"http://127.0.0.1:{web.port}/gone.txt"
    assert agh("POST", "/filtering/add_url", json={"url": gone}).status_code == 400
    assert agh("POST", "/filtering/remove_url", json={"url": gone}).status_code == 400


def test_there_are_no_allowlists(agh: Ask) -> None:
    body = {"url": "https://a.example/", "whitelist": True}
    for path in ("/filtering/add_url", "/filtering/remove_url"):
        assert agh("POST", path, json=body).status_code == 400
    assert agh("POST", "/filtering/refresh", json={"whitelist": True}).json() == {"updated": 0}
