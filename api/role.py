"""The role `panel`: serves the app until it is told to stop. DNS never waits for it."""

import asyncio
import contextlib
import logging
import os
import re
import socket
import time
from collections.abc import Sequence
from typing import Any

from api import frugal, tls
from api.app import create_app
from api.box import ApiBox
from api.hosts import OWN_NAME
from api.serving import Server
from api.webhooks.courier import Courier
from gateway import adjusting, panel_address, setup_link
from gateway.control import ControlServer, socket_path
from gateway.data import Data
from gateway.errors import HushgateError
from gateway.interfaces import reachable
from gateway.panel_address import WILDCARDS
from gateway.roles import PANEL
from gateway.settings import Panel, Settings, endpoint

LOOK_SECONDS = 6 * 3600.0  # between two looks at the certificate's end
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")

_log = logging.getLogger(__name__)


async def run(
    data: Data, settings: Settings, stop: asyncio.Event, listeners: Sequence[socket.socket] = ()
) -> None:
    """The role's life. `listeners`: on the panel's addresses; without them it opens its own, or raises OwnFault."""
    frugal.at_start()
    frugal.in_loop()
    box = ApiBox(data, settings)
    try:
        listeners = listeners or panel_address.listen(settings.panel)
        context = tls.context(data, settings.panel, _names(settings.panel))
        server = Server(create_app(box), context)
        frugal.stays()
    except BaseException:
        box.close()
        raise
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # each request that is no HTTP is a warning

    async def status(_: dict[str, Any]) -> dict[str, Any]:
        return {"role": PANEL, "pid": os.getpid(), "since": int(box.started), "listen": settings.panel.listen}

    control = ControlServer(socket_path(data.run, PANEL), {"status": status})
    await control.start()
    courier = Courier(box)
    courier.start()
    serving = asyncio.create_task(server.serve(list(listeners)), name="panel")
    await asyncio.to_thread(_settle, box)
    await asyncio.to_thread(_offer_setup, box)
    stopping = asyncio.create_task(stop.wait(), name="panel stop")
    try:
        ended: set[asyncio.Task[Any]] = set()
        while not ended and not tls.is_due(data, settings.panel, time.time()):
            ended, _ = await asyncio.wait(
                [serving, stopping], timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
    finally:
        stopping.cancel()
        server.should_exit = True
        await serving
        courier.stop()
        await control.stop()
        for listener in listeners:
            listener.close()
        box.close()


def _settle(box: ApiBox) -> None:
    """A predecessor of ours may have been killed in the middle of a change."""
    try:
        adjusting.settle(box.data, box.works)
    except HushgateError as error:
        _log.warning("what the panel has set cannot be settled now: %s", error)


def _offer_setup(box: ApiBox) -> None:
    """While there is no password, tell whoever reads what the box prints how to set one."""
    try:
        with box.works.noting() as session:
            link = setup_link.offer(session, box.settings.panel, int(time.time()))
    except HushgateError as error:
        _log.warning("whether a password is set cannot be seen now: %s", error)
        return
    if link:
        said = f"\nNo password is set yet. To set one, open this within {setup_link.HOURS} hours:\n  {link}"
        with contextlib.suppress(OSError, ValueError):  # nobody reads: `hushgate account setup-link` is left
            print(said, flush=True)


def _names(panel: Panel) -> list[str]:
    """What a certificate of the box is for."""
    host = socket.gethostname().lower()
    plain = {name for name in (host, f"{host.partition('.')[0]}.local") if _NAME.fullmatch(name)}
    named = {name for name in panel.hosts if _NAME.fullmatch(name)}
    address, _ = endpoint(panel.listen, "panel.listen")
    own = {address} - set(WILDCARDS)
    return sorted({"localhost", OWN_NAME, "127.0.0.1", *plain, *named, *own, *map(str, reachable())})
