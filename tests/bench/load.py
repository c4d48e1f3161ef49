"""dnsperf: one bounded run against one server, and what it says."""

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import msgspec

from tests.bench import measure
from tests.bench.process import program
from tests.bench.servers import Server

OUTSTANDING = 100  # queries on their way at once; 200 in one burst overflow the default receive buffer
SOCKETS = 10
SETTLE = (
    1.5  # seconds after each run, for all servers: a log that is written a second later belongs to the bill
)
_SENT = re.compile(r"Queries sent:\s+(\d+)")
_COMPLETED = re.compile(r"Queries completed:\s+(\d+)")
_RATE = re.compile(r"Queries per second:\s+([\d.]+)")
_LATENCY = re.compile(r"^> \S+ \S+ \S+ ([\d.]+)$", re.MULTILINE)


class Run(msgspec.Struct, frozen=True):
    """One run of dnsperf."""

    sent: int
    completed: int
    rate: float  # answers a second
    cpu: float  # seconds of CPU of all the server's processes
    latencies: tuple[float, ...] = ()  # seconds, ascending; only of runs at a fixed rate

    @property
    def cpu_per_query(self) -> float:
        """Microseconds."""
        return self.cpu / max(self.completed, 1) * 1e6

    def percentile(self, share: float) -> float:
        """Milliseconds that `share` of the answers took at most."""
        if not self.latencies:
            return 0.0
        return self.latencies[min(int(share * len(self.latencies)), len(self.latencies) - 1)] * 1e3


def run(
    server: Server,
    queries: Path,
    *,
    seconds: float,
    once: bool = False,
    rate: int = 0,
    cores: frozenset[int] = frozenset(),
) -> Run:
    """Ask the server what `queries` holds, over and over or `once`, for at most `seconds`.

    `rate` queries a second with the latency of each, or as many as it answers. dnsperf runs on `cores`.
    """
    command = [program("dnsperf"), "-s", server.address, "-p", str(server.port), "-d", str(queries)]
    command += ["-l", f"{seconds:g}", "-c", str(SOCKETS), "-T", "2", "-q", str(OUTSTANDING), "-t", "2"]
    command += ["-n", "1"] if once else []
    command += ["-Q", str(rate), "-v"] if rate else []
    with tempfile.TemporaryFile("w+") as output:
        before = measure.cpu_seconds(server.pids())
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the bench alone
            preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
        )
        try:
            code = process.wait(seconds + 30)
        finally:
            process.kill()
            process.wait()
        time.sleep(SETTLE)
        cpu = measure.cpu_seconds(server.pids()) - before
        output.seek(0)
        text = output.read()
    if code:
        raise RuntimeError(f"dnsperf ended with {code}: {text[-500:]}")
    latencies = tuple(sorted(map(float, _LATENCY.findall(text)))) if rate else ()
    return Run(
        int(_number(_SENT, text)), int(_number(_COMPLETED, text)), _number(_RATE, text), cpu, latencies
    )


def _number(pattern: re.Pattern[str], text: str) -> float:
    found = pattern.search(text)
    if found is None:
        raise RuntimeError(f"dnsperf printed nothing like {pattern.pattern!r}: {text[-500:]}")
    return float(found[1])
