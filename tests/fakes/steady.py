"""A phone that behaves: asks good questions at a steady rate, each once, and tells how it was served.

A process of its own, so that neither the attacker's work nor the test's shows up in its times. What does show up
is who else wants the processors; how much longer the workers need because of that is measured, and allowed for.
"""

import asyncio
import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import leftovers
from tests.fakes.packets import QUERY, header, opt, question

ROOT = Path(__file__).parents[2]
PATIENCE = 3.0  # seconds that an answer may take before it counts as missing
SOCKETS = 8  # enough that every worker has some of them
EVERYTH_OVER_TCP = 20


@dataclass(frozen=True)
class Report:
    """How the phone was served."""

    asked: int
    wrong: list[str]
    unanswered: list[str]
    p50_ms: float
    p99_ms: float
    slowest_ms: float
    longest_gap_ms: float  # between two answers
    stretched: float  # times as long as with a processor of its own has a worker taken, on average

    def __str__(self) -> str:
        return (
            f"{self.asked} asked, {len(self.unanswered)} unanswered, {len(self.wrong)} wrong, "
            f"p50 {self.p50_ms:.2f} p99 {self.p99_ms:.2f} slowest {self.slowest_ms:.1f} ms, "
            f"longest gap {self.longest_gap_ms:.1f} ms, all that stretched {self.stretched:.1f} times"
        )

    def complain(self, *, p99_ms: float = 100) -> None:
        """Raises AssertionError where anything was not as it should be."""
        assert self.asked >= 20, f"too few to tell: {self}"
        assert not self.unanswered, f"{self}: {self.unanswered[:5]}"
        assert not self.wrong, f"{self}: {self.wrong[:5]}"
        assert self.p99_ms < p99_ms * self.stretched, str(self)


class Phone:
    """The running process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._report: Report | None = None
        self._before = _times_of_workers()

    def wait_until_served(self) -> None:
        """Returns once the first question has been answered."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "served\n"

    def report(self) -> Report:
        """Stop asking; wait for what is under way."""
        if self._report is None:
            output, _ = self._process.communicate("stop\n", timeout=PATIENCE + 20)
            stretched = _stretched(self._before, _times_of_workers())
            self._report = Report(**json.loads(output.splitlines()[-1]), stretched=stretched)
        return self._report


def _times_of_workers() -> dict[int, tuple[int, int]]:
    """How long each of ours has run, and waited for a processor while it could have: nanoseconds of its loop."""
    found = {}
    ours = f"{leftovers.MARK}={os.environ[leftovers.MARK]}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or a kernel that does not count
            if (folder / "comm").read_text().startswith("hush dns-") and ours in (
                folder / "environ"
            ).read_bytes().split(b"\0"):
                ran, waited, _ = (folder / "schedstat").read_text().split()
                found[int(folder.name)] = int(ran), int(waited)
    return found


def _stretched(before: Mapping[int, tuple[int, int]], after: Mapping[int, tuple[int, int]]) -> float:
    """1.0 where nobody had to wait."""
    both = before.keys() & after.keys()
    ran, waited = (sum(after[pid][kind] - before[pid][kind] for pid in both) for kind in (0, 1))
    return (ran + waited) / ran if ran > 0 else 1.0


@contextlib.contextmanager
def phone(
    port: int, questions: Mapping[str, str], *, address: str = "127.0.0.2", every: float = 0.005
) -> Iterator[Phone]:
    """`questions`: name → address that is right; a `*` in a name stands for another word each time."""
    order = {"port": port, "questions": dict(questions), "address": address, "every": every}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.steady", json.dumps(order)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    asking = Phone(process)
    try:
        asking.wait_until_served()
        yield asking
        asking.report()
    finally:
        process.kill()
        process.communicate()


