"""One workload against all servers, in alternating rounds: what disturbs the machine disturbs all alike."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.bench import load
from tests.bench.load import Run
from tests.bench.names import Workloads
from tests.bench.servers import Server
from tests.bench.table import Workload

KINDS = ("hot", "cached", "fresh", "mixed")
_WARM_UP = 1.0  # seconds


class Plan(msgspec.Struct, frozen=True):
    """The query files of one workload, one for each round."""

    title: str
    full: tuple[Path, ...]
    paced: tuple[Path, ...]
    once: bool = False  # no query is asked twice


class Pace(msgspec.Struct, frozen=True):
    """How long and how fast to ask, and where dnsperf runs."""

    seconds: float
    rate: int  # queries a second in the runs that measure latency
    cores: frozenset[int]


def plan(kind: str, work: Workloads, rounds: int) -> Plan:
    """The plan of one of KINDS."""
    if kind == "hot":
        return Plan("Blocked, hot: 2000 names again and again", (work.hot,) * rounds, (work.hot,) * rounds)
    if kind == "cached":
        return Plan(
            "Allowed, cached: 2000 names again and again", (work.cached,) * rounds, (work.cached,) * rounds
        )
    if kind == "fresh":
        return Plan("Blocked, never seen: no name twice", tuple(work.fresh), tuple(work.paced), once=True)
    title = "Mixed: 70 % allowed, 28 % blocked by Zipf's law, 2 % blocked and new; A, AAAA, HTTPS"
    return Plan(title, tuple(work.mixed), tuple(work.mixed))


def play(found: Sequence[Server], what: Plan, pace: Pace) -> list[Workload]:
    """Measure: A B C, A B C … at full speed and, by turns, at a fixed rate."""
    full: dict[str, list[Run]] = {server.name: [] for server in found}
    paced: dict[str, list[Run]] = {server.name: [] for server in found}
    if not what.once:
        for server in found:
            load.run(server, what.full[0], seconds=_WARM_UP, cores=pace.cores)
    for number, (fast, slow) in enumerate(zip(what.full, what.paced, strict=True), 1):
        for server in found:
            run = load.run(server, fast, seconds=pace.seconds, once=what.once, cores=pace.cores)
            full[server.name].append(run)
            calm = load.run(
                server, slow, seconds=pace.seconds, once=what.once, rate=pace.rate, cores=pace.cores
            )
            paced[server.name].append(calm)
            print(
                f"  {what.title.partition(':')[0]}, round {number}, {server.name}: "
                f"{run.cpu_per_query:.2f} µs, {run.rate:,.0f}/s, p99 {calm.percentile(0.99):.3f} ms",
                file=sys.stderr,
                flush=True,
            )
    return [Workload(server.name, tuple(full[server.name]), tuple(paced[server.name])) for server in found]
