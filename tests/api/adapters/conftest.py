"""Both adapters over an idle box, asked without a socket."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from httpx2 import Response

from gateway.access import Scope
from gateway.settings import Lists, Panel
from tests.fakes import api, idle_box
from tests.fakes.api import Api

Ask = Callable[..., Response]


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    """The API with both adapters. Its roles do not run."""
    data = idle_box.made(data_dir)
    panel = Panel(adapters=("adguardhome", "pihole"))
    lists = Lists(allow_private=True)
    data.write_settings(msgspec.structs.replace(data.read_settings(), panel=panel, lists=lists))
    with api.serving(data) as found:
        yield found


@pytest.fixture
def agh(served: Api) -> Ask:
    """`agh("GET", "/status", Scope.READ)`: as a client of AdGuard Home; without scopes as admin."""

    def ask(method: str, path: str, *scopes: Scope, **more: Any) -> Response:
        token = served.token(*(scopes or (Scope.ADMIN,)))
        return served.client.request(method, f"/control{path}", auth=("anybody", token), **more)

    return ask


@pytest.fixture
def hole(served: Api) -> Ask:
    """`hole("GET", "/stats/summary", Scope.READ)`: as a client of Pi-hole; without scopes as admin."""

    def ask(method: str, path: str, *scopes: Scope, **more: Any) -> Response:
        token = served.token(*(scopes or (Scope.ADMIN,)))
        session = served.client.post("/api/auth", json={"password": token}).json()["session"]
        try:
            return served.client.request(method, f"/api{path}", headers={"X-FTL-SID": session["sid"]}, **more)
        finally:
            served.client.delete("/api/auth", headers={"X-FTL-SID": session["sid"]})

    return ask
