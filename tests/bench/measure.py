"""What a server costs, read from /proc: CPU, memory, processes. Linux only."""

import os
import platform
import socket
import struct
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """`pid` and all its descendants."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = _read(stat).rpartition(") ")[2].split()
        if fields:
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for parent in found:  # grows while it is walked
        found += children.get(parent, [])
    return found


def name_of(pid: int) -> str:
    """What the process calls itself: "hush dns-0"; "" if it has ended."""
    return _read(Path(f"/proc/{pid}/comm")).strip()


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time used so far, user and system, by these processes and by children they have waited for."""
    total = 0.0
    for pid in pids:
        # schedstat counts nanoseconds, stat only ticks of 10 ms.
        tasks = [_read(path).split() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        stat = _read(Path(f"/proc/{pid}/stat")).rpartition(") ")[2].split()
        if not stat:
            continue  # it has ended; its parent has its time
        own = sum(int(task[0]) for task in tasks if task) / 1e9
        # Only stat still has the time of threads that have ended.
        own = max(own, (int(stat[11]) + int(stat[12])) / _TICK)
        total += own + (int(stat[13]) + int(stat[14])) / _TICK
    return total


def pss_mb(pids: Iterable[int]) -> float:
    """Proportional set size in MB of these processes: shared pages are counted once in all."""
    kilobytes = 0
    for pid in pids:
        for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024


def ask(port: int, name: str, timeout: float = 1.0) -> str:
    """The address that loopback's `port` answers for `name`; "" for none. Raises OSError without an answer."""
    ident = os.urandom(2)
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    question = labels + b"\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(timeout)
        sock.connect(("127.0.0.1", port))
        sock.send(ident + b"\x01\0\0\1\0\0\0\0\0\0" + question)
        data = sock.recv(4096)
    if data[:2] != ident or not struct.unpack_from(">H", data, 6)[0]:
        return ""
    at = 12 + len(question)
    # Owner: a pointer to the question, or the name spelled out.
    at += 2 if data[at] >= 0xC0 else len(labels) + 1
    kind, length = struct.unpack_from(">H", data, at)[0], struct.unpack_from(">H", data, at + 8)[0]
    return socket.inet_ntoa(data[at + 10 : at + 14]) if kind == 1 and length == 4 else ""


def wait_for(
    port: int, name: str, expected: str, *, alive: Callable[[], bool] = lambda: True, seconds: float = 120.0
) -> float:
    """Ask until the answer is `expected`; the time.monotonic() of that answer.

    Raises TimeoutError after `seconds`, or when the server is no longer `alive`.
    """
    end = time.monotonic() + seconds
    got = "nothing"
    while time.monotonic() < end and alive():
        try:
            got = ask(port, name, timeout=0.1)
        except OSError:
            time.sleep(0.005)  # nobody listens yet: the refusal comes at once
            continue
        if got == expected:
            return time.monotonic()
        time.sleep(0.005)
    raise TimeoutError(f"port {port} answers {name} with {got or 'no address'}, not {expected}")


def machine() -> str:
    """One line about the machine, for the table."""
    models = [
        line.partition(":")[2].strip()
        for line in _read(Path("/proc/cpuinfo")).splitlines()
        if "odel name" in line
    ]
    system = [
        line.partition("=")[2].strip('"')
        for line in _read(Path("/etc/os-release")).splitlines()
        if line.startswith("PRETTY_NAME=")
    ]
    model = models[0] if models else platform.machine()
    return f"{os.cpu_count()} × {model}, {(system or ['Linux'])[0]}, kernel {platform.release()}"


def _read(path: Path) -> str:
    """The text of a file in /proc; "" if the process has ended meanwhile or is not ours to look into."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""
