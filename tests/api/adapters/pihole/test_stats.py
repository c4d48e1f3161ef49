"""`/stats` and `/history`."""

import time

from gateway.store import devices, lists
from tests.api.adapters.conftest import Ask
from tests.fakes import idle_box
from tests.fakes.api import Api
from tests.fakes.events import event


def test_the_last_day(served: Api, hole: Ask) -> None:
    with served.box.works.noting() as session:
        devices.put_device(session, "192.0.2.7", now=1, name="Anna's phone")
        made = lists.add_list(session, "https://a.example/list.txt", name="mine")
        lists.fetched_list(session, made.id, now=77, version="", rules=9, refused=0)
    now = int(time.time())
    idle_box.note(served.data, event(time=now, count=6), event("b.example", time=now, verdict=1, count=2))
    summary = hole("GET", "/stats/summary").json()
    assert summary["queries"]["total"] == 8
    assert summary["queries"]["percent_blocked"] == 25
    assert summary["queries"]["unique_domains"] == 2
    assert summary["gravity"] == {"domains_being_blocked": 9, "last_update": 77}
    top = hole("GET", "/stats/top_domains?blocked=true").json()
    assert top["domains"] == [{"domain": "b.example", "count": 2}]
    assert len(hole("GET", "/stats/top_domains?count=1").json()["domains"]) == 1
    clients = hole("GET", "/stats/top_clients").json()["clients"]
    assert clients == [{"name": "Anna's phone", "ip": "192.0.2.7", "count": 8}]
    assert hole("GET", "/stats/top_clients?blocked=true").json()["clients"][0]["count"] == 2
    assert sum(hour["blocked"] for hour in hole("GET", "/history").json()["history"]) == 2


def test_an_empty_day_divides_by_nothing(hole: Ask) -> None:
    summary = hole("GET", "/stats/summary").json()
    assert (summary["queries"]["total"], summary["queries"]["percent_blocked"]) == (0, 0.0)
    assert [one["name"] for one in hole("GET", "/stats/upstreams").json()["upstreams"]] == ["cache"]
