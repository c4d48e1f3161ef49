"""The watch over the kernel's table."""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable

import pytest

from gateway.devices import watch
from gateway.devices.identity import Identities, Learned
from gateway.devices.neighbours import NeighbourTable
from gateway.devices.watch import Watch
from tests.fakes.network import GATEWAY_6, PHONE_6, Topology

MAC = "00:9e:c8:00:00:07"


def following(topology: Topology, known: Identities, act: Callable[[], None], until: str) -> list[Learned]:
    """What is learned from the gateway's table after `act`, until this address is known."""
    learned: list[Learned] = []

    async def go() -> None:
        came = asyncio.Event()

        def note(found: object) -> None:
            learned.extend(found)  # type: ignore[arg-type] # an iterable of Learned
            if known.knows(until):
                came.set()

        with topology.gateway.entered():
            watching = asyncio.create_task(Watch(known, note).run())
            await asyncio.sleep(0)  # it has opened its socket: in this namespace
        await asyncio.to_thread(act)
        await asyncio.wait_for(came.wait(), 20)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching

    asyncio.run(go())
    return learned


def test_it_learns_what_is_there_and_what_comes(topology: Topology) -> None:
    add = f"neigh add 192.168.77.50 lladdr {MAC} dev lan0"
    topology.gateway.run("ip", *add.split())
    known = Identities()

    def speak() -> None:
        with topology.phone.entered(), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as phone:
            phone.sendto(b"here I am", (GATEWAY_6, 9))

    learned = following(topology, known, speak, PHONE_6)
    assert known.key("192.168.77.50") == MAC
    assert known.key(PHONE_6) not in (PHONE_6, MAC)
    assert Learned("192.168.77.50", "192.168.77.50", MAC) in learned


def test_what_was_lost_is_asked_for(topology: Topology, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "ASK_AGAIN", 0.0)
    read = NeighbourTable.read

    def deaf(table: NeighbourTable) -> tuple[object, ...]:
        """Loses all of the first packets."""
        found = read(table)
        if not asked:
            asked.append(1)
            table.lost = True
            return ()
        return found

    asked: list[int] = []
    monkeypatch.setattr(NeighbourTable, "read", deaf)
    topology.gateway.run(*f"ip neigh add 192.168.77.50 lladdr {MAC} dev lan0".split())
    following(topology, Identities(), lambda: None, "192.168.77.50")
    assert asked


def test_without_a_table_it_says_so_once_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    def none() -> NeighbourTable:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

    watching = Watch(Identities(), lambda _: None, table=none)
    for _ in range(3):
        asyncio.run(watching.run())
    assert len([text for text in caplog.messages if "known by their addresses alone" in text]) == 1
