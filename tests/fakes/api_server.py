"""The API of an idle box on a real port of 127.0.0.1, as the role `panel` serves it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import uvicorn

from api.app import create_app
from api.box import ApiBox
from gateway.access import Scope
from gateway.data import Data
from gateway.store import tokens


@dataclass(frozen=True)
class ApiServer:
    """A running one."""

    url: str
    box: ApiBox

    def token(self, name: str, *scopes: Scope) -> str:
        """The secret of a new token."""
        with self.box.works.noting() as session:
            return tokens.add_token(session, name, scopes, now=1)[1]


class _Server(uvicorn.Server):
    """Runs in a thread: signals are not for it."""

    def install_signal_handlers(self) -> None:
        """None."""


@contextmanager
def running(data: Data) -> Iterator[ApiServer]:
    """The box in this folder (tests/fakes/idle_box.py makes one), until the end of the block."""
    with (
        closing(ApiBox(data, data.read_settings())) as box,
        closing(socket.create_server(("127.0.0.1", 0))) as listener,
    ):
        config = uvicorn.Config(
            create_app(box), log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=3
        )
        server = _Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), name="api")
        thread.start()
        try:
            yield ApiServer(f"http://127.0.0.1:{listener.getsockname()[1]}", box)
        finally:
            server.should_exit = True
            thread.join()
