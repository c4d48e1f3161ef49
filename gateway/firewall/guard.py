"""The role `firewall`: keeps the nft table in force while it lives, and takes it away when it stops."""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from typing import Any

import msgspec

from gateway.control import ControlServer, socket_path
from gateway.data import Data
from gateway.errors import HushgateError
from gateway.firewall import forwarding, nft, script
from gateway.roles import FIREWALL
from gateway.settings import Settings
from gateway.tasks import Tasks

AGAIN = 30.0  # seconds until what could not be done is tried again: somebody may have installed nft meanwhile
_log = logging.getLogger(__name__)


class Guard:
    """The table of one box."""

    def __init__(self, data: Data, settings: Settings) -> None:
        """Raises SettingsError."""
        self._script = script.render(script.plan(settings))
        self._mode = settings.firewall.mode
        self._since = int(time.time())
        self._fault = "not in force yet"
        self._before = data.run / "forwarding.json"  # how the switches were; outlives a guard that is killed
        self._control = ControlServer(socket_path(data.run, FIREWALL), {"status": self._status})

    async def run(self, stop: asyncio.Event) -> None:
        """Guard until `stop`."""
        tasks = Tasks()
        await self._control.start()
        try:
            tasks.spawn("table", self._keep())
            await stop.wait()
        finally:
            await tasks.stop()
            await self._control.stop()
            await asyncio.to_thread(self._leave)

    async def _keep(self) -> None:
        """Until it is in force: DNS works without, so there is no reason to give up."""
        while self._fault:
            try:
                await asyncio.to_thread(self._enforce)
                self._fault = ""
                _log.info("the table %s is in force", script.TABLE)
            except HushgateError as error:
                said = f"{error} ({error.hint})" if error.hint else str(error)
                if said != self._fault:
                    _log.error("packets are not guarded: %s", said)
                self._fault = said
                await asyncio.sleep(AGAIN)

    def _enforce(self) -> None:
        # First the rules: at no moment are packets passed on unguarded.
        nft.apply(self._script)
        before = self._switches() | forwarding.turn_on()
        self._before.write_bytes(msgspec.json.encode(before))

    def _leave(self) -> None:
        """All that is ours goes; what goes wrong with one does not keep the other."""
        undoing: tuple[Callable[[], None], ...] = (
            lambda: forwarding.turn_back(
                self._switches()
            ),  # first: at no moment are packets passed on unguarded
            nft.remove,
        )
        for undo in undoing:
            try:
                undo()
            except HushgateError as error:
                _log.error("%s", error)
        self._before.unlink(missing_ok=True)

    def _switches(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._before.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.MsgspecError):  # none yet, or cut off: then they stay as they are
            return {}

    async def _status(self, _: dict[str, Any]) -> dict[str, Any]:
        counts: dict[str, int] = {}
        if not self._fault:
            try:
                counts = await asyncio.to_thread(nft.counters)
            except HushgateError as error:
                self._fault = str(error)
        return {
            "role": FIREWALL,
            "pid": os.getpid(),
            "since": self._since,
            "mode": self._mode,
            "fault": self._fault,  # why packets are not guarded
            "counts": counts,  # packets
        }


async def run(data: Data, settings: Settings, stop: asyncio.Event) -> None:
    """The role's life."""
    await Guard(data, settings).run(stop)
