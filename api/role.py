"""The role `panel`: serves the app until it is told to stop. DNS never waits for it."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from api.app import create_app
from api.box import ApiBox
from gateway.control import ControlServer, socket_path
from gateway.data import Data
from gateway.errors import OwnFault
from gateway.roles import PANEL
from gateway.settings import Settings, endpoint

BACKLOG = 128
IDLE_SECONDS = 30  # of a connection without a request
STOP_SECONDS = 3  # for answers under way


class _Server(uvicorn.Server):
    """Leaves signals to the role."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run(data: Data, settings: Settings, stop: asyncio.Event) -> None:
    """The role's life. Raises OwnFault where its address cannot be had."""
    box = ApiBox(data, settings)
    listener = _listen(settings)
    config = uvicorn.Config(
        create_app(box),
        log_config=None,
        access_log=False,  # addresses and names stay out of the system's log; changes are audited
        server_header=False,
        proxy_headers=False,  # who claims to be somebody else's proxy is not believed
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        lifespan="off",
        ws="none",
    )
    server = _Server(config)

    async def status(_: dict[str, Any]) -> dict[str, Any]:
        return {"role": PANEL, "pid": os.getpid(), "since": int(box.started), "listen": settings.panel.listen}

    control = ControlServer(socket_path(data.run, PANEL), {"status": status})
    await control.start()
    serving = asyncio.create_task(server.serve([listener]), name="panel")
    stopping = asyncio.create_task(stop.wait(), name="panel stop")
    try:
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        server.should_exit = True
        await serving
        await control.stop()
        listener.close()
        box.close()


def _listen(settings: Settings) -> socket.socket:
    address, port = endpoint(settings.panel.listen, "panel.listen")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise OwnFault(
            f"the panel cannot listen on {settings.panel.listen}: {error.strerror}",
            hint="stop what listens there, or choose --panel ADDR:PORT",
        ) from None
