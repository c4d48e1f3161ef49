"""`python -m tests.bench.live`: a box whose log takes a thousand rows a second while some listen to it live."""

import argparse
import asyncio
import contextlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from gateway import names
from gateway.control import KEEPER
from gateway.journal import keeper
from gateway.journal.frames import frame, read_frame
from gateway.model import Ack, Action, Batch, Channel, EventRow, VerdictRow
from gateway.roles import PANEL
from tests.bench import measure
from tests.fakes import box
from tests.fakes.box import Box

TICK = 0.1  # seconds between batches
_VERDICTS = (
    VerdictRow(Action.ALLOWED, "", "", 0, "", "", "", "", 1),
    VerdictRow(Action.BLOCKED, "catalogue", "xiaomi", 12, "||x.example^", "Xiaomi", "telemetry", "CN", 1),
)
_SENT = re.compile(rb'"name":"t([0-9]+)-')  # when a row was sent stands in its name
_COMMAND = [sys.executable, "-m", "gateway.cli"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table on stdout."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.live", description=__doc__)
    parser.add_argument("--rate", type=int, default=1000, help="rows a second")
    parser.add_argument("--listeners", type=int, nargs="+", default=[0, 20])
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args(arguments)
    print(f"Machine: {measure.machine()}; {time.strftime('%Y-%m-%d')}.")
    print(f"{options.rate} rows a second for {options.seconds:g} s.\n")
    print(
        "| listeners | acknowledged after ms, p50 | p99 | worst | heard | heard after ms, p50 | p99 "
        "| panel CPU | keeper CPU | panel PSS |\n|---|---|---|---|---|---|---|---|---|---|",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="hg-bench-") as folder:
        data = Path(folder) / "data"
        with box.running([*_COMMAND, "up", "--no-firewall"], data, panel=True) as running:
            token = _token(running)
            for number, listeners in enumerate(options.listeners):
                print(
                    asyncio.run(
                        _round(running, data, token, listeners, number, options.rate, options.seconds)
                    ),
                    flush=True,
                )
    return 0


def _token(running: Box) -> str:
    made = subprocess.run(
        [*_COMMAND, "token", "create", "--scope", "read", "--name", "bench"],
        env=dict(running.environment),
        capture_output=True,
        check=True,
        text=True,
    )
    return made.stdout.strip()


async def _round(
    running: Box, data: Path, token: str, listeners: int, number: int, rate: int, seconds: float
) -> str:
    """One line of the table."""
    host, _, port = running.environment["HUSHGATE_PANEL__LISTEN"].rpartition(":")
    ears = [_Ear() for _ in range(listeners)]
    tasks = [asyncio.create_task(ear.listen(host, int(port), token)) for ear in ears]
    await asyncio.gather(*(ear.begun.wait() for ear in ears))
    roles = {measure.name_of(pid): pid for pid in measure.tree(running.process.pid)}
    panel = next(pid for name, pid in roles.items() if PANEL in name)
    writes = next(pid for name, pid in roles.items() if KEEPER in name)
    before = [measure.cpu_seconds([pid]) for pid in (panel, writes)]
    lags = await _send(data / "run" / keeper.SOCKET, f"bench/{number}/1", rate, seconds)
    count = int(seconds / TICK) * int(rate * TICK)
    deadline = time.monotonic() + 10
    while any(ear.heard < count for ear in ears) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    used = [measure.cpu_seconds([pid]) - was for pid, was in zip((panel, writes), before, strict=True)]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    told = sorted(lag for ear in ears for lag in ear.lags)
    heard = f"{sum(ear.heard for ear in ears):,} of {count * listeners:,}" if ears else "-"
    cells = [
        str(listeners),
        *_spread(lags),
        f"{max(lags) * 1000:.0f}",
        heard,
        *(_spread(told) if told else ("-", "-")),
        *(f"{cpu / seconds:.0%}" for cpu in used),
        f"{measure.pss_mb([panel]):.0f} MB",
    ]
    return f"| {' | '.join(cells)} |"


def _spread(seconds: list[float]) -> tuple[str, str]:
    ordered = sorted(seconds)
    high = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"{statistics.median(ordered) * 1000:.0f}", f"{high * 1000:.0f}"


async def _send(path: Path, sender: str, rate: int, seconds: float) -> list[float]:
    """Send batches to the keeper; after how many seconds each was acknowledged."""
    reader, writer = await asyncio.open_unix_connection(path)
    sent: dict[int, float] = {}
    lags: list[float] = []
    total = int(seconds / TICK)

    async def acknowledged() -> None:
        while len(lags) < total and (body := await read_frame(reader)) is not None:
            number = msgspec.msgpack.decode(body, type=Ack).sequence
            lags.append(time.monotonic() - sent[number])

    acks = asyncio.create_task(acknowledged())
    begun = time.monotonic()
    for sequence in range(1, total + 1):
        await asyncio.sleep(max(0.0, begun + sequence * TICK - time.monotonic()))
        rows = tuple(_row(number) for number in range(int(rate * TICK)))
        sent[sequence] = time.monotonic()
        writer.write(frame(msgspec.msgpack.encode(Batch(sender, sequence, 0, _VERDICTS, rows))))
    await acks
    writer.close()
    return lags


def _row(number: int) -> EventRow:
    now = time.time()
    name = names.from_text(f"t{int(now * 1000)}-{number % 40}.example")
    device = f"192.0.2.{number % 12 + 1}"
    return EventRow(int(now), device, Channel.DNS, name, 1, "", 0, int(number % 4 == 0), 1, 70)


class _Ear:
    """One listener."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.heard = 0
        self.lags: list[float] = []

    async def listen(self, host: str, port: int, token: str) -> None:
        """Listen until cancelled."""
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(
            f"GET /v1/live HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        with contextlib.closing(writer):
            await reader.readuntil(b"retry: 2000")
            self.begun.set()
            rest = b""
            while data := await reader.read(1 << 16):
                data = rest + data
                end = data.rfind(b"\n\n")
                whole, rest = data[: end + 1], data[end + 1 :]
                self.heard += whole.count(b"event: log\n")
                if times := _SENT.findall(whole):
                    self.lags.append(time.time() - int(times[0]) / 1000)


if __name__ == "__main__":
    sys.exit(main())
