"""The resolvers that this machine uses by itself, without us among them."""

import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from pathlib import Path

from gateway.errors import SettingsError

MAX_SERVERS = 6
# The first is what programs use; the others name the real servers behind a stub on loopback.
FILES = (
    Path("/etc/resolv.conf"),
    Path("/run/systemd/resolve/resolv.conf"),
    Path("/run/NetworkManager/no-stub-resolv.conf"),
)
STUBS = ("127.0.0.53", "127.0.0.54")  # systemd-resolved: it would ask us in turn
HINT = 'name one: --upstream udp://9.9.9.9, or --upstream recursive, or upstreams = ["…"] in [dns]'


def name_servers(text: str) -> list[str]:
    """The addresses of resolv.conf(5)'s `nameserver` lines, in order; unusable ones are left out."""
    found: list[str] = []
    for line in text.splitlines():
        words = line.split()
        if len(words) < 2 or words[0] != "nameserver":
            continue
        try:
            address = str(ip_address(words[1]))
        except ValueError:
            continue
        if address not in found:
            found.append(address)
    return found


def upstream_urls(
    own: Iterable[tuple[str, int]],
    *,
    files: Sequence[Path] = FILES,
    is_local: Callable[[str], bool] | None = None,
) -> list[str]:
    """URLs of the system's resolvers. `own`: where we listen (host, port).

    Raises SettingsError when there are none but us: never a default of our choosing.
    """
    is_local = is_local or is_this_machine
    hosts = {host for host, port in own if port == 53}
    anywhere = bool(hosts & {"0.0.0.0", "::"})
    found: list[str] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # each of them is missing on some machine
        for address in name_servers(text):
            ourselves = address in hosts or (anywhere and is_local(address))
            if address not in STUBS and not ourselves and address not in found:
                found.append(address)
        if found:
            break
    if not found:
        raise SettingsError("no upstream is set and this machine has no other resolver", hint=HINT)
    return [f"udp://[{each}]" if ":" in each else f"udp://{each}" for each in found[:MAX_SERVERS]]


def found(own: Iterable[tuple[str, int]]) -> list[str]:
    """The same, empty where there are none just now."""
    try:
        return upstream_urls(own)
    except SettingsError:
        return []


def is_this_machine(address: str) -> bool:
    """Is `address` one of this machine? Then a socket can be bound to it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        try:
            where = socket.getaddrinfo(address, 0, family, socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
            sock.bind(where[0][4])
        except OSError:
            return False
    return True
