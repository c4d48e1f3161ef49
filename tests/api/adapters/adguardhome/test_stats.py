"""`/stats`."""

import time

from gateway.store import devices
from tests.api.adapters.conftest import Ask
from tests.fakes import idle_box
from tests.fakes.api import Api
from tests.fakes.events import event


def test_the_last_day(served: Api, agh: Ask) -> None:
    with served.box.works.noting() as session:
        devices.put_device(session, "192.0.2.7", now=1, name="Anna's phone")
    now = int(time.time())
    idle_box.note(served.data, event(time=now, count=3), event("b.example", time=now, verdict=1, count=2))
    stats = agh("GET", "/stats").json()
    assert (stats["num_dns_queries"], stats["num_blocked_filtering"]) == (5, 2)
    assert stats["top_blocked_domains"] == [{"b.example": 2}]
    assert stats["top_clients"] == [{"Anna's phone": 5}]
    assert (len(stats["dns_queries"]), sum(stats["blocked_filtering"])) == (24, 2)


def test_what_is_set_elsewhere_may_be_confirmed_and_not_changed(agh: Ask) -> None:
    now = agh("GET", "/stats/config").json()
    assert agh("PUT", "/stats/config/update", json=now).status_code == 200
    assert agh("PUT", "/stats/config/update", json={**now, "enabled": False}).status_code == 400
    assert agh("POST", "/stats_reset").status_code == 400
