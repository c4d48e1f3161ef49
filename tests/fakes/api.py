"""The API of an idle box, asked without a socket; and tokens for it."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from api.app import create_app
from api.box import ApiBox
from gateway.access import Scope
from gateway.data import Data
from gateway.store import tokens

HOST = "127.0.0.1:8080"  # whom the requests are for


@dataclass(frozen=True)
class Api:
    """One API and a token for each set of scopes."""

    app: FastAPI
    box: ApiBox
    data: Data
    client: TestClient

    def token(self, *scopes: Scope, expires: int = 0) -> str:
        """The secret of a new token."""
        with self.box.works.noting() as session:
            name = f"token {time.monotonic_ns()}"
            return tokens.add_token(session, name, scopes, now=1, expires=expires)[1]

    def call(self, method: str, path: str, *scopes: Scope, **more: Any) -> Response:
        """Ask with a token of these scopes; without scopes as admin."""
        headers = {
            "Authorization": f"Bearer {self.token(*(scopes or (Scope.ADMIN,)))}",
            **more.pop("headers", {}),
        }
        return self.client.request(method, path, headers=headers, **more)


@contextmanager
def serving(data: Data) -> Iterator[Api]:
    """The API of the box in this folder (tests/fakes/idle_box.py makes one)."""
    with closing(ApiBox(data, data.read_settings())) as box:
        app = create_app(box)
        with TestClient(
            app, base_url=f"http://{HOST}", client=("127.0.0.1", 50000), raise_server_exceptions=False
        ) as client:
            yield Api(app, box, data, client)
