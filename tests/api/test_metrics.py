"""The box as Prometheus reads it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api import metrics, readings
from api.readings import Readings
from gateway.policy.state import EVERYONE
from gateway.store import lists, rules
from gateway.store.lists import Subscription
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.events import event

HOSTILE = 'a"} 1\nevil{x="\\\r\0\x1b[31m\u202eb</script>'


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


def samples(text: bytes) -> dict[tuple[str, ...], float]:
    """(name, values of the labels by their names …) → value, as Prometheus's own parser has it."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def read(**more: object) -> Readings:
    plain = {"roles": [], "generation": 3, "memory": {}, "pauses": {"all": 1}, "journal_bytes": 7}
    return Readings(**{**plain, **more})  # type: ignore[arg-type]  # the test says what it varies


def subscription(name: str) -> Subscription:
    return Subscription(1, name, "/a", "auto", (EVERYONE,), True, "", "", "", 5, 9, 1, "gone")


def test_an_idle_box_is_told_and_understood(served: Api) -> None:
    now = int(time.time())
    idle_box.note(served.data, event(time=now, verdict=0, count=3), event(time=now, verdict=1, count=2))
    with served.box.works.noting() as session:
        lists.add_list(session, "/some/list", name="mine")
    assert samples(metrics.text(readings.gather(served.box)))["hushgate_rules",] == 0
    with served.box.works.change("rules") as change:
        rules.add_rule(change.session, "||a.example^", now=1)
        off = rules.add_rule(change.session, "||b.example^", now=1)
        rules.update_rule(change.session, off.id, enabled=False)
    found = samples(metrics.text(readings.gather(served.box)))
    assert found["hushgate_generation",] == 2
    assert found["hushgate_attempts_total", "blocked"] == 2
    assert found["hushgate_attempts_total", "allowed"] == 3
    assert found["hushgate_journal_rows",] == 2
    assert found["hushgate_devices",] == 1
    assert found["hushgate_rules",] == 1
    assert found["hushgate_list_rules", "mine"] == 0
    assert found["hushgate_role_up", "keeper"] == 0
    assert found["hushgate_database_up", "journal"] == 1
    assert found["hushgate_pause_active", "all"] == 0


def test_workers_and_upstreams_are_told_one_by_one() -> None:
    worker = {
        "role": "dns-0",
        "state": "up",
        "since": 5,
        "generation": 3,
        "counts": {"packets": 11},
        "cache": {"hits": 4},
        "upstreams": [
            {
                "url": "https://me:geheim@dns.example/q",
                "domain": "",
                "state": "up",
                "sent": 2,
                "failed": 1,
                "latency_ms": 20.0,
                "last_error": "",
            }
        ],
    }
    text = metrics.text(read(roles=[worker]))
    found = samples(text)
    assert found["hushgate_dns_packets_total", "dns-0"] == 11
    assert found["hushgate_dns_cache_hits_total", "dns-0"] == 4
    assert found["hushgate_upstream_latency_seconds", "", "https://***@dns.example/q"] == 0.02
    assert b"geheim" not in text


def test_a_hostile_name_of_a_list_stays_within_its_label() -> None:
    text = metrics.text(read(rules=1, lists=(subscription(HOSTILE),)))
    found = samples(text)
    (name,) = {key[1] for key in found if key[0] == "hushgate_list_rules"}
    assert name == metrics.label(HOSTILE)
    assert not [char for char in text.decode() if char != "\n" and not char.isprintable()]
    assert not [line for line in text.splitlines() if line.startswith(b"evil")]


def test_two_names_that_look_the_same_made_harmless_are_one_sample() -> None:
    text = metrics.text(read(rules=1, lists=(subscription("a\0"), subscription("a\1"))))
    assert samples(text)["hushgate_list_rules", "a\ufffd"] == 18


def test_a_thousand_lists_do_not_make_a_thousand_series() -> None:
    many = tuple(subscription(f"list {number}") for number in range(1000))
    found = samples(metrics.text(read(rules=1, lists=many)))
    assert found["hushgate_lists",] == 1000
    assert len([key for key in found if key[0] == "hushgate_list_rules"]) == metrics.MAX_LISTS


def test_what_a_database_that_is_away_would_say_is_left_out() -> None:
    found = samples(metrics.text(read()))
    assert found["hushgate_database_up", "journal"] == 0
    assert ("hushgate_journal_rows",) not in found
    assert ("hushgate_rules",) not in found
