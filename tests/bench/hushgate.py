"""Hushgate under load, with everything switched on: log, devices, groups, catalogue."""

import contextlib
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from tests.bench import measure
from tests.bench.process import answers, child
from tests.bench.servers import NULL, OUTSIDE, Bench, Server, started
from tests.fakes.ports import free_port

NAME = "hushgate"
_UNLIMITED = "1000000000"  # the limit stays switched on and counts; it is only never reached


class InForce(msgspec.Struct, frozen=True):
    """One rule by the command line."""

    applied_ms: float  # as it says itself
    whole_ms: float  # from the call, its process included, to the first answer that meets the rule


def command(text: str) -> list[str]:
    """How Hushgate is called: as told, else from the checkout's environment, else with this interpreter."""
    if text:
        return shlex.split(text)
    own = Path(".venv/bin/hushgate")
    return [str(own.absolute())] if own.exists() else [sys.executable, "-m", "gateway.cli"]


def environment(workers: int) -> dict[str, str]:
    """Settings of the bench; everything else is as it comes."""
    return {"HUSHGATE_DNS__WORKERS": str(workers), "HUSHGATE_DNS__RATE_LIMIT": _UNLIMITED}


def data_folder(bench: Bench) -> Path:
    """The data folder of the Hushgate that this bench starts."""
    return bench.folder / "data"


@contextlib.contextmanager
def hushgate(bench: Bench, call: Sequence[str]) -> Iterator[Server]:
    """A first run subscribes to the list and stops; the second is timed and yielded."""
    port, data, log = free_port(), str(data_folder(bench)), bench.folder / "hushgate-first.log"
    text = bench.folder / "hushgate-list.txt"
    with text.open("w") as file, bench.blocked.open() as names:
        file.writelines(
            f"||{name.strip()}^\n" for name in names
        )  # the name and all below it, as the others do
    panel = f"127.0.0.1:{bench.panel or free_port()}"
    up = [*call, "up", "--data", data, "--dns", f"127.0.0.1:{port}", "--panel", panel]
    up += ["--upstream", f"udp://127.0.0.1:{bench.upstream}", "--no-firewall"]
    settings = environment(bench.workers)
    with child(up, log, environment=settings) as process:
        answers(process, log, port, "up.example", OUTSIDE)
        subprocess.run(
            [*call, "lists", "add", str(text), "--data", data],
            check=True,
            timeout=300,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **settings},
        )
        answers(process, log, port, bench.probe, NULL)
    with started(NAME, up, bench, port, settings) as server:
        yield server


def rules_in_force(server: Server, bench: Bench, call: Sequence[str], times: int) -> list[InForce]:
    """Add `times` rules one by one. Raises RuntimeError if the answer after an acknowledgement is an old one."""
    found = []
    for number in range(times):
        name = f"rule{number}.bench.example"
        if measure.ask(server.port, name) != OUTSIDE:
            raise RuntimeError(f"{name} does not resolve before its rule")
        begin = time.monotonic()
        done = subprocess.run(
            [*call, "rules", "add", f"||{name}^", "--data", str(data_folder(bench)), "--json"],
            check=True,
            timeout=60,
            stdout=subprocess.PIPE,
            env={**os.environ, **environment(bench.workers)},
        )
        if measure.ask(server.port, name) != NULL:
            raise RuntimeError(f"{name} was acknowledged and is not in force")
        whole = (time.monotonic() - begin) * 1e3
        found.append(InForce(float(msgspec.json.decode(done.stdout)["applied"]["ms"]), whole))
    return found
