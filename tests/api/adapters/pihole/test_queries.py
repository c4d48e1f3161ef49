"""`/queries`."""

import time

from tests.api.adapters.conftest import Ask
from tests.fakes import idle_box
from tests.fakes.api import Api
from tests.fakes.events import event

HOSTILE = ("'", '"', "%", "_", "\\", "' OR 1=1 --", "\x1b[31m", "\u202e", "a" * 300)


def test_the_log_newest_first_page_by_page_and_filtered(served: Api, hole: Ask) -> None:
    now = int(time.time())
    idle_box.note(
        served.data, *(event(f"n{number}.example", time=now, verdict=number % 2) for number in range(5))
    )
    page = hole("GET", "/queries?length=2").json()
    assert [one["domain"] for one in page["queries"]] == ["n4.example", "n3.example"]
    assert (page["recordsTotal"], page["cursor"]) == (5, page["queries"][0]["id"])
    assert page["queries"][1]["status"] == "GRAVITY"
    older = page["queries"][-1]["id"] - 1
    page = hole("GET", f"/queries?length=2&cursor={older}").json()
    assert [one["domain"] for one in page["queries"]] == ["n2.example", "n1.example"]
    assert len(hole("GET", "/queries?domain=n*.example&client_ip=192.0.2.7").json()["queries"]) == 5
    assert hole("GET", f"/queries?from={now + 1}").json()["queries"] == []
    assert hole("GET", f"/queries?until={now - 1}").json()["queries"] == []
    assert len(hole("GET", "/queries?type=a").json()["queries"]) == 5
    for text in HOSTILE:
        for key in ("domain", "client_ip"):
            answer = hole("GET", "/queries", params={key: text})
            assert (answer.status_code, answer.json()["queries"]) == (200, [])
