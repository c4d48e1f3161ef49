"""One role in one process: log lines to stderr, signals to a stop event, then the role's own life."""

import asyncio
import logging
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from socket import socket

from gateway.control import KEEPER
from gateway.data import Data
from gateway.dns import resolver
from gateway.errors import HushgateError, UsageError
from gateway.settings import OFF, Settings

MAX_FILES = 8192
PANEL = "panel"  # the role of the control API
FIREWALL = "firewall"

Life = Callable[[asyncio.Event], Awaitable[None]]


def names(settings: Settings) -> list[str]:
    """The roles of a box with these settings, in the order in which they start."""
    # DNS first: a phone that wakes up asks at once. The keeper catches up on what happened before it.
    # The packets next: until then a phone is answered, but nothing keeps it from asking others.
    firewall = [FIREWALL] if settings.firewall.mode != OFF else []
    unbound = [resolver.ROLE] if resolver.wanted(settings) else []
    panel = [PANEL] if settings.panel.listen != OFF else []
    return [*unbound, *(f"dns-{index}" for index in range(workers(settings))), *firewall, KEEPER, *panel]


def workers(settings: Settings) -> int:
    """How many DNS workers: as set, else one for each processor this process may use."""
    return settings.dns.workers or len(os.sched_getaffinity(0))


def preload() -> None:
    """Load what the DNS workers need, before they are forked."""
    import_module("gateway.dns.worker")


def run(role: str, data: Data, settings: Settings, listeners: Sequence[socket] = ()) -> int:
    """Live as `role` until SIGTERM or SIGINT; the exit code. Raises UsageError for an unknown role.

    `listeners`: the panel's sockets, where somebody has opened them already.
    """
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format=f"{role}: %(levelname)s %(message)s", force=True
    )
    for chatty in ("httpx", "alembic"):  # each DoH request, each step of a migration
        logging.getLogger(chatty).setLevel(logging.WARNING)
    _raise_file_limit()
    try:
        if role == resolver.ROLE:
            resolver.become(data, settings)
        life = _life(role, data, settings, listeners)
        asyncio.run(_until_signal(life))
    except (HushgateError, OSError) as error:
        hint = getattr(error, "hint", "")
        logging.getLogger(__name__).error("%s%s", error, f" ({hint})" if hint else "")
        return 1
    return 0


def _raise_file_limit() -> None:
    """Each question under way may hold a few sockets, each client a connection; 1024 is soon reached."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if hard == resource.RLIM_INFINITY else min(MAX_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _life(role: str, data: Data, settings: Settings, listeners: Sequence[socket] = ()) -> Life:
    """Imports only the role's own rooms: memory is counted for each process."""
    kind, _, index = role.partition("-")
    if kind == "dns" and index.isdecimal():
        from gateway.dns import worker

        return lambda stop: worker.run(data, settings, int(index), stop)
    if role == KEEPER:
        from gateway import keeper

        return lambda stop: keeper.run(data, settings, stop)
    if role == FIREWALL:
        from gateway.firewall import guard

        return lambda stop: guard.run(data, settings, stop)
    if role == PANEL:
        panel = import_module("api.role")  # by name: nothing of the gateway knows what is in there
        return lambda stop: panel.run(data, settings, stop, listeners)
    raise UsageError(f"there is no role {role!r}", hint="roles: dns-0, dns-1 …, firewall, keeper, panel")


async def _until_signal(life: Life) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await life(stop)
