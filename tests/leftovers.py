"""What a test run left on the machine: processes, namespaces, nft tables. Leaving any fails the run.

With workers (pytest-xdist) each looks for its own, and in the end their master for what a dead one left.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.fakes import network

MARK = "HG_TEST_RUN"  # in the environment of everything this run starts, orphans too; see network.PREFIX


def mark_children() -> None:
    """Call before anything is started."""
    os.environ[MARK] = network.PREFIX


def find_and_clear(*, of_worker: bool = False) -> list[str]:
    """What is left, a line each. It is removed, so that one fault does not spoil the next run.

    A table bears nobody's mark: it is found when no worker runs any more.
    """
    found = []
    for pid, command in processes():
        found.append(f"process {pid}: {command}")
        os.kill(pid, signal.SIGKILL)
    for name in _namespaces():
        found.append(f"network namespace {name}")
        network.remove(name)
    for table in [] if of_worker else _tables():
        found.append(f"nft table {table}")
        subprocess.run(["nft", "delete", "table", *table.split()], check=False)
    return found


def processes() -> Iterator[tuple[int, str]]:
    """(number, command) of each process that bears this run's mark."""
    mark = f"{MARK}={os.environ[MARK]}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue  # gone meanwhile, or another user's
        # multiprocessing keeps its tracker until the interpreter ends
        marked = any(variable.startswith(mark) for variable in environment.split(b"\0"))
        if marked and "multiprocessing.resource_tracker" not in command:
            yield int(folder.name), command


def _namespaces() -> list[str]:
    folder = Path("/run/netns")
    return sorted(p.name for p in folder.glob(f"{network.PREFIX}*")) if folder.is_dir() else []


def _tables() -> list[str]:
    if os.geteuid() or not shutil.which("nft"):
        return []
    listed = subprocess.run(
        ["nft", "list", "tables"], capture_output=True, text=True, timeout=10, check=False
    )
    tables = (line.removeprefix("table ") for line in listed.stdout.splitlines())
    return [table for table in tables if "hushgate" in table]
