"""Where the panel is found: the sockets that belong to its setting, and what a browser is told."""

import errno
import logging
import os
import socket

import msgspec

from gateway.errors import OwnFault
from gateway.interfaces import reachable
from gateway.listening import bind_alone
from gateway.settings import OFF, Panel, endpoint

WILDCARDS = ("0.0.0.0", "::")
OTHER_PORTS = 100  # tried above the usual one, where that is taken
BACKLOG = 128
_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)

_log = logging.getLogger(__name__)


def endpoints(panel: Panel) -> list[tuple[str, int]]:
    """Addresses and ports to listen on. 0.0.0.0 is short for everywhere: IPv6 too, where there is any."""
    address, port = endpoint(panel.listen, "panel.listen")
    return [(address, port), ("::", port)] if address == "0.0.0.0" else [(address, port)]


def urls(panel: Panel) -> list[str]:
    """As typed into a browser, the one that most likely works first."""
    address, port = endpoint(panel.listen, "panel.listen")
    scheme = "http" if panel.tls == "off" else "https"
    hosts = [address]
    if address in WILDCARDS:
        hosts = [str(found) for found in reachable()] or ["127.0.0.1"]
    usual = 80 if scheme == "http" else 443
    tail = "" if port == usual else f":{port}"
    return [f"{scheme}://{f'[{host}]' if ':' in host else host}{tail}" for host in hosts]


def is_everywhere(panel: Panel) -> bool:
    """Can others than this machine reach it?"""
    address, _ = endpoint(panel.listen, "panel.listen")
    return not (address.startswith("127.") or address == "::1")


def find(panel: Panel, *, chosen: bool) -> tuple[Panel, str]:
    """The panel where it can listen now, and what has to be said about it.

    `chosen`: the user named the address, so no other will do. DNS does not wait for that: the role tries again.
    """
    taken = _problem(panel) if panel.listen != OFF else None
    if taken is None:
        return panel, ""
    if chosen or taken.errno != errno.EADDRINUSE:
        return panel, f"The panel cannot listen on {panel.listen} now ({taken.strerror}): it goes on trying."
    address, port = endpoint(panel.listen, "panel.listen")
    for other in range(port + 1, min(port + OTHER_PORTS, 65535) + 1):
        moved = msgspec.structs.replace(panel, listen=f"{address}:{other}")
        if _problem(moved) is None:
            return moved, f"Port {port} is taken: the panel is on port {other}."
    return panel, f"The panel cannot listen on {panel.listen} now ({taken.strerror}): it goes on trying."


def listen(panel: Panel) -> list[socket.socket]:
    """Sockets on all its addresses; IPv6 only where this machine has it. Raises OwnFault."""
    made: list[socket.socket] = []
    for address, port in endpoints(panel):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            listening = socket.create_server((address, port), family=family, backlog=BACKLOG)
            # asyncio does it only for sockets that name their protocol, which these do not, and then the end of each
            # answer waits 40 ms for the acknowledgement of its beginning. Accepted connections inherit it.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.append(listening)
        except OSError as error:
            if made:
                if error.errno not in _NO_IPV6:
                    _log.warning("the panel is served over IPv4 only: %s", error.strerror)
                continue
            raise OwnFault(
                f"the panel cannot listen on {panel.listen}: {error.strerror}",
                hint="stop what listens there, or choose --panel ADDR:PORT",
            ) from None
    return made


def _problem(panel: Panel) -> OSError | None:
    """Why it cannot listen there, or None."""
    for address, port in endpoints(panel):
        try:
            bind_alone(address, port, socket.SOCK_STREAM)
        except OSError as error:
            if error.errno not in _NO_IPV6 or ":" not in address:
                return OSError(error.errno, os.strerror(error.errno or 0))
    return None
