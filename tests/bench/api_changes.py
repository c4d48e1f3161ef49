"""`python -m tests.bench.api_changes`: how soon a rule sent to the API is in force while DNS is under load.

Rules are added and deleted by turns, over one kept connection, while dnsperf asks at half of what the box can answer.
Each time the next DNS answer has to meet the change. Prints one paragraph of Markdown.
"""

import argparse
import contextlib
import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import msgspec

from tests.bench import hushgate, load, measure, servers
from tests.bench.load import Run
from tests.bench.names import Workloads
from tests.bench.servers import NULL, OUTSIDE, Bench, Server
from tests.fakes.ports import free_port

WARM_UP = 5.0  # seconds: names outside are asked for once, then they are cached
SETTLE = 2.0  # seconds of load before the first change


class Changed(msgspec.Struct, frozen=True):
    """One change. Milliseconds."""

    whole_ms: float  # from the request to the whole answer
    applied_ms: float  # as it says itself


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures on stdout and progress on stderr."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.api_changes", description=__doc__)
    parser.add_argument("--names", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--changes", type=int, default=240, metavar="N")
    parser.add_argument("--rules", type=int, default=0, metavar="N", help="rules that are there already")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--pause", type=float, default=0.5, metavar="S", help="between two changes (%(default)s)"
    )
    parser.add_argument("--load", type=float, default=0.5, help="share of the highest rate (%(default)s)")
    parser.add_argument("--hushgate", default="", metavar="COMMAND", help="default: .venv/bin/hushgate")
    options = parser.parse_args(arguments)
    call = hushgate.command(options.hushgate)
    with tempfile.TemporaryDirectory(prefix="hushgate-bench-") as text, contextlib.ExitStack() as running:
        folder = Path(text)
        work = Workloads(folder, options.names, 1, paced=1000)
        port = running.enter_context(servers.upstream(folder))
        bench = Bench(folder, work.blocked, work.hot_names[0], port, options.workers, panel=free_port())
        server = running.enter_context(hushgate.hushgate(bench, call))
        load.run(server, work.mixed[0], seconds=WARM_UP)
        highest = load.run(server, work.mixed[0], seconds=3.0).rate
        rate = int(highest * options.load)
        _say(f"{highest:,.0f} answers/s at most; changes at {rate:,}/s")
        api = _Api(bench, call)
        api.fill(options.rules)
        seconds = SETTLE + options.changes * (options.pause + 0.1)
        with _loaded(server, work.mixed[0], rate, seconds) as runs:
            time.sleep(SETTLE)
            found = _measure(api, server, options.changes, options.pause)
        panel = measure.pss_mb([pid for pid in server.pids() if measure.name_of(pid) == "hush panel"])
    print(f"Machine: {measure.machine()}; {time.strftime('%Y-%m-%d')}.")
    print(_told(found, options, rate, runs[0], panel))
    return 0


class _Api:
    """A client with a token and a connection of its own."""

    def __init__(self, bench: Bench, call: Sequence[str]) -> None:
        words = ["token", "create", "--scope", "rules", "--name", "bench", "--data"]
        words.append(str(hushgate.data_folder(bench)))
        made = subprocess.run([*call, *words], check=True, timeout=60, stdout=subprocess.PIPE, text=True)
        self._token = made.stdout.strip()
        self._connection = http.client.HTTPConnection("127.0.0.1", bench.panel, timeout=30)

    def send(self, method: str, path: str, body: object = None) -> dict[str, object]:
        """The answer. Raises RuntimeError where it is none of 2xx."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        self._connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content!r:.500}")
        found: dict[str, object] = json.loads(content)
        return found

    def fill(self, rules: int) -> None:
        """Have so many rules."""
        texts = [{"text": f"||filled{number}.bench.example^"} for number in range(rules)]
        for at in range(0, rules, 10_000):
            begin = time.monotonic()
            self.send("POST", "/v1/rules:bulk", {"create": texts[at : at + 10_000]})
            _say(f"{len(texts[at : at + 10_000])} rules in one call: {time.monotonic() - begin:.2f} s")


@contextlib.contextmanager
def _loaded(server: Server, queries: Path, rate: int, seconds: float) -> Iterator[list[Run]]:
    """dnsperf beside what the body does; its run is in the list afterwards."""
    runs: list[Run] = []
    thread = threading.Thread(
        target=lambda: runs.append(load.run(server, queries, seconds=seconds, rate=rate)), name="load"
    )
    thread.start()
    try:
        yield runs
    finally:
        thread.join()


def _measure(api: _Api, server: Server, count: int, pause: float) -> list[Changed]:
    """Add and delete by turns. Raises RuntimeError if the answer after a change is an old one."""
    found = []
    number: object = 0
    for turn in range(count):
        name = f"change{turn // 2}.bench.example"
        time.sleep(pause)
        begin = time.monotonic()
        if turn % 2:
            told = api.send("DELETE", f"/v1/rules/{number}")
        else:
            told = api.send("POST", "/v1/rules", {"text": f"||{name}^"})
            number = told["id"]
        whole = (time.monotonic() - begin) * 1e3
        if measure.ask(server.port, name) != (OUTSIDE if turn % 2 else NULL):
            raise RuntimeError(f"{name}: change {turn} was acknowledged and is not in force")
        applied = told["applied"]
        assert isinstance(applied, dict)
        found.append(Changed(whole, float(applied["ms"])))
    return found


def _told(found: list[Changed], options: argparse.Namespace, rate: int, run: Run, panel: float) -> str:
    whole = sorted(one.whole_ms for one in found)
    applied = [one.applied_ms for one in found]
    return (
        f"Rule change over the API, {len(found)} changes by turns, {options.names:,} names, "
        f"{options.rules:,} other rules, {options.workers} workers, DNS at {rate:,} queries/s "
        f"({options.load:.0%} of the highest rate): in force on all workers and acknowledged after "
        f"{median(whole):.0f} ms (p50), {whole[int(len(whole) * 0.99)]:.0f} ms (p99), {whole[-1]:.0f} ms (worst); "
        f"of this publishing {median(applied):.0f} ms. The next answer met the change every time. DNS meanwhile: "
        f"{run.sent - run.completed:,} of {run.sent:,} queries lost, p99 {run.percentile(0.99):.2f} ms. "
        f"Panel: {panel:.0f} MB (PSS).\n"
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
