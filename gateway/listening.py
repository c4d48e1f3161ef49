"""Where the box can answer DNS: the addresses as set, or the nearest thing that works, said aloud."""

import errno
import os
import socket

import msgspec

from gateway.errors import UsageError
from gateway.interfaces import reachable
from gateway.settings import Dns, Settings, endpoint

DNS_PORT = 53
HIGH_PORTS = range(5300, 5400)  # for those who may not have port 53
_FORBIDDEN = (errno.EACCES, errno.EPERM)


class Place(msgspec.Struct, frozen=True):
    """Where to listen, and what has to be said about it."""

    listen: tuple[str, ...]
    remark: str = ""


def find(dns: Dns, *, chosen: bool) -> Place:
    """Addresses that can be bound now. `chosen`: the user named them, so no others will do.

    Raises UsageError with the remedy.
    """
    taken = _problem(dns.listen)
    if taken is None:
        return Place(dns.listen)
    if chosen:
        raise UsageError(
            f"cannot answer DNS: {taken.strerror}",
            hint="run as root"
            if taken.errno in _FORBIDDEN
            else "stop what listens there, or choose --dns ADDR:PORT",
        )
    if taken.errno == errno.EAFNOSUPPORT:  # a kernel without IPv6
        listen = tuple(text for text in dns.listen if not text.startswith("["))
        if _problem(listen) is None:
            return Place(listen, "This machine has no IPv6: phones are served over IPv4 only.")
    if taken.errno == errno.EADDRINUSE and os.geteuid() == 0:
        # Most often systemd-resolved on 127.0.0.53: the addresses that phones use are still free.
        own = tuple(_text(str(address), DNS_PORT) for address in reachable())
        free = tuple(text for text in own if _problem((text,)) is None)
        if free:
            return Place(
                free, f"Port 53 is in use on this machine ({taken.strerror}): the rest of it is ours."
            )
    for port in HIGH_PORTS:
        listen = tuple(_text(endpoint(text, "dns.listen")[0], port) for text in dns.listen)
        listen = listen if _problem(listen) is None else (_text("0.0.0.0", port),)
        if _problem(listen) is None:
            forbidden = taken.errno in _FORBIDDEN
            why = "Only root may use port 53" if forbidden else f"Port 53 is taken ({taken.strerror})"
            return Place(listen, f"{why}: DNS is on port {port}, which most phones cannot be told.")
    raise UsageError("no free port for DNS between 5300 and 5399", hint="choose one with --dns ADDR:PORT")


def at(settings: Settings, listen: tuple[str, ...]) -> Settings:
    """The same settings, listening there."""
    return msgspec.structs.replace(settings, dns=msgspec.structs.replace(settings.dns, listen=listen))


def _problem(listen: tuple[str, ...]) -> OSError | None:
    """Why these addresses cannot all be had, or None."""
    for text in listen:
        address, port = endpoint(text, "dns.listen")
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            try:
                bind_alone(address, port, kind)
            except OSError as error:
                return error
    return None


def bind_alone(address: str, port: int, kind: int) -> None:
    """Bind without SO_REUSEPORT: another server of this user would silently share the port. Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as sock:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1 if kind == socket.SOCK_STREAM else 0)
        try:
            sock.bind((address, port))
        except OSError as error:
            raise OSError(error.errno, f"{os.strerror(error.errno or 0)}: {address} port {port}") from None


def _text(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
