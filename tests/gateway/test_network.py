"""Upstreams and cache, by what all workers say."""

from typing import Any

import pytest

from gateway import network
from gateway.settings import Dns, Settings

ONE = "udp://192.0.2.1"


def seen(
    state: str = "untested", *, sent: int = 0, asked: int = 0, ok: int = 0, **more: Any
) -> dict[str, Any]:
    """One upstream in the words of one worker."""
    return {
        "url": ONE,
        "domain": "",
        "state": state,
        "sent": sent,
        "failed": 0,
        "wrong": 0,
        "latency_ms": 0.0,
        "last_error": "",
        "last_asked": asked,
        "last_ok": ok,
        **more,
    }


def worker(*upstreams: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"role": "dns-0", "state": "up", "upstreams": list(upstreams), **more}


def test_counts_are_added_and_the_worker_that_asked_last_knows_the_state() -> None:
    found = [
        worker(seen("up", sent=5, asked=100, ok=100, latency_ms=12.0)),
        worker(seen("down", sent=3, asked=200, ok=150, failed=3, latency_ms=20.0, last_error="no answer")),
        worker(seen()),
        {"role": "keeper", "state": "down"},
    ]
    (one,) = network.upstreams(found, Settings())
    assert (one.state, one.queries, one.failures, one.last_ok) == ("down", 8, 3, 150)
    assert (one.latency_ms, one.last_error, one.protocol) == (20.0, "no answer", "udp")


def test_what_nobody_has_asked_is_unknown() -> None:
    (one,) = network.upstreams([worker(seen())], Settings())
    assert (one.state, one.latency_ms, one.last_ok) == ("unknown", None, 0)


def test_without_workers_the_settings_are_shown() -> None:
    dns = Dns(upstreams=("https://dns.example/?key=secret",), domains={"lan": (ONE,)})
    found = network.upstreams([{"role": "dns-0", "state": "down"}], Settings(dns=dns))
    assert [(one.url, one.domain, one.state) for one in found] == [
        ("https://dns.example/?***", "", "unknown"),
        (ONE, "lan", "unknown"),
    ]


@pytest.mark.parametrize(
    ("url", "protocol"),
    [
        (ONE, "udp"),
        ("tls://192.0.2.1#x.example", "tls"),
        ("recursive", "recursive"),
        ("quic://192.0.2.1", "quic"),
    ],
)
def test_the_protocol_is_that_of_the_url(url: str, protocol: str) -> None:
    assert network.protocol(url) == protocol


def test_caches_are_added() -> None:
    cache = {"entries": 2, "bytes": 300, "hits": 5, "misses": 1, "limit": 1 << 20}
    found = [worker(cache=cache), worker(cache=cache), {"role": "keeper", "state": "up"}]
    assert network.cache(found) == {key: 2 * value for key, value in cache.items()}
    assert set(network.cache([]).values()) == {0}