@dataclass
class _Asking:
    """Inside the process."""

    port: int
    questions: dict[str, str]
    address: str
    every: float
    due: dict[int, tuple[str, str, float, asyncio.Future[None]]] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    heard: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    asked: int = 0

    def datagram(self, data: bytes) -> None:
        found = self.due.pop(int.from_bytes(data[:2], "big"), None)
        if found is None:
            self.wrong.append(f"an answer to nothing: {data[:40].hex()}")
            return
        name, right, begun, done = found
        self.judge(name, right, begun, data)
        done.set_result(None)

    def judge(self, name: str, right: str, begun: float, data: bytes) -> None:
        now = time.perf_counter()
        self.times.append(now - begun)
        self.heard.append(now)
        given = _address(data)
        if given != right:
            self.wrong.append(f"{name}: {given} instead of {right}")

    async def over_udp(self, transport: asyncio.DatagramTransport, ident: int, name: str, right: str) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.due[ident] = name, right, time.perf_counter(), done
        transport.sendto(_query(ident, name))
        try:
            async with asyncio.timeout(PATIENCE):
                await done
        except TimeoutError:
            self.unanswered.append(f"{name} over UDP")
            self.due.pop(ident, None)

    async def over_tcp(self, ident: int, name: str, right: str) -> None:
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self.port, local_addr=(self.address, 0)
                )
                packet = _query(ident, name)
                writer.write(len(packet).to_bytes(2, "big") + packet)
                data = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
                writer.close()
                await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError) as error:  # TimeoutError is an OSError
            self.unanswered.append(f"{name} over TCP: {error!r}")
            return
        self.judge(name, right, begun, data)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        loop.add_reader(0, stop.set)
        transports = [await self._socket() for _ in range(SOCKETS)]
        words = (f"w{os.getpid():x}-{number}" for number in itertools.count())
        turns = itertools.cycle(self.questions.items())
        asking: set[asyncio.Task[None]] = set()
        begun = loop.time()
        while not stop.is_set():
            pattern, right = next(turns)
            name = pattern.replace("*", next(words))
            ident = self.asked & 0xFFFF
            self.asked += 1
            if self.asked % EVERYTH_OVER_TCP:
                work = self.over_udp(transports[self.asked % SOCKETS], ident, name, right)
            else:
                work = self.over_tcp(ident, name, right)
            task = asyncio.create_task(work)
            asking.add(task)
            task.add_done_callback(asking.discard)
            if self.asked == 1:
                await task
                print("served", flush=True)
                begun = loop.time()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(begun + self.every * self.asked - loop.time()):
                    await stop.wait()
        loop.remove_reader(0)
        if asking:
            await asyncio.wait(asking)
        for transport in transports:
            transport.close()

    async def _socket(self) -> asyncio.DatagramTransport:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Receiver(self.datagram),
            local_addr=(self.address, 0),
            remote_addr=("127.0.0.1", self.port),
        )
        return transport

    def report(self) -> dict[str, Any]:
        times = sorted(self.times) or [0.0]
        gaps = [after - before for before, after in itertools.pairwise(sorted(self.heard))] or [0.0]
        return {
            "asked": self.asked,
            "wrong": self.wrong,
            "unanswered": self.unanswered,
            "p50_ms": times[len(times) // 2] * 1000,
            "p99_ms": times[len(times) * 99 // 100] * 1000,
            "slowest_ms": times[-1] * 1000,
            "longest_gap_ms": max(gaps) * 1000,
        }


class _Receiver(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, _: object) -> None:
        self._take(data)


def _query(ident: int, name: str) -> bytes:
    wire = b"".join(bytes((len(part),)) + part.encode() for part in name.split(".")) + b"\0"
    return header(QUERY, additional=1, ident=ident) + question(wire) + opt()


def _address(data: bytes) -> str:
    """The first A record, or what there is instead."""
    if data[3] & 15:
        return f"rcode {data[3] & 15}"
    at = data.find(b"\0\1\0\1", data.index(b"\0", 12) + 5)
    return socket.inet_ntoa(data[at + 10 : at + 14]) if at >= 0 else "nothing"


if __name__ == "__main__":
    asking = _Asking(**json.loads(sys.argv[1]))
    asyncio.run(asking.run())
    print(json.dumps(asking.report()), flush=True)
