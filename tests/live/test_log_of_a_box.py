"""The log of a whole box: over real HTTP, with phones that ask and roles that are killed meanwhile."""

import csv
import io
import os
import signal
from contextlib import closing
from typing import Any

import pytest

from tests.fakes.listener import Listener
from tests.live.house import RULED, TELEMETRY, House, eventually
from tests.live.panel import Panel

NEWS, SHOP = "news.example.org", "shop.example.org"
PHONE, TABLET = "127.0.0.5", "127.0.0.6"


class Reader:
    """A box, and somebody with a token."""

    def __init__(self, house: House) -> None:
        self.house = house
        made = house.run("token", "create", "--name", "reader", "--scope", "admin")
        assert made.returncode == 0, made.stderr
        self.token = made.stdout.strip()
        eventually(lambda: Panel(house.panel).call("GET", "/healthz").status == 200)

    def get(self, path: str, method: str = "GET") -> Any:
        """A request that must work."""
        answer = Panel(self.house.panel).call(method, path, token=self.token, timeout=60)
        assert answer.status == 200, answer.body.decode(errors="replace")
        return answer.json()

    def listen(self, query: str = "", last: str = "") -> Listener:
        """Live events."""
        return Listener(f"127.0.0.1:{self.house.panel}", self.token, query, last=last)


@pytest.fixture
def reader(ruled: House) -> Reader:
    return Reader(ruled)


def test_what_phones_ask_is_heard_found_counted_exported_and_wiped(reader: Reader) -> None:
    house = reader.house
    with closing(reader.listen(f"device={PHONE}")) as heard:
        for name in (NEWS, TELEMETRY, RULED):
            house.address(name, source=PHONE)
        house.address(SHOP, source=TABLET)
        rows = [heard.next("log") for _ in range(3)]
    assert {row["name"]: row["action"] for row in rows} == {
        NEWS: "allowed",
        TELEMETRY: "blocked",
        RULED: "blocked",
    }
    found = reader.get(f"/v1/log?action=blocked&name=*&device={PHONE}")["items"]
    assert {row["name"] for row in found} == {TELEMETRY, RULED}
    number = next(row["rule"]["line"] for row in found if row["name"] == RULED)
    (ruled,) = reader.get(f"/v1/log?rule={number}&device={PHONE}")["items"]
    assert reader.get(f"/v1/log/{ruled['id']}") == ruled
    assert reader.get("/v1/statistics/hits")["rules"][str(number)]["count"] >= 1
    assert reader.get(f"/v1/statistics/totals?device={PHONE}")["blocked"] == 2
    assert {one["device"] for one in reader.get("/v1/statistics/new-devices")["items"]} >= {PHONE, TABLET}
    assert SHOP in {one["name"] for one in reader.get("/v1/statistics/first-seen")["items"]}
    got = Panel(house.panel).call("GET", f"/v1/log:export?device={PHONE}", token=reader.token, timeout=60)
    lines = list(csv.DictReader(io.StringIO(got.body.decode(), newline="")))
    assert {line["name"] for line in lines} == {NEWS, TELEMETRY, RULED}
    assert reader.get(f"/v1/log?device={PHONE}", "DELETE")["rows"] == 3
    assert reader.get(f"/v1/log?device={PHONE}")["items"] == []
    assert not house.log("--device", PHONE)
    assert len(house.log("--device", TABLET)) == 1


def test_listener_hears_everything_though_keeper_and_panel_are_killed(reader: Reader) -> None:
    house = reader.house
    heard = reader.listen("name=n*.example.net")
    names = [f"n{number}.example.net" for number in range(30)]
    seen: list[str] = []
    for number, name in enumerate(names):
        house.address(name, source=PHONE)
        if number == 10:
            os.kill(house.pid_of("keeper"), signal.SIGKILL)
        if number == 20:
            os.kill(house.pid_of("panel"), signal.SIGKILL)
    while len(set(seen)) < len(names):
        try:
            seen.append(heard.next("log")["name"])
        except (EOFError, OSError):
            heard.close()
            eventually(lambda: Panel(house.panel).call("GET", "/healthz").status == 200)
            heard = reader.listen("name=n*.example.net", heard.last or "0")
    heard.close()
    assert sorted(seen) == sorted(names)  # each once: the stream went on where it had ended
