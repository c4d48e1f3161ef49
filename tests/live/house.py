"""A box that a test may kill, damage and start again: the whole of `hushgate up`, here or in a namespace."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tests.fakes.network import Namespace
from tests.fakes.ports import free_port
from tests.live.asking import question, told

ROOT = Path(__file__).parents[2]
OUTSIDE = "203.0.113.9"  # what the fake upstream says of names that exist
BLOCKED = "0.0.0.0"
TELEMETRY = "tracking.miui.com"
RULED, OTHER = "shop.example.org", "news.example.org"  # for rules of the user's own
RUBBISH = b"\xde\xad rubbish \xbe\xef" * 4096
PATIENCE = 30.0  # seconds for what should take one: the machine may be busy

T = TypeVar("T")


def hushgate() -> list[str]:
    """How the command is called: as installed beside this interpreter, else in the checkout's environment."""
    for place in (Path(sys.executable).with_name("hushgate"), ROOT / ".venv/bin/hushgate"):
        if place.exists():
            return [str(place)]
    return [sys.executable, "-m", "gateway.cli"]


def python() -> str:
    """The interpreter that `hushgate` runs in."""
    beside = Path(hushgate()[0]).with_name("python")
    return str(beside) if beside.exists() else sys.executable


def eventually(look: Callable[[], T], *, seconds: float = PATIENCE) -> T:
    """What `look` says as soon as it is true; AssertionError if it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s; the last look found {found!r}"
        time.sleep(0.02)  # between two looks
    return found


_MODE = "HUSHGATE_FIREWALL__MODE"


class House:
    """One box: its folder, its address, and its supervisor while that runs."""

    def __init__(
        self,
        data: Path,
        upstream: str,
        *options: str,
        listen: tuple[str, ...] = (),
        machine: Namespace | None = None,
        environment: Mapping[str, str] | None = None,
        workers: int = 2,
    ) -> None:
        self.data = data
        self.port = free_port() if not listen else 53
        self.panel = free_port()
        self.environment = {
            **os.environ,
            "HUSHGATE_DNS__WORKERS": str(workers),
            "HUSHGATE_DATA": str(data),
            **(environment or {}),
        }
        self.upstream = upstream
        self.options = options
        self._listen = listen or (f"127.0.0.1:{self.port}",)
        self._machine = machine
        self._process: subprocess.Popen[bytes] | None = None
        self.output = data.parent / f"{data.name}.output"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The supervisor."""
        assert self._process is not None, "not started"
        return self._process

    def spawn(self) -> None:
        """Start it, and wait for nothing."""
        call = [*hushgate(), "up", "--data", str(self.data), "--upstream", self.upstream]
        # The packet filter of a test's own machine only, never of this one.
        call += [] if self._machine and _MODE in self.environment else ["--no-firewall"]
        call += [word for address in self._listen for word in ("--dns", address)]
        call += ["--panel", f"127.0.0.1:{self.panel}", *self.options]
        with self.output.open("ab") as log:
            self._process = subprocess.Popen(
                self._machine.command(*call) if self._machine else call,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=ROOT,
            )

    def start(self) -> None:
        """Start it; returns when it answers."""
        self.spawn()
        eventually(self._answers)

    def _answers(self) -> bool:
        code = self.process.poll()
        assert code is None, f"ended with {code} before it answered:\n{self.text()}"
        return self.address("hushgate.home.arpa", timeout=0.2) not in ("silence", "refused")

    def stop(self) -> float:
        """SIGTERM; how many seconds it took to end. What then still runs is an error. Safe twice."""
        if self._process is None or self._process.poll() is not None:
            return 0.0
        begin = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not end within 20 s of SIGTERM:\n{self.text()}") from None
        return time.monotonic() - begin

    def kill(self) -> None:
        """SIGKILL for everything of it at once, the supervisor first: it would start the others again."""
        pids = self.pids()
        for pid in sorted(pids, key=lambda pid: pid != self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        eventually(lambda: not self.pids())

    def clear(self) -> None:
        """End whatever is left, for the test that failed halfway."""
        if self._process is not None:
            self.kill()
        self.output.unlink(missing_ok=True)

    def pids(self) -> list[int]:
        """Every process of the box; commands that only speak with it are none."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if os.fsencode(self.data) in words:
                    found.append(int(folder.name))
        return found

    def text(self) -> str:
        """What it has printed so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    # By the command line -------------------------------------------------------------------------------------

    def begin(self, *words: str) -> "subprocess.Popen[str]":
        """A command of `hushgate`, begun."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [*hushgate(), *words], env=self.environment, cwd=ROOT, stdout=pipe, stderr=pipe, text=True
        )

    def run(self, *words: str, timeout: float = 60) -> "subprocess.CompletedProcess[str]":
        """A command of `hushgate`, whatever comes of it."""
        with self.begin(*words) as process:
            try:
                said, complaint = process.communicate(timeout=timeout)
            finally:
                process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, said, complaint)

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """What a command that must work prints with --json."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, f"hushgate {' '.join(words)}: {done.returncode}\n{done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    def one(self, *words: str) -> dict[str, Any]:
        """The one thing that it prints."""
        (row,) = self.rows(*words)
        return row

    def status(self) -> dict[str, dict[str, Any]]:
        """Each role's own words; also of those that are down."""
        found = [json.loads(line) for line in self.run("status", "--json").stdout.splitlines()]
        return {row["role"]: row for row in found}

    def role_pids(self, role: str) -> list[int]:
        """By the processes themselves, without a word of the box's."""
        found = []
        for pid in self.pids():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text().strip() == f"hush {role}":
                    found.append(pid)
        return found

    def pid_of(self, role: str) -> int:
        """Waits until the role is up."""
        return int(eventually(lambda: self.status().get(role, {}).get("pid", 0)))

    def log(self, *words: str) -> list[dict[str, Any]]:
        """Rows of the log, oldest first."""
        return self.rows("log", "--limit", "10000", *words)

    # Over the network ----------------------------------------------------------------------------------------

    def address(self, name: str, *, source: str = "127.0.0.1", timeout: float = 3.0) -> str:
        """The first A record of `name`, or "rcode 3", "nothing", "silence", "refused"."""
        packet = question(name)
        with self._there(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(timeout)
            asker.bind((source, 0))
            try:
                asker.connect(("127.0.0.1", self.port))
                asker.send(packet)
                return told(asker.recv(4096), len(packet))
            except TimeoutError:
                return "silence"
            except ConnectionRefusedError:
                return "refused"

    def _there(self) -> contextlib.AbstractContextManager[None]:
        return self._machine.entered() if self._machine else contextlib.nullcontext()

    def addresses(self, name: str, times: int = 16) -> set[str]:
        """What as many askers from different ports are told: all workers come to speak."""
        return {self.address(name) for _ in range(times)}


@contextlib.contextmanager
def living(house: House) -> Iterator[House]:
    """The box from its first answer to its end."""
    try:
        house.start()
        yield house
        house.stop()
    finally:
        house.clear()


def goes_on(house: House, *blocked: str) -> None:
    """Every worker answers as it should."""
    for name in blocked or (RULED, TELEMETRY):
        assert house.addresses(name) == {BLOCKED}, name
    assert house.addresses("www.example.org", 4) == {OUTSIDE}


def logged(house: House, name: str) -> bool:
    """Is there a row of this name?"""
    return bool(house.log("--name", name))
