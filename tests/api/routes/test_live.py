"""Live events over a real connection."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api import live
from api.live import Live
from api.routes import live as route
from gateway.access import Scope
from gateway.store import tokens
from tests.fakes import api_server, idle_box
from tests.fakes.api import Api
from tests.fakes.api_server import ApiServer
from tests.fakes.events import NOW, event
from tests.fakes.listener import Listener


@pytest.fixture
def server(data_dir: Path) -> Iterator[ApiServer]:
    with api_server.running(idle_box.made(data_dir)) as found:
        yield found


def _listening(server: ApiServer, query: str = "", *, last: str = "", name: str = "ear") -> Listener:
    return Listener(server.url.removeprefix("http://"), server.token(name, Scope.READ), query, last=last)


def test_events_come_as_they_happen_and_go_on_after_the_last_one(server: ApiServer) -> None:
    with closing(_listening(server, "action=blocked")) as stream:
        assert stream.response.getheader("content-type") == "text/event-stream; charset=utf-8"
        idle_box.note(server.box.data, event(), event("tracking.miui.com", verdict=1))
        kind, number, row = stream.event()
        assert (kind, number, row["name"]) == ("log", "2", "tracking.miui.com")
        assert stream.event()[0] == "notice"
    idle_box.note(server.box.data, event("x.miui.com", verdict=1, time=NOW + 5))
    with closing(_listening(server, "action=blocked", last="2", name="again")) as stream:
        assert stream.next("log")["name"] == "x.miui.com"


def test_place_to_go_on_from_may_stand_in_the_address(server: ApiServer) -> None:
    idle_box.note(server.box.data, event("one.example"), event("two.example"), event("three.example"))
    with closing(_listening(server, "last_event_id=1")) as stream:
        assert [stream.next("log")["name"] for _ in range(2)] == ["two.example", "three.example"]
    # A browser that comes again by itself repeats the address, and knows better by now.
    with closing(_listening(server, "last_event_id=1", last="2", name="again")) as stream:
        assert stream.next("log")["name"] == "three.example"


def test_notices_come_without_rows_where_nobody_wants_those(server: ApiServer) -> None:
    with closing(_listening(server, "rows=false&last_event_id=0")) as stream:
        idle_box.note(server.box.data, event("one.example"))
        assert stream.event()[0] == "notice"


def test_who_may_not_look_any_more_is_told_no_more(
    server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "RECHECK", 0.0)
    monkeypatch.setattr(live, "HEARTBEAT", 0.02)
    with closing(_listening(server)) as stream:
        with server.box.works.noting() as session:
            (token,) = tokens.list_tokens(session)
            tokens.remove_token(session, token.id)
        while line := stream.response.readline():
            assert line in (b"\n", b": still here\n")
    assert server.box.kept(Live).listeners == 0


def test_what_is_asked_wrongly_is_refused(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert served.client.get("/v1/live").status_code == 401
    assert served.call("GET", "/v1/live", Scope.RULES).status_code == 403
    assert served.call("GET", "/v1/live?nonsense=1").status_code == 422
    assert served.call("GET", "/v1/live", headers={"Last-Event-ID": "x"}).status_code == 422
    assert served.call("GET", "/v1/live", headers={"Last-Event-ID": "9" * 19 + "9"}).status_code == 422
    assert served.call("GET", "/v1/live?last_event_id=-1").status_code == 422
    assert served.call("GET", "/v1/live?rows=maybe").status_code == 422
    monkeypatch.setattr(live, "MAX_LISTENERS", 0)
    refused = served.call("GET", "/v1/live")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
