"""The role `firewall`: keeps the nft table in force while it lives, and takes it away when it stops."""

import asyncio
import logging
import os
import time
from functools import partial
from typing import Any

from gateway.control import ControlServer, socket_path
from gateway.data import Data
from gateway.errors import HushgateError
from gateway.firewall import forwarding, nft, script
from gateway.roles import FIREWALL
from gateway.settings import Settings
from gateway.tasks import Tasks

LOOK_EVERY = 5.0  # seconds: is it still there, or can be what could not be? A look takes a process of 7 ms
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
        """Puts it in force, and again where somebody's `nft flush ruleset` has taken it away with all the others.

        DNS works without, so there is no reason to give up.
        """
        while True:
            try:
                await asyncio.to_thread(self._enforce)
            except HushgateError as error:
                said = f"{error} ({error.hint})" if error.hint else str(error)
                if said != self._fault:
                    _log.error("packets are not guarded: %s", said)
                self._fault = said
            await asyncio.sleep(LOOK_EVERY)

    def _enforce(self) -> None:
        if not self._fault and nft.is_in_force():
            return
        # First the rules: at no moment are packets passed on unguarded.
        nft.apply(self._script)
        forwarding.turn_on(self._before)
        self._fault = ""
        _log.info("the table %s is in force", script.TABLE)

    def _leave(self) -> None:
        """All that is ours goes; what goes wrong with one does not keep the other."""
        # The switches first: at no moment are packets passed on unguarded.
        for undo in (partial(forwarding.turn_back, self._before), nft.remove):
            try:
                undo()
            except HushgateError as error:
                _log.error("%s", error)

    async def _status(self, _: dict[str, Any]) -> dict[str, Any]:
        fault, counts = self._fault, {}
        try:
            counts = await asyncio.to_thread(nft.counters)
        except HushgateError as error:
            fault = fault or str(error)
        return {
            "role": FIREWALL,
            "pid": os.getpid(),
            "since": self._since,
            "mode": self._mode,
            "fault": fault,  # why packets are not guarded
            "counts": counts,  # packets
        }


async def run(data: Data, settings: Settings, stop: asyncio.Event) -> None:
    """The role's life."""
    await Guard(data, settings).run(stop)
