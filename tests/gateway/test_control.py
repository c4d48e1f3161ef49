import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway import control
from gateway.control import ControlServer, call, roles, socket_path
from gateway.errors import OwnFault, UsageError
from tests.loops import in_a_loop


async def echo(request: dict[str, Any]) -> dict[str, Any]:
    return {"got": request}


async def refuse(_: dict[str, Any]) -> dict[str, Any]:
    raise UsageError("no such group", hint="make it first")


async def fail(request: dict[str, Any]) -> dict[str, Any]:
    return {"value": request["missing"]}


async def hang(_: dict[str, Any]) -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def large(_: dict[str, Any]) -> dict[str, Any]:
    return {"text": "x" * 500_000}


VERBS = {"echo": echo, "refuse": refuse, "fail": fail, "hang": hang, "large": large}


@contextlib.asynccontextmanager
async def listening(run: Path) -> AsyncIterator[ControlServer]:
    server = ControlServer(socket_path(run, "dns-0"), VERBS)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def ask(run: Path, verb: str, **arguments: Any) -> dict[str, Any]:
    return await asyncio.to_thread(call, run, "dns-0", verb, **arguments)


async def said(run: Path, sent: bytes) -> list[bytes]:
    """What the role answers to these bytes and the end."""
    reader, writer = await asyncio.open_unix_connection(socket_path(run, "dns-0"))
    writer.write(sent)
    writer.write_eof()
    with contextlib.suppress(ConnectionError):
        received = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return received.splitlines()


@in_a_loop
async def test_verb_is_answered_with_what_it_returns() -> None:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="hg-") as folder:
        async with listening(Path(folder)):
            assert await ask(Path(folder), "echo", group="children") == {"got": {"verb": "echo", "group": "children"}}


def test_verb(data_dir: Path) -> None:
    async def work() -> None:
        async with listening(data_dir):
            assert await ask(data_dir, "echo", group="kids") == {"got": {"verb": "echo", "group": "kids"}}
            assert len((await ask(data_dir, "large"))["text"]) == 500_000

    asyncio.run(work())
    socket.socket()
    control.roles(data_dir)
    pytest.raises(OwnFault, roles)
