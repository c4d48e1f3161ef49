import asyncio
import logging
from pathlib import Path

import pytest

from gateway import control
from gateway.data import Data
from gateway.firewall import guard
from gateway.settings import Firewall, Settings

ROUTER = Settings(firewall=Firewall(mode="router", lan=("lan0",), wan="wan0"))


def test_a_guard_that_can_do_nothing_says_so_once_and_lives_on(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(data_dir))  # no nft in there
    monkeypatch.setattr(guard, "LOOK_EVERY", 0.01)
    data = Data(data_dir)
    data.prepare()

    async def live() -> dict[str, object]:
        stop = asyncio.Event()
        life = asyncio.ensure_future(guard.run(data, ROUTER, stop))
        said: dict[str, object] = {}
        async with asyncio.timeout(10):
            while "nft" not in str(said.get("fault")):
                if control.socket_path(data.run, "firewall").exists():
                    said = await asyncio.to_thread(control.call, data.run, "firewall", "status")
                await asyncio.sleep(0.02)  # it says what it has found as soon as it has
        stop.set()
        await life
        return said

    with caplog.at_level(logging.ERROR):
        said = asyncio.run(live())
    assert said["fault"] == "nft is not installed (apt-get install nftables)"
    assert said["mode"] == "router"
    assert said["counts"] == {}
    told = [one for one in caplog.messages if "packets are not guarded" in one]
    assert told == ["packets are not guarded: nft is not installed (apt-get install nftables)"]
