"""Who attempted what, from the roll-ups."""

import random

import pytest

from gateway.findings.candidates import Pause, Seen, candidates
from gateway.journal import attempts, days, search
from gateway.journal.attempts import Attempts, Names, Slice
from gateway.journal.search import Filters
from gateway.journal.statistics import Bucket
from gateway.journal.tables import EVENT
from gateway.journal.write import Writer
from gateway.model import Action, Channel, VerdictRow
from gateway.policy.purposes import Purposes
from gateway.store.engine import Database
from tests.fakes.events import ALLOWED, BLOCKED, NOW, batch, event

HOUR = NOW // 3600 * 3600
DAY = NOW // 86400 * 86400
BY_LIST = VerdictRow(Action.BLOCKED, "lists", "one", 3, "||x^", "Xiaomi", "telemetry", "CN", 7)
BY_OTHER = VerdictRow(Action.BLOCKED, "lists", "two", 4, "||x^", "Xiaomi", "telemetry", "CN", 7)
OBSERVED = VerdictRow(Action.OBSERVED, "catalogue", "a", 1, "x", "Alibaba", "analytics", "", 7)
OTHER = "192.0.2.8"


@pytest.fixture
def filled(journal: Database) -> Database:
    rows = [
        event("a.example", count=5),
        event("t.miui.com", verdict=1, count=2),
        event("l.miui.com", verdict=2, count=3),
        event("l.miui.com", verdict=3, count=4, channel=Channel.TLS),
        event("u.example", verdict=4, count=6, time=NOW + 3600, device=OTHER),
        event(None, verdict=1, count=7, time=NOW + 3600, channel=Channel.IP),
    ]
    sent = batch(*rows, verdicts=(ALLOWED, BLOCKED, BY_LIST, BY_OTHER, OBSERVED))
    Writer(journal).write([sent], NOW)
    with journal.write() as connection:
        connection.execute(EVENT.delete())  # the roll-ups alone must do
    return journal


def _sum_up(database: Database) -> None:
    while days.step(database, NOW + 10 * 86400):
        pass


def test_what_differs_only_in_list_and_channel_is_one_sum(filled: Database) -> None:
    for _ in range(2):
        assert attempts.by_device(filled, 0) == (
            Attempts("192.0.2.7", "", "", "", "allowed", "", 5),
            Attempts("192.0.2.7", "Xiaomi", "telemetry", "CN", "blocked", "catalogue", 9),
            Attempts("192.0.2.7", "Xiaomi", "telemetry", "CN", "blocked", "lists", 7),
            Attempts(OTHER, "Alibaba", "analytics", "", "observed", "catalogue", 6),
        )
        _sum_up(filled)
    assert [one.count for one in attempts.by_device(filled, NOW + 3600)] == [7, 6]
    assert len(attempts.by_device(filled, NOW, NOW)) == 3
    assert attempts.by_device(filled, NOW + 90_000_000) == ()


def test_one_look(filled: Database) -> None:
    for _ in range(2):
        found = attempts.of_span(filled, HOUR, NOW + 3600, Bucket.HOUR)
        assert found.attempts == attempts.by_device(filled, 0)
        assert found.names == 4
        assert found.slices == (
            Slice(HOUR, {"allowed": 5, "blocked": 9}),
            Slice(HOUR + 3600, {"blocked": 7, "observed": 6}),
        )
        by_day = attempts.of_span(filled, 0, None, Bucket.DAY)
        assert [one.time for one in by_day.slices] == [DAY]
        assert sum(by_day.slices[0].actions.values()) == sum(one.count for one in found.attempts)
        _sum_up(filled)


def test_blocked_names_of_known_companies(filled: Database) -> None:
    for _ in range(2):
        assert attempts.blocked_names(filled, 0) == (
            Names("192.0.2.7", "l.miui.com", "Xiaomi", "telemetry", "CN", 7),
            Names("192.0.2.7", "t.miui.com", "Xiaomi", "telemetry", "CN", 2),
        )
        _sum_up(filled)
    assert len(attempts.blocked_names(filled, 0, limit=1)) == 1
    assert attempts.blocked_names(filled, NOW + 3600) == ()


def test_when_the_log_began(journal: Database) -> None:
    assert attempts.began(journal) == 0
    Writer(journal).write([batch(event(), event(time=NOW - 7200))], NOW)
    assert attempts.began(journal) == HOUR - 7200


def test_a_thousand_devices_are_told_apart(journal: Database) -> None:
    rows = [event(device=f"192.0.{number >> 8}.{number & 255}") for number in range(1000)]
    Writer(journal).write([batch(*rows)], NOW)
    assert len({one.device for one in attempts.by_device(journal, 0)}) == 1000


_VERDICTS = tuple(
    VerdictRow(action, layer, "x", 1, "", company, purpose, country, 7)
    for action, layer in (
        (Action.BLOCKED, "catalogue"),
        (Action.ALLOWED, ""),
        (Action.ALLOWED, "pause"),
        (Action.OBSERVED, "catalogue"),
    )
    for company, purpose, country in (
        ("", "", ""),
        ("Xiaomi", "analytics", "SG"),
        ("Xiaomi", "analytics", "CN"),
        ("Alibaba", "dns-bypass", ""),
    )
)


def test_every_finding_has_as_many_rows_in_the_log_as_it_says(journal: Database) -> None:
    chance = random.Random(7)
    rows = [
        event(
            f"n{chance.randrange(3)}.example",
            time=NOW + chance.randrange(-90_000, 90_000),
            device=f"192.0.2.{chance.randrange(3)}",
            verdict=chance.randrange(len(_VERDICTS)),
            count=chance.randrange(1, 30),
        )
        for _ in range(600)
    ]
    Writer(journal).write([batch(*rows, verdicts=_VERDICTS)], NOW)
    _sum_up(journal)
    seen = Seen(
        since=HOUR,
        until=NOW + 90_000,
        attempts=attempts.by_device(journal, HOUR),
        before=attempts.by_device(journal, HOUR - 90_000, HOUR - 1),
        goes_back=True,
        new_devices=("192.0.2.1",),
        contacts=(("192.0.2.2", "Xiaomi"),),
        breaking=tuple((one, "something") for one in attempts.blocked_names(journal, HOUR)),
        breaking_since=HOUR,
        pauses=(Pause("192.0.2.1", "", NOW), Pause("", "", NOW)),
        observing=("everyone",),
    )
    found = list(candidates(seen, Purposes()))
    assert len(found) > 15
    for one in found:
        wanted = Filters(
            since=one.rows.since,
            devices=(one.rows.device,) if one.rows.device else (),
            company=one.rows.company,
            purpose=one.rows.purpose,
            name=one.rows.name,
            action=one.rows.action or "",
            layer=one.rows.layer,
        )
        assert sum(row.count for row in search.rows(journal, wanted)) == one.count > 0
