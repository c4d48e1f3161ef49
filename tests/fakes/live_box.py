"""A box as it is installed, started for a test, with what can be seen of it from outside."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway import condition
from gateway.data import Data
from tests.fakes.box import Box, running

ROOT = Path(__file__).parents[2]
_FAULTS = re.compile(r"^Traceback|^\S+: (?:ERROR|CRITICAL) .*|.* ended \(.*|.*Exception .*", re.M)


@dataclass(frozen=True)
class LiveBox:
    """A running box and its folder."""

    box: Box
    data: Path
    program: str

    @property
    def port(self) -> int:
        """Where it answers on 127.0.0.1."""
        return self.box.port

    def command(self, *arguments: str, timeout: float = 60) -> "subprocess.CompletedProcess[str]":
        """What `hushgate ARGUMENTS` does to this box."""
        return subprocess.run(
            [self.program, *arguments],
            env=dict(self.box.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def json(self, *arguments: str, timeout: float = 60) -> list[dict[str, Any]]:
        """The objects that `hushgate ARGUMENTS --json` prints."""
        done = self.command(*arguments, "--json", timeout=timeout)
        assert not done.returncode, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def counts(self) -> Counter[str]:
        """The workers' counts together, as `status` shows them."""
        total: Counter[str] = Counter()
        for role in self.json("status"):
            total.update(role.get("counts", {}))
        return total

    def pids(self) -> dict[str, int]:
        """Role → process."""
        children = Path(f"/proc/{self.box.process.pid}/task/{self.box.process.pid}/children").read_text()
        return {Path(f"/proc/{pid}/comm").read_text().strip(): int(pid) for pid in children.split()}

    def memory(self) -> dict[str, float]:
        """MB of each process, what is shared being divided among those who share it (PSS)."""
        everyone = {"up": self.box.process.pid, **self.pids()}
        return {role: _pss(pid) for role, pid in everyone.items()}

    def faults(self) -> list[str]:
        """Tracebacks, errors and ended roles in what it has printed."""
        return _FAULTS.findall(self.box.text())


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"no Pss of process {pid}")


def program() -> str:
    """The `hushgate` that is installed beside this Python; without one the test is skipped."""
    found = shutil.which("hushgate", path=f"{Path(sys.executable).parent}:{ROOT / '.venv' / 'bin'}")
    if found is None:
        pytest.skip("hushgate is not installed here; deploy/test does it")
    return found


@contextlib.contextmanager
def started(
    upstream: str, settings: Mapping[str, str] | None = None, *, panel: bool = False
) -> Iterator[LiveBox]:
    """A new box with two workers. `settings` are variables without their prefix: {"DNS__CACHE_MB": "1"}."""
    with (
        tempfile.TemporaryDirectory(prefix="hg-") as folder,
        on(Path(folder) / "data", upstream, settings, panel=panel) as box,
    ):
        yield box


@contextlib.contextmanager
def on(
    data: Path, upstream: str, settings: Mapping[str, str] | None = None, *, panel: bool = False
) -> Iterator[LiveBox]:
    """The box of this folder, with two workers."""
    command = program()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("HUSHGATE_")},
        **{f"HUSHGATE_{key}": value for key, value in (settings or {}).items()},
    }
    with running([command, "up"], data, upstream=upstream, environment=environment, panel=panel) as box:
        wait_for_all_roles(Data(data))
        yield LiveBox(box, data, command)


def wait_for_all_roles(data: Data) -> None:
    """DNS answers first, which is as it should be; some tests look at the others at once."""
    for _ in range(1200):
        found = condition.ask(data, data.read_settings())
        if all(one["state"] == "up" for one in found):
            return
        time.sleep(0.05)  # a look now and then, until the deadline
    raise AssertionError(found)
