"""`/metrics`: the box as numbers, in Prometheus's text. No name, device or address of a phone ever is a label."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from api.readings import Readings
from gateway import condition
from gateway.store.webhooks import Webhook
from gateway.version import version

if TYPE_CHECKING:
    from prometheus_client import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MAX_LABEL = 100  # characters
MAX_LISTS = 200  # that are told one by one; a household has ten

_UNPRINTABLE = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control characters, and what turns the direction of writing


def label(text: str) -> str:
    """A word of a user's as a label: bounded, without what could break a line or turn it round."""
    return "".join(
        "\ufffd" if unicodedata.category(char) in _UNPRINTABLE else char for char in text[:MAX_LABEL]
    )


def text(readings: Readings) -> bytes:
    """In Prometheus's text format."""
    # Only for those who are asked by Prometheus: it brings an HTTP server along.
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(readings))
    return generate_latest(registry)


class _Collector:
    """Hands over what was read."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterator["Metric"]:
        yield from _box(self._readings)
        yield from _workers(self._readings.roles)
        yield from _upstreams(self._readings.roles)
        yield from _journal(self._readings)
        yield from _policy_numbers(self._readings)
        yield from _webhooks(self._readings.webhooks)


Samples = Iterable[tuple[tuple[str, ...], float]]


def _gauge(name: str, about: str, samples: Samples, labels: tuple[str, ...] = ()) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    return _filled(GaugeMetricFamily(f"hushgate_{name}", about, labels=labels), samples)


def _counter(name: str, about: str, samples: Samples, labels: tuple[str, ...] = ()) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    return _filled(CounterMetricFamily(f"hushgate_{name}", about, labels=labels), samples)


def _filled(family: Any, samples: Samples) -> "Metric":
    sums: Counter[tuple[str, ...]] = Counter()
    for words, value in samples:  # two words that look the same when made harmless are one sample
        sums[tuple(label(word) for word in words)] += value  # type: ignore[assignment]  # a float
    for words, value in sums.items():
        family.add_metric(words, value)
    metric: Metric = family
    return metric


def _one(value: float) -> Samples:
    return [((), value)]


def _box(readings: Readings) -> Iterator["Metric"]:
    yield _gauge("build_info", "Always 1; which version runs.", [((version(),), 1)], ("version",))
    up = [((one["role"],), one["state"] == "up") for one in readings.roles]
    yield _gauge("role_up", "Does the process answer?", up, ("role",))
    since = [((one["role"],), one["since"]) for one in readings.roles if "since" in one]
    yield _gauge("role_start_time_seconds", "When the process started, Unix time.", since, ("role",))
    memory = [((role,), size) for role, size in readings.memory.items()]
    yield _gauge("role_memory_bytes", "Resident memory, what is shared included.", memory, ("role",))
    usable = [(("journal",), readings.actions is not None), (("policy",), readings.rules is not None)]
    yield _gauge("database_up", "Is the database usable?", usable, ("database",))


def _workers(roles: list[dict[str, Any]]) -> Iterator["Metric"]:
    workers = [one for one in roles if "counts" in one]

    def of(part: str, key: str) -> Samples:
        return [((one["role"],), one.get(part, {}).get(key, 0)) for one in workers]

    for name, about, part, key in (
        ("dns_packets", "Queries that came.", "counts", "packets"),
        ("dns_malformed", "Packets that were no query.", "counts", "malformed"),
        ("dns_not_allowed", "Queries from addresses that are not answered.", "counts", "not_allowed"),
        ("dns_rate_limited", "Queries above the limit of a client.", "counts", "rate_limited"),
        ("dns_overload_dropped", "Queries for which there was no room.", "counts", "overload_dropped"),
        ("dns_failed", "Queries in which Hushgate itself failed.", "counts", "failed"),
        ("dns_cache_hits", "Answers from the cache.", "cache", "hits"),
        ("dns_cache_misses", "Answers that had to be asked for.", "cache", "misses"),
        ("dns_events_dropped", "Events that never reached the log.", "events", "dropped"),
    ):
        yield _counter(name, about, of(part, key), ("worker",))
    for name, about, part, key in (
        ("dns_cache_entries", "Answers in the cache.", "cache", "entries"),
        ("dns_cache_bytes", "Bytes of the cache.", "cache", "bytes"),
        ("dns_waiting", "Queries that wait for an upstream now.", "counts", "waiting"),
        ("dns_tcp_connections", "Open TCP connections.", "counts", "tcp_open"),
        ("dns_events_waiting", "Events that are not in the log yet.", "events", "waiting"),
    ):
        yield _gauge(name, about, of(part, key), ("worker",))
    generations = [((one["role"],), one.get("generation", 0)) for one in workers]
    yield _gauge("dns_generation", "The generation that the worker decides by.", generations, ("worker",))


def _upstreams(roles: list[dict[str, Any]]) -> Iterator["Metric"]:
    found = condition.upstreams(roles)
    labels = ("upstream", "domain")

    def of(value: Any) -> Samples:
        return [((condition.without_password(one["url"]), one["domain"]), value(one)) for one in found]

    yield _gauge("upstream_up", "1, or 0 where it fails.", of(lambda one: one["state"] != "down"), labels)
    yield _counter("upstream_sent", "Queries sent to it.", of(lambda one: one["sent"]), labels)
    yield _counter("upstream_failed", "Queries that it failed.", of(lambda one: one["failed"]), labels)
    latency = [
        ((condition.without_password(one["url"]), one["domain"]), one["latency_ms"] / 1000)
        for one in found
        if one["latency_ms"]
    ]
    yield _gauge("upstream_latency_seconds", "Smoothed, of the worker asked last.", latency, labels)


def _journal(readings: Readings) -> Iterator["Metric"]:
    if readings.actions is not None:
        by_action = [((action,), count) for action, count in readings.actions.items()]
        yield _counter("attempts", "Attempts in the log since the panel's start.", by_action, ("action",))
        yield _gauge("journal_rows", "Events in the log.", _one(readings.rows))
        yield _counter("journal_stored", "Events that were ever stored.", _one(readings.ever))
        yield _counter("journal_dropped", "Events that were lost on the way.", _one(readings.dropped))
        yield _gauge("devices", "Devices that the log knows.", _one(readings.devices))
    yield _gauge("journal_bytes", "Size of the log on the disk.", _one(readings.journal_bytes))
    for one in readings.roles:
        if "journal" in one:
            said = one["journal"]
            yield _gauge("journal_writing", "Is the log written?", _one(said.get("state") == "writing"))
            yield _gauge("journal_waiting", "Events not durable yet.", _one(said.get("waiting", 0)))
            yield _counter("journal_refused", "Events no database takes.", _one(said.get("refused", 0)))


def _policy_numbers(readings: Readings) -> Iterator["Metric"]:
    yield _gauge(
        "generation", "The generation in force; 0 where none can be read.", _one(readings.generation)
    )
    active = [((scope,), count) for scope, count in readings.pauses.items()]
    yield _gauge("pause_active", "Pauses in force.", active, ("scope",))
    if readings.rules is None:
        return
    yield _gauge("rules", "The user's rules that are switched on.", _one(readings.rules))
    told = readings.lists[:MAX_LISTS]
    yield _gauge("lists", "Subscribed lists.", _one(len(readings.lists)))
    yield _gauge("list_rules", "Usable rules.", [((one.name,), one.rules) for one in told], ("list",))
    yield _gauge(
        "list_refused_lines", "Unusable lines.", [((one.name,), one.refused) for one in told], ("list",)
    )
    failed = [((one.name,), bool(one.error)) for one in told]
    yield _gauge("list_failed", "Did the last refresh fail?", failed, ("list",))
    fetched = [((one.name,), one.fetched) for one in told if one.fetched]
    yield _gauge("list_refreshed_time_seconds", "Last good refresh, Unix time.", fetched, ("list",))


def _webhooks(found: tuple[Webhook, ...]) -> Iterator["Metric"]:
    failing = [((str(one.id),), one.failures) for one in found]
    yield _gauge("webhook_failures", "Failed attempts in a row.", failing, ("webhook",))
    lost = [((str(one.id),), one.lost) for one in found]
    yield _counter("webhook_lost", "Notices that were given up.", lost, ("webhook",))
