"""The role `panel`, in this process. As a process of a box: tests/live/test_panel.py."""

import asyncio
import http.client
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api import role, tls
from gateway import control
from gateway.data import Data
from gateway.errors import OwnFault
from gateway.settings import Panel, Settings
from tests.fakes import idle_box
from tests.fakes.ports import free_port


@pytest.fixture
def data(data_dir: Path) -> Data:
    return idle_box.made(data_dir)


def settings_of(data: Data, **panel: Any) -> Settings:
    chosen = Panel(**{"listen": f"127.0.0.1:{free_port()}", **panel})
    return msgspec.structs.replace(data.read_settings(), panel=chosen)


def lived(data: Data, settings: Settings, look: Callable[[], Any]) -> Any:
    """What `look` found while the role lived."""

    async def live() -> Any:
        stop = asyncio.Event()
        living = asyncio.create_task(role.run(data, settings, stop))
        try:
            return await asyncio.to_thread(look)
        finally:
            stop.set()
            await asyncio.wait_for(living, 20)

    return asyncio.run(live())


def asked(settings: Settings) -> int:
    """The status of /healthz, as soon as there is one."""
    until = time.monotonic() + 20
    port = int(settings.panel.listen.rpartition(":")[2])
    while True:
        made = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            made.request("GET", "/healthz")
            return made.getresponse().status
        except ConnectionRefusedError:
            assert time.monotonic() < until
        finally:
            made.close()


def test_it_serves_says_how_it_is_and_ends(data: Data, capsys: pytest.CaptureFixture[str]) -> None:
    settings = settings_of(data)

    def look() -> Any:
        assert asked(settings) == 200
        return control.call(data.run, "panel", "status", timeout=20)

    said = lived(data, settings, look)
    assert (said["role"], said["listen"]) == ("panel", settings.panel.listen)
    assert re.search(
        rf"No password is set yet.*\n  http://{settings.panel.listen}/setup#\S{{43}}\n",
        capsys.readouterr().out,
    )
    with pytest.raises(control.Down):
        control.call(data.run, "panel", "status")


def test_an_address_that_cannot_be_had_is_told(data: Data) -> None:
    with pytest.raises(OwnFault, match="cannot listen"):
        lived(data, settings_of(data, listen="203.0.113.1:81"), lambda: None)


def test_it_ends_by_itself_when_its_certificate_is_due(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(data)
    monkeypatch.setattr(tls, "is_due", lambda *_: True)

    async def live() -> None:
        await asyncio.wait_for(role.run(data, settings, asyncio.Event()), 20)

    asyncio.run(live())


def test_a_certificate_is_for_the_names_that_people_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Pantry")
    monkeypatch.setattr(role, "reachable", lambda: ["192.0.2.7"])
    names = role._names(Panel(listen="192.0.2.9:443", hosts=("box.example.org", "Not a name")))
    assert set(names) == {
        *("localhost", "127.0.0.1", "hushgate.home.arpa", "pantry", "pantry.local"),
        *("box.example.org", "192.0.2.7", "192.0.2.9"),
    }
    assert "0.0.0.0" not in role._names(Panel())
