"""`python -m tests.bench`: Hushgate, unbound and dnsmasq with the same names, in alternating rounds."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench import hushgate, measure, rounds, servers, table
from tests.bench.names import Workloads
from tests.bench.servers import Bench, Server

SERVERS = ("unbound", "dnsmasq", hushgate.NAME)
RULES = 20  # added one by one, to see how soon each is in force
_Starter = Callable[[], contextlib.AbstractContextManager[Server]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print tables on stdout and progress on stderr; 0 if every server that was asked for was measured."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it otherwise
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leaves through every `finally`, as Ctrl-C does
    core, cores = _cores(options.workers)
    pinned = f"servers on core {core}, dnsperf on {len(cores)} others" if cores else "nothing is pinned"
    print(f"Machine: {measure.machine()}; {time.strftime('%Y-%m-%d')}.")
    print(
        f"{options.rounds} rounds of {options.seconds:g} s, workers: {options.workers}; {pinned}.\n",
        flush=True,
    )
    complete = True
    try:
        for count in options.names:
            with tempfile.TemporaryDirectory(prefix="hushgate-bench-") as folder:
                complete &= _measure(options, count, Path(folder), core, cores)
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    return 0 if complete else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--names", type=int, nargs="+", default=[100_000, 1_000_000], metavar="N")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one run")
    parser.add_argument("--rate", type=int, default=2000, help="queries a second when latency is measured")
    parser.add_argument("--workers", type=int, default=1, help="of Hushgate and unbound; dnsmasq has one")
    parser.add_argument("--hushgate", default="", metavar="COMMAND", help="default: .venv/bin/hushgate")
    parser.add_argument("--only", nargs="+", default=SERVERS, choices=SERVERS)
    parser.add_argument("--workloads", nargs="+", default=rounds.KINDS, choices=rounds.KINDS)
    parser.add_argument(
        "--peer", action="append", default=[], type=servers.peer, metavar="NAME=ADDR:PORT,PID"
    )
    return parser


def _cores(workers: int) -> tuple[int | None, frozenset[int]]:
    """The processor for the servers and those for dnsperf; nothing is pinned if there is but one, or no need."""
    usable = sorted(os.sched_getaffinity(0))
    if workers > 1 or len(usable) < 2:
        return None, frozenset()
    return usable[-1], frozenset(usable[:-1])


def _measure(
    options: argparse.Namespace, count: int, folder: Path, core: int | None, cores: frozenset[int]
) -> bool:
    """Measure all servers with `count` names and print; did every one start?"""
    _say(f"{count:,} names")
    work = Workloads(folder, count, options.rounds, paced=int(options.rate * options.seconds))
    pace = rounds.Pace(options.seconds, options.rate, cores)
    with contextlib.ExitStack() as running:
        port = running.enter_context(servers.upstream(folder))
        bench = Bench(folder, work.blocked, work.hot_names[0], port, options.workers, core)
        call = hushgate.command(options.hushgate)
        starters: dict[str, _Starter] = {
            "unbound": lambda: servers.unbound(bench),
            "dnsmasq": lambda: servers.dnsmasq(bench),
            hushgate.NAME: lambda: hushgate.hushgate(bench, call),
        }
        found, missing = _start(running, {name: starters[name] for name in options.only})
        found += options.peer
        print(f"## {count:,} names\n")
        idle = {server.name: measure.pss_mb(server.pids()) for server in found}
        for kind in options.workloads:
            what = rounds.plan(kind, work, options.rounds)
            print(table.workload(what.title, rounds.play(found, what, pace), options.rate), flush=True)
        print(table.standing([table.stands(server, idle[server.name]) for server in found]), flush=True)
        for server in found:
            if server.name == hushgate.NAME:
                print(table.in_force(hushgate.rules_in_force(server, bench, call, RULES)), flush=True)
        for name, reason in missing.items():
            print(f"Not measured: {name}: {reason}\n")
    return not missing


def _start(
    running: contextlib.ExitStack, starters: Mapping[str, _Starter]
) -> tuple[list[Server], dict[str, str]]:
    """Start each; those that run and, for the others, why not."""
    found, missing = [], {}
    for name, starter in starters.items():
        try:
            server = running.enter_context(starter())
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            missing[name] = " ".join(str(error).split())
            _say(f"{name} does not run: {error}")
        else:
            found.append(server)
            _say(f"{name} answers after {server.start_seconds:.2f} s")
    return found, missing


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
