"""What Hushgate is compared with: unbound and dnsmasq, started on loopback with the same names, and peers."""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from tests.bench import measure
from tests.bench.process import answers, child, program
from tests.fakes.ports import free_port

NULL = "0.0.0.0"
OUTSIDE = "203.0.113.9"  # what the fake upstream says to everything


class Server(msgspec.Struct, frozen=True):
    """A server under load. Its processes are `pid` and its descendants."""

    name: str
    address: str
    port: int
    pid: int
    start_seconds: float = (
        0.0  # from the start of the process to the first blocked answer; 0: not ours to start
    )
    log: str = ""

    def pids(self) -> list[int]:
        """All processes of the server."""
        return measure.tree(self.pid)


class Bench(msgspec.Struct, frozen=True):
    """What all servers are started with."""

    folder: Path
    blocked: Path  # file of names, one a line
    probe: str  # one of them
    upstream: int = 0  # port on loopback
    workers: int = 1
    core: int | None = None  # the processor that servers are pinned to
    panel: int = 0  # port for Hushgate's panel; 0 for any


@contextlib.contextmanager
def started(
    name: str, command: Sequence[str], bench: Bench, port: int, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """The server that `command` runs, timed from its start to its first blocked answer. Raises RuntimeError."""
    log = bench.folder / f"{name}.log"
    begin = time.monotonic()
    with child(command, log, core=bench.core, environment=environment) as process:
        first = answers(process, log, port, bench.probe, NULL)
        yield Server(name, "127.0.0.1", port, process.pid, first - begin, str(log))


@contextlib.contextmanager
def upstream(folder: Path) -> Iterator[int]:
    """A fake upstream, fast enough not to matter: an unbound that answers everything by itself. Its port."""
    port, log = free_port(), folder / "upstream.log"
    zone = [
        'local-zone: "." redirect',
        # The SOA lets the servers keep "no such record" (RFC 2308 §5).
        'local-data: ". 3600 IN SOA ns.example. root.example. 1 3600 600 86400 3600"',
        f'local-data: ". 3600 IN A {OUTSIDE}"',
        'local-data: ". 3600 IN AAAA 2001:db8::9"',
    ]
    with child(_unbound(folder / "upstream", port, zone, 1), log) as process:
        answers(process, log, port, "up.example", OUTSIDE)
        yield port


@contextlib.contextmanager
def unbound(bench: Bench) -> Iterator[Server]:
    """Debian's unbound with a local zone for each name; it forwards the rest and writes no log."""
    port = free_port()
    with bench.blocked.open() as names:
        zones = [f'local-zone: "{name.strip()}" always_null' for name in names]
    zones += ["forward-zone:", 'name: "."', f"forward-addr: 127.0.0.1@{bench.upstream}"]
    command = _unbound(bench.folder / "unbound", port, zones, bench.workers)
    with started("unbound", command, bench, port) as server:
        yield server


@contextlib.contextmanager
def dnsmasq(bench: Bench) -> Iterator[Server]:
    """Debian's dnsmasq with an address line for each name; it forwards the rest and writes no log."""
    port, conf = free_port(), bench.folder / "dnsmasq.conf"
    settings = [
        f"port={port}",
        "listen-address=127.0.0.1",
        "bind-interfaces",
        "no-resolv",
        "no-hosts",
        "no-poll",
        "cache-size=10000",
        "dns-forward-max=10000",
        f"pid-file={bench.folder / 'dnsmasq.pid'}",
        f"server=127.0.0.1#{bench.upstream}",
    ]
    with conf.open("w") as file, bench.blocked.open() as names:
        file.writelines(f"{line}\n" for line in settings)
        file.writelines(f"address=/{name.strip()}/{NULL}\n" for name in names)
    user = ["--user=root"] if os.geteuid() == 0 else []  # its own user may not write into our folder
    command = [program("dnsmasq"), "--keep-in-foreground", f"--conf-file={conf}", *user]
    with started("dnsmasq", command, bench, port) as server:
        yield server


def peer(text: str) -> Server:
    """The running server that NAME=ADDR:PORT,PID names. Raises ValueError."""
    name, _, rest = text.partition("=")
    place, _, pid = rest.rpartition(",")
    address, _, port = place.rpartition(":")
    if not (name and address and port.isdecimal() and pid.isdecimal() and Path(f"/proc/{pid}").exists()):
        raise ValueError(f"{text}: not NAME=ADDR:PORT,PID of a running process")
    return Server(name, address.strip("[]"), int(port), int(pid))


def _unbound(folder: Path, port: int, tail: Sequence[str], workers: int) -> list[str]:
    folder.mkdir()
    conf = folder / "unbound.conf"
    head = [
        "server:",
        f"interface: 127.0.0.1@{port}",
        f"num-threads: {workers}",
        f'directory: "{folder}"',
        'chroot: ""',
        'username: ""',
        'pidfile: ""',
        "use-syslog: no",
        "do-daemonize: no",
        "do-not-query-localhost: no",
        'module-config: "iterator"',
    ]
    with conf.open("w") as file:
        file.writelines(f"{line}\n" for line in (*head, *tail))
    return [program("unbound"), "-d", "-c", str(conf)]
