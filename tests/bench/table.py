"""Figures → Markdown. Medians of the rounds, with their range where it tells how quiet the machine was."""

from collections.abc import Sequence
from statistics import median

import msgspec

from tests.bench import measure
from tests.bench.hushgate import InForce
from tests.bench.load import Run
from tests.bench.servers import Server

BASE = "unbound"  # what ratios are to


class Workload(msgspec.Struct, frozen=True):
    """One server under one workload."""

    server: str
    full: tuple[Run, ...]  # as fast as it answers
    paced: tuple[Run, ...]  # at a fixed rate


class Standing(msgspec.Struct, frozen=True):
    """What a server costs besides queries."""

    server: str
    start_seconds: float
    idle_mb: float  # PSS of all processes before the first round
    loaded_mb: float  # after the last
    processes: int


def stands(server: Server, idle_mb: float) -> Standing:
    """What the server costs now, after all rounds."""
    pids = server.pids()
    return Standing(server.name, server.start_seconds, idle_mb, measure.pss_mb(pids), len(pids))


def workload(title: str, rows: Sequence[Workload], rate: int) -> str:
    """One workload as a table."""
    base = next((row for row in rows if row.server == BASE), None)
    lines = [
        f"### {title}",
        "",
        f"| server | CPU µs/query | to {BASE} | answers/s | to {BASE} | CPU µs/query at {rate}/s | p50 ms | p99 ms "
        "| lost |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cpu = [run.cpu_per_query for run in row.full]
        cpu_ratio = _ratio(median(cpu), median(run.cpu_per_query for run in base.full)) if base else "–"
        rate_ratio = _ratio(_rate(row), _rate(base)) if base else "–"
        runs = (*row.full, *row.paced)
        lost = sum(run.sent - run.completed for run in runs)
        cells = [
            row.server,
            f"{median(cpu):.2f} ({min(cpu):.2f}–{max(cpu):.2f})",
            cpu_ratio,
            f"{_rate(row):,.0f}",
            rate_ratio,
            f"{median(run.cpu_per_query for run in row.paced):.1f}",
            f"{median(run.percentile(0.5) for run in row.paced):.3f}",
            f"{median(run.percentile(0.99) for run in row.paced):.3f}",
            f"{lost:,} of {sum(run.sent for run in runs):,}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def standing(rows: Sequence[Standing]) -> str:
    """Start and memory as a table."""
    base = next((row for row in rows if row.server == BASE), None)
    lines = [
        "### Start and memory",
        "",
        f"| server | first blocked answer | PSS after start | PSS after load | to {BASE} | processes |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [
            row.server,
            f"{row.start_seconds:.2f} s" if row.start_seconds else "–",
            f"{row.idle_mb:.0f} MB",
            f"{row.loaded_mb:.0f} MB",
            _ratio(row.loaded_mb, base.loaded_mb) if base else "–",
            str(row.processes),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def in_force(rules: Sequence[InForce]) -> str:
    """How soon a rule counts, in words."""
    applied_ms, whole_ms = [rule.applied_ms for rule in rules], [rule.whole_ms for rule in rules]
    return (
        f"Rule in force ({len(rules)} rules, one by one): acknowledged by every worker after "
        f"{median(applied_ms):.0f} ms, at worst {max(applied_ms):.0f} ms; with the command line's own process "
        f"{median(whole_ms):.0f} ms, at worst {max(whole_ms):.0f} ms. The next answer met the rule every time.\n"
    )


def _rate(row: Workload) -> float:
    return median(run.rate for run in row.full)


def _ratio(value: float, base: float) -> str:
    return f"{value / base:.2f}" if base else "–"
