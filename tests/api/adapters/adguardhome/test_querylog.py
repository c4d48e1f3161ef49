"""`/querylog`."""

import time

import pytest

from gateway.store import devices
from tests.api.adapters.conftest import Ask
from tests.fakes import idle_box
from tests.fakes.api import Api
from tests.fakes.events import event

HOSTILE = ["'", '"', "%", "_", "*", "\\", "' OR 1=1 --", "\x1b[31m", "\u202e", "a" * 300]


@pytest.fixture
def logged(served: Api) -> None:
    now = int(time.time())
    names = [f"n{number}.example" for number in range(7)]
    idle_box.note(
        served.data, *(event(name, time=now, verdict=number % 2) for number, name in enumerate(names))
    )


@pytest.mark.usefixtures("logged")
def test_it_is_read_page_by_page_within_one_second(agh: Ask) -> None:
    seen: list[str] = []
    older_than = ""
    for _ in range(10):
        page = agh("GET", "/querylog", params={"limit": "3", "older_than": older_than}).json()
        if not page["data"]:
            break
        seen += [one["question"]["name"] for one in page["data"]]
        older_than = page["oldest"]
    assert seen == [f"n{number}.example" for number in reversed(range(7))]


@pytest.mark.usefixtures("logged")
def test_it_is_searched_by_name_device_and_kind(served: Api, agh: Ask) -> None:
    with served.box.works.noting() as session:
        devices.put_device(session, "192.0.2.7", now=1, name="Anna's phone")

    def found(**query: str) -> list[str]:
        return [one["question"]["name"] for one in agh("GET", "/querylog", params=query).json()["data"]]

    assert found(search="n3") == ["n3.example"]
    assert found(search='"n3"') == []
    assert len(found(search="anna's PHONE")) == len(found(search="192.0.2.7")) == 7
    assert found(search="192.0.2.8") == []
    assert len(found(response_status="blocked")) == 3
    assert found(response_status="blocked_parental") == []
    (one,) = agh("GET", "/querylog", params={"search": "n3"}).json()["data"]
    assert one["client_info"]["name"] == "Anna's phone"
    assert one["reason"] == "FilteredBlackList"


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_find_what_they_say_and_nothing_else(agh: Ask, text: str) -> None:
    answer = agh("GET", "/querylog", params={"search": text})
    assert answer.status_code == 200
    if text != "*":
        assert answer.json()["data"] == []


@pytest.mark.parametrize("when", ["yesterday", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59Z", "\0"])
def test_a_time_that_is_none_is_refused(agh: Ask, when: str) -> None:
    assert agh("GET", "/querylog", params={"older_than": when}).status_code in (200, 400)


@pytest.mark.usefixtures("logged")
def test_a_time_without_a_place_is_taken_as_a_time(agh: Ask) -> None:
    assert agh("GET", "/querylog", params={"older_than": "2001-01-01T00:00:00Z"}).json()["data"] == []
    assert (
        len(agh("GET", "/querylog", params={"older_than": "2090-01-01T00:00:00+01:00"}).json()["data"]) == 7
    )


@pytest.mark.usefixtures("logged")
def test_it_is_wiped(agh: Ask) -> None:
    assert agh("GET", "/stats").json()["num_dns_queries"] == 7
    assert agh("POST", "/querylog_clear").status_code == 200
    assert agh("GET", "/querylog").json() == {"data": [], "oldest": ""}
    assert agh("GET", "/stats").json()["num_dns_queries"] == 0


def test_how_long_it_is_kept_may_be_confirmed_and_not_changed(agh: Ask) -> None:
    now = agh("GET", "/querylog/config").json()
    assert agh("PUT", "/querylog/config/update", json=now).status_code == 200
    assert agh("PUT", "/querylog/config/update", json={**now, "enabled": False}).status_code == 400
    assert agh("GET", "/querylog_info").json()["interval"] == 30
