"""`status`: what runs, since when, and what it has done."""

import time
from argparse import Namespace
from collections.abc import Iterable, Iterator
from typing import Any

from gateway import condition
from gateway.commands import output
from gateway.commands.times import ago
from gateway.data import existing

COLUMNS = ["role", "state", "up", "generation", "packets", "waiting_events", "lost_events"]
UPSTREAM_COLUMNS = ["upstream", "domain", "state", "sent", "failed", "latency", "last_error"]


def status(options: Namespace) -> int:
    """Each role: alive, how long, what it has done. Exit code 1 where one that should run does not."""
    data = existing(options.data)
    found = condition.ask(data, data.read_settings())
    nothing_down = all(one["state"] != "down" for one in found)
    if options.json:
        for one in found:
            output.json_line(one)
        return 0 if nothing_down else 1
    output.rows([_summary(one) for one in found], COLUMNS, as_json=False, empty="")
    _show_upstreams(found)
    _show_panel(found)
    _show_trouble(found)
    if not nothing_down:
        output.note("The box does not run whole: start it with `hushgate up`, or see what it printed.")
    return 0 if nothing_down else 1


def _summary(one: dict[str, Any]) -> dict[str, Any]:
    events = one.get("events", one.get("journal", {}))
    return {
        "role": one["role"],
        "state": one["state"],
        "up": ago(one["since"], time.time()) if "since" in one else None,
        "generation": one.get("generation"),
        "packets": one.get("counts", {}).get("packets"),
        "waiting_events": events.get("waiting"),
        "lost_events": events.get("dropped"),
    }


def _show_upstreams(found: list[dict[str, Any]]) -> None:
    """One line for each upstream, of the workers together."""
    rows = [
        {
            **row,
            "upstream": row["url"],
            "domain": row["domain"] or "all",
            "latency": f"{row['latency_ms']:.0f} ms" if row["latency_ms"] else None,
        }
        for row in condition.upstreams(found)
    ]
    if rows:
        print()
        output.rows(rows, UPSTREAM_COLUMNS, as_json=False, empty="")


def _show_panel(found: Iterable[dict[str, Any]]) -> None:
    """Where panel and API are."""
    for one in found:
        if one.get("listen"):
            print(f"\nPanel and API listen on {output.harmless(one['listen'])}.")


def _show_trouble(found: Iterable[dict[str, Any]]) -> None:
    """What a person has to know about the log, and why a role does not answer."""
    said = [line for one in found for line in _trouble(one)]
    if said:
        print()
    for line in said:
        print(output.harmless(line))


def _trouble(one: dict[str, Any]) -> Iterator[str]:
    if one["state"] == "down":
        yield one["reason"]
    if one.get("policy_fault"):
        yield f"{one['role']} decides by an older generation: {one['policy_fault']}"
    if one.get("fault"):
        yield f"{one['role']}: {one['fault']}"
    journal = one.get("journal", {})
    if journal.get("reason"):
        yield f"The log is {journal['state']}: {journal['reason']}"
    if journal.get("refused"):
        yield f"The log has refused {journal['refused']} events that cannot be stored"
    for path in one.get("set_aside", ()):
        yield f"A damaged database was set aside as {path}"
