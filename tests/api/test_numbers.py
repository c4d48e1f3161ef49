"""Every number that the panel shows is that of the rows it leads to: of logs made at random, on either database."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from gateway.access import Scope
from gateway.model import Action, Mode, VerdictRow
from gateway.store import devices, groups, rules
from tests.fakes import api, decided, idle_box, postgres
from tests.fakes.api import Api
from tests.fakes.events import ALLOWED, event

HOUR = 3600
NAMES = (
    "sa.api.intl.miui.com",
    "data.mistat.xiaomi.com",
    "tracking.miui.com",
    "find.api.micloud.xiaomi.net",
    "userid.xiaomi.com",
    "cc.sys.intl.xiaomi.com",
    "metok.sys.miui.com",
    "ulogs.umeng.com",
    "log.mmstat.com",
    "dns.google",
    "www.example.org",
    "shop.example.org",
)
# The last is called by the address of another.
PHONES = ("192.0.2.7", "192.0.2.8", "2001:db8::7", "aa:bb:cc:00:00:01", "192.0.2.9")


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Postgres]:
    """Of its own, which stops with the last of these tests."""
    if reason := postgres.missing():
        pytest.skip(reason)
    started = postgres.Postgres()
    yield started
    started.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def box(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Api]:
    if request.param == "sqlite":
        with api.serving(idle_box.made(data_dir)) as served:
            yield served
        return
    server: postgres.Postgres = request.getfixturevalue("server")
    with server.database() as url, api.serving(idle_box.made(data_dir, store_url=url)) as served:
        yield served


def _get(box: Api, path: str, query: Any = ()) -> dict[str, Any]:
    answer = box.call("GET", f"{path}?{urlencode(query, doseq=True)}", Scope.READ)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _rows(box: Api, query: dict[str, Any]) -> int:
    found = _get(box, "/v1/log", {"limit": 1000, **query})
    assert not found["next"]
    return sum(row["count"] for row in found["items"])


def _furnish(box: Api, random: random.Random) -> None:
    with box.box.works.change("furnished") as change:
        groups.add_group(change.session, "watched", mode=Mode.OBSERVE)
        devices.put_device(change.session, PHONES[1], now=1, group="watched")
        devices.put_device(change.session, PHONES[4], now=1, name=PHONES[0])
        rules.add_rule(change.session, f"@@||{random.choice(NAMES[:4])}^", now=1)
        rules.add_rule(change.session, "||www.example.org^", now=1)
        rules.add_rule(change.session, "||shop.example.org^$dnsrewrite=192.0.2.1", now=1)


def _live(box: Api, random: random.Random, now: int) -> None:
    """Some days of a household, with much around the beginnings of hours and days."""
    for _ in range(14):
        when = now - random.randrange(4 * 24) * HOUR - random.choice([0, 1, HOUR - 1, HOUR, now % HOUR])
        names = random.sample(NAMES, random.randint(1, 4))
        decided.ask(box.data, random.choice(PHONES), names, time=min(when, now), count=random.randint(1, 30))
    other = VerdictRow(Action.REFUSED, "answer", "upstream", 0, "", "Xiaomi", "analytics", "", 7)
    idle_box.note(box.data, event(NAMES[0], time=now, verdict=1), verdicts=(ALLOWED, other))


@pytest.mark.parametrize("seed", range(2))
def test_each_number_is_that_of_its_rows(box: Api, seed: int) -> None:
    chance, now = random.Random(seed), int(time.time())
    _furnish(box, chance)
    _live(box, chance, now)
    for since in (now, now - 5 * HOUR - 17, now - 3 * 24 * HOUR - 5):
        _home(box, since)
        _findings(box, since)
        _flows(box, since // HOUR * HOUR)


def _home(box: Api, since: int) -> None:
    home = _get(box, "/v1/overview", {"since": since})
    span = {"since": home["since"], "until": home["until"]}
    assert home["since"] <= since
    assert home["asked"] == _rows(box, span) == sum(one["asked"] for one in home["devices_seen"])
    assert home["blocked"] == _rows(box, {**span, "action": "blocked"})
    assert home["observed"] == _rows(box, {**span, "action": "observed"})
    reports = {**span, "purpose": home["telemetry"]["purposes"]}
    for part, more in (
        (home["telemetry"], {}),
        *((one, {"company": one["company"]}) for one in home["companies"]),
        *((one, {key: one[key] for key in ("company", "country")}) for one in home["destinations"]),
        *((one, {"device": one["device"]}) for one in home["devices_seen"]),
    ):
        if not reports["purpose"]:
            assert part["attempts"] == 0
            continue
        rows = {**reports, **more}
        assert part["attempts"] == _rows(box, rows), rows
        assert part["stopped"] == _rows(box, {**rows, "action": ["blocked", "rewritten"]})
        assert part["got_through"] == _rows(box, {**rows, "action": ["allowed", "observed"]})
    for one in home["devices_seen"]:
        assert one["blocked"] == _rows(box, {**span, "device": one["device"], "action": "blocked"})
    step = HOUR if home["until"] - since <= 48 * HOUR else 24 * HOUR
    for one in home["hours"]:
        of = {"since": max(one["time"], home["since"]), "until": min(one["time"] + step - 1, home["until"])}
        for word in ("blocked", "allowed", "observed"):
            assert one[word] == _rows(box, {**of, "action": word}), of
        assert one["other"] == _rows(box, {**of, "action": ["rewritten", "refused"]})


def _findings(box: Api, since: int) -> None:
    for one in _get(box, "/v1/findings", {"since": since})["items"]:
        if one["filter"]:
            assert one["count"] == _rows(box, one["filter"]), one


def _flows(box: Api, since: int) -> None:
    for device in PHONES:
        part = {"device": device, "since": since}
        flows = _get(box, "/v1/statistics/flows", {**part, "limit": 1000})["items"]
        assert sum(one["count"] for one in flows) == _rows(box, part)
        for one in flows:
            words = {key: one[key] for key in ("company", "purpose", "name", "country", "action")}
            assert one["count"] == _rows(box, {**part, **words}), one


def test_times_that_nobody_lives_in_are_answered(box: Api) -> None:
    decided.ask(box.data, PHONES[0], NAMES[:2], time=int(time.time()))
    moments = (0, 1, 2**31 - 1, 2**31, 2**32, 2**40 - 1)
    for since in moments:
        _get(box, "/v1/findings", {"since": since})
        for until in moments:
            _get(box, "/v1/overview", {"since": since, "until": until})
            _get(box, "/v1/statistics/flows", {"since": since, "until": until})


def test_an_empty_box_has_numbers_too(box: Api) -> None:
    assert _get(box, "/v1/overview")["asked"] == 0
    assert _get(box, "/v1/statistics/flows")["items"] == []
    assert [one["kind"] for one in _get(box, "/v1/findings")["items"]] == ["role-down"]
