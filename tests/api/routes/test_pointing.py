"""How to point a phone at the box, over HTTP."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest

from api import qr
from api.routes import pointing as room
from gateway import panel_address
from gateway.access import Scope
from gateway.settings import Dns, Panel, Settings
from tests.fakes import api, idle_box
from tests.fakes.api import Api

OWN = [ip_address(text) for text in ("192.168.1.5", "172.17.0.1", "fd77::1")]


@pytest.fixture(autouse=True)
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (room, panel_address):
        monkeypatch.setattr(place, "reachable", lambda **_: OWN)


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    """As most boxes are."""
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


def having(served: Api, dns: Dns | None = None, panel: Panel | None = None) -> None:
    given: Settings = served.box.settings
    served.box.settings = msgspec.structs.replace(given, dns=dns or given.dns, panel=panel or given.panel)


def test_a_phone_is_told_which_server_to_enter_and_which_page_to_open(served: Api) -> None:
    told = served.call("GET", "/v1/pointing", Scope.READ).json()
    assert told == {
        "dns": [
            {"address": "192.168.1.5", "port": 53, "family": 4},
            {"address": "172.17.0.1", "port": 53, "family": 4},
            {"address": "fd77::1", "port": 53, "family": 6},
        ],
        "panel": ["http://192.168.1.5:8080/", "http://172.17.0.1:8080/", "http://[fd77::1]:8080/"],
        "page": "http://192.168.1.5:8080/point",
        "qr": qr.picture("http://192.168.1.5:8080/point", "QR code of http://192.168.1.5:8080/point"),
        "problems": [],
    }


def test_the_address_by_which_the_box_was_found_stands_in_front(
    served: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "own_addresses", lambda _: (OWN[1], OWN[2]))
    told = served.call("GET", "/v1/pointing").json()
    assert [one["address"] for one in told["dns"]] == ["172.17.0.1", "192.168.1.5", "fd77::1"]
    assert told["page"] == "http://172.17.0.1:8080/point"


def test_what_stands_in_the_way_is_said(served: Api) -> None:
    having(served, Dns(listen=("127.0.0.1:5300",)), Panel(listen="127.0.0.1:8080"))
    told = served.call("GET", "/v1/pointing").json()
    assert (told["dns"], told["panel"], told["page"], told["qr"]) == ([], [], "", "")
    dns, panel = told["problems"]
    assert "only this machine can ask" in dns
    assert "The panel is served on 127.0.0.1 alone" in panel
    having(served, Dns(listen=("0.0.0.0:5300",)), Panel(tls="self-signed"))
    told = served.call("GET", "/v1/pointing").json()
    assert {one["port"] for one in told["dns"]} == {5300}
    assert "port 5300" in told["problems"][0]
    assert told["page"] == "https://192.168.1.5:8080/point"


def test_a_box_without_a_network_says_so(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (room, panel_address):
        monkeypatch.setattr(place, "reachable", lambda **_: [])
    told = served.call("GET", "/v1/pointing").json()
    assert told["dns"] == told["panel"] == []
    assert [problem.split(":")[0] for problem in told["problems"]] == [
        "This machine has no address that a phone could ask",
        "This machine has no address at which a phone could open the panel",
    ]


def test_anybody_in_the_house_is_told_the_servers_and_nothing_else(served: Api) -> None:
    told = served.client.get("/v1/pointing/public")
    assert told.status_code == 200
    whole = served.call("GET", "/v1/pointing").json()
    assert told.json() == {"dns": whole["dns"], "problems": []}
    having(served, panel=Panel(listen="127.0.0.1:8080"))
    assert served.client.get("/v1/pointing/public").json()["problems"] == []
    assert served.client.get("/v1/pointing").status_code == 401
    assert served.client.get("/v1/pointing/public", headers={"Host": "evil.example"}).status_code == 421
