"""Follows the neighbour table for as long as the keeper lives. Without one, devices are known by their addresses."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable

from gateway.devices.identity import Identities, Learned
from gateway.devices.neighbours import NeighbourTable

ASK_EVERY = 60.0  # seconds: what is reachable all the time is not told of by itself
ASK_AGAIN = 1.0  # seconds between two times, however often something was lost
PAUSE = 0.1  # seconds between two reads: a flood of changes must not take the keeper's time

_log = logging.getLogger(__name__)


class Watch:
    """Tells `identities` what the table says, and `note` what that changed."""

    def __init__(
        self,
        identities: Identities,
        note: Callable[[Iterable[Learned]], None],
        *,
        table: Callable[[], NeighbourTable] = NeighbourTable,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._identities = identities
        self._note = note
        self._table = table
        self._ticks = ticks
        self._said = False

    async def run(self) -> None:
        """Until it is cancelled, or the table cannot be read, which is said once."""
        try:
            with contextlib.closing(self._table()) as table:
                await self._follow(table)
        except OSError as error:
            if not self._said:
                _log.warning(
                    "the neighbour table cannot be read (%s): devices are known by their addresses alone",
                    error,
                )
                self._said = True

    async def _follow(self, table: NeighbourTable) -> None:
        table.ask()
        asked = self._ticks()
        while True:
            await _readable(table, ASK_AGAIN if table.lost else ASK_EVERY)
            self.take(table)
            since = self._ticks() - asked
            if since >= ASK_EVERY or (table.lost and since >= ASK_AGAIN):
                table.ask()
                asked = self._ticks()
            await asyncio.sleep(PAUSE)

    def take(self, table: NeighbourTable) -> None:
        """Learn what has come."""
        now = self._ticks()
        for found in table.read():
            learned = self._identities.learn(found.address, found.mac, now - found.age)
            if learned:
                self._note(learned)


async def _readable(table: NeighbourTable, timeout: float) -> None:
    """Until there is something to read, or the time is over."""
    loop = asyncio.get_running_loop()
    came = asyncio.Event()
    loop.add_reader(table.fileno(), came.set)
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(came.wait(), timeout)
    finally:
        loop.remove_reader(table.fileno())
