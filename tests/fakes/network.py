"""A small internet of network namespaces: phone – gateway – world, IPv4 and IPv6. Needs root and iproute2.

    phone ── 192.168.77.0/24, fd77::/64 ── gateway ── 198.51.100.0/24, 2001:db8:1::/64 ── world
    .2 .3                              .1           .1                              .2

The world also has 203.0.113.0/24 (any address of it) and the IPv6 addresses below. Nothing is translated:
the world knows the way back to the phone.
"""

import contextlib
import ctypes
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PHONE, PHONE_2, PHONE_6 = "192.168.77.2", "192.168.77.3", "fd77::2"
GATEWAY, GATEWAY_6 = "192.168.77.1", "fd77::1"  # as the phone sees it
WAN, WAN_6 = "198.51.100.1", "2001:db8:1::1"  # as the world sees it
RESOLVER, RESOLVER_6 = "203.0.113.53", "2001:db8:2::53"
WEB, WEB_6 = "203.0.113.80", "2001:db8:2::80"

# Of this run's namespaces, so that runs side by side stay apart. That of a run with several workers is the
# beginning of its workers': it finds what a worker that died has left, and they do not find each other's.
PREFIX = f"hg{os.getppid()}-{os.getpid()}-" if "PYTEST_XDIST_WORKER" in os.environ else f"hg{os.getpid()}-"
_RESOLV = Path("/etc/netns")  # `ip netns exec NAME` puts /etc/netns/NAME/* over /etc
_CLONE_NEWNET = 0x40000000  # setns(2)
_numbers = itertools.count()
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Namespace:
    """One machine. Its processes end with it."""

    name: str
    _started: list[subprocess.Popen[str]] = field(default_factory=list)

    def command(self, *command: str) -> list[str]:
        """`command` as argument list, to be run on this machine."""
        return ["ip", "netns", "exec", self.name, *command]

    def run(self, *command: str, timeout: float = 30, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command here to its end; a failure shows what it said."""
        done = subprocess.run(
            self.command(*command), capture_output=True, text=True, timeout=timeout, check=False
        )
        if check and done.returncode:
            raise AssertionError(
                f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done

    def start(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command here; `options` go to Popen. It is ended with the machine."""
        process = subprocess.Popen(self.command(*command), text=True, **options)
        self._started.append(process)
        return process

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Sockets this thread makes meanwhile are on this machine, and stay there."""
        with Path("/proc/thread-self/ns/net").open() as home, Path("/run/netns", self.name).open() as here:
            _set_namespace(here.fileno())
            try:
                yield
            finally:
                _set_namespace(home.fileno())

    def use_resolver(self, *addresses: str) -> None:
        """Whom this machine's programs ask for names."""
        folder = _RESOLV / self.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "resolv.conf").write_text("".join(f"nameserver {address}\n" for address in addresses))

    def close(self) -> None:
        """End its processes and remove it. Safe twice."""
        for process in self._started:
            process.terminate()
        for process in self._started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        self._started.clear()
        remove(self.name)


def remove(name: str) -> None:
    """Remove the namespace `name` and whatever still runs in it."""
    pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False)
    for pid in pids.stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    shutil.rmtree(_RESOLV / name, ignore_errors=True)
    with contextlib.suppress(OSError):
        _RESOLV.rmdir()  # only when empty: others may keep theirs here


@dataclass(frozen=True, slots=True)
class Topology:
    """The three machines, connected."""

    phone: Namespace
    gateway: Namespace
    world: Namespace

    def close(self) -> None:
        for machine in (self.phone, self.gateway, self.world):
            machine.close()


def why_not() -> str:
    """Why namespaces cannot be made here; empty if they can."""
    if os.geteuid():
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "network namespaces need iproute2"
    name = f"{PREFIX}try"
    refused = ""
    for command in (["ip", "netns", "add", name], ["ip", "-n", name, "link", "set", "lo", "up"]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        refused = refused or done.stderr.strip()
    remove(name)
    return f"network namespaces are refused here: {refused}" if refused else ""


def build() -> Topology:
    """Three connected machines; whoever builds them closes them."""
    number = next(_numbers)
    topology = Topology(*(Namespace(f"{PREFIX}{number}-{role}") for role in ("phone", "gateway", "world")))
    try:
        _connect(topology)
    except BaseException:
        topology.close()
        raise
    return topology


def _connect(topology: Topology) -> None:
    phone, gateway, world = (m.name for m in (topology.phone, topology.gateway, topology.world))
    _ip("", f"netns add {phone}", f"netns add {gateway}", f"netns add {world}")
    for machine in (topology.phone, topology.gateway, topology.world):
        with machine.entered():  # /proc/sys/net is that of the reader's namespace
            _sysctl("ipv6/conf/default/accept_dad", 0)  # addresses are there at once
            # Looking for a router tells everybody the link-local address, seconds later, when nobody expects it.
            _sysctl("ipv6/conf/default/router_solicitations", 0)
            _sysctl("ipv6/conf/all/forwarding", int(machine is topology.gateway))
            _sysctl("ipv4/ip_forward", int(machine is topology.gateway))
    _ip(phone, "link set lo up", f"link add phone0 type veth peer name lan0 netns {gateway}")
    _ip(gateway, "link set lo up", f"link add wan0 type veth peer name world0 netns {world}")
    _ip(
        phone,
        f"address add {PHONE}/24 dev phone0",
        f"address add {PHONE_2}/24 dev phone0",
        f"address add {PHONE_6}/64 dev phone0 nodad",
        "link set phone0 up",
    )
    _ip(
        gateway,
        f"address add {GATEWAY}/24 dev lan0",
        f"address add {GATEWAY_6}/64 dev lan0 nodad",
        f"address add {WAN}/24 dev wan0",
        f"address add {WAN_6}/64 dev wan0 nodad",
        "link set lan0 up",
        "link set wan0 up",
    )
    _ip(
        world,
        "link set lo up",
        "address add 198.51.100.2/24 dev world0",
        "address add 2001:db8:1::2/64 dev world0 nodad",
        "link set world0 up",
        "route add local 203.0.113.0/24 dev lo",
        f"address add {RESOLVER}/32 dev lo",
        f"address add {WEB}/32 dev lo",
        f"address add {RESOLVER_6}/128 dev lo nodad",
        f"address add {WEB_6}/128 dev lo nodad",
        f"route add 192.168.77.0/24 via {WAN}",
        f"-6 route add fd77::/64 via {WAN_6}",
    )
    _ip(phone, f"route add default via {GATEWAY}", f"-6 route add default via {GATEWAY_6}")
    _ip(gateway, "route add default via 198.51.100.2", "-6 route add default via 2001:db8:1::2")
    topology.phone.use_resolver(GATEWAY)
    topology.gateway.use_resolver(RESOLVER)


def _ip(namespace: str, *lines: str) -> None:
    """Run `ip` on each of `lines`, in `namespace` if one is named."""
    for line in lines:
        where = ["-n", namespace] if namespace else []
        done = subprocess.run(
            ["ip", *where, *line.split()], capture_output=True, text=True, timeout=10, check=False
        )
        if done.returncode:
            raise OSError(f"ip {' '.join([*where, line])}: {done.stderr.strip()}")


def _sysctl(key: str, value: int) -> None:
    Path("/proc/sys/net", key).write_text(f"{value}\n")


def _set_namespace(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
