import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway import control
from gateway.control import Asked, ControlServer, Down, call, roles, socket_path
from gateway.errors import OwnFault, UsageError
from tests.loops import in_a_loop


async def echo(request: dict[str, Any]) -> dict[str, Any]:
    return {"got": request}


async def refuse(_: dict[str, Any]) -> dict[str, Any]:
    raise UsageError("no such group", hint="make it first")


async def fail(request: dict[str, Any]) -> dict[str, Any]:
    return {"value": request["missing"]}


async def hang(_: dict[str, Any]) -> dict[str, Any]:
    await asyncio.wait_for(asyncio.Event().wait(), 60)
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
async def test_verb_is_answered_with_what_it_returns(data_dir: Path) -> None:
    async with listening(data_dir):
        assert await ask(data_dir, "echo", group="kids") == {"got": {"verb": "echo", "group": "kids"}}
        assert len((await ask(data_dir, "large"))["text"]) == 500_000


@in_a_loop
async def test_fault_of_a_verb_reaches_the_caller_with_its_hint(data_dir: Path) -> None:
    async with listening(data_dir):
        with pytest.raises(OwnFault, match="dns-0: no such group") as caught:
            await ask(data_dir, "refuse")
        assert caught.value.hint == "make it first"


@in_a_loop
async def test_verb_that_fails_unexpectedly_is_logged_and_its_caller_told(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(data_dir):
        with pytest.raises(OwnFault, match="dns-0: KeyError: 'missing'"):
            await ask(data_dir, "fail")
        assert await ask(data_dir, "echo")
    assert "the verb fail failed" in caplog.text


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"rubbish",
        b"[]",
        b"7",
        b"{}",
        b'{"verb": "unknown"}',
        b'{"verb": 7}',
        b'{"verb": []}',
        b'{"verb": {"a": 1}}',
        b'{"verb": null}',
        b"\xff\xfe",
    ],
)
@in_a_loop
async def test_broken_lines_and_unknown_verbs_are_told_which_verbs_there_are(
    data_dir: Path, line: bytes
) -> None:
    async with listening(data_dir):
        broken, good = await said(data_dir, line + b'\n{"verb": "echo"}\n')
    assert broken == b'{"error":"unknown request; known verbs: echo, refuse, fail, hang, large"}'
    assert good == b'{"got":{"verb":"echo"}}'


@in_a_loop
async def test_line_without_end_is_given_up(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "MAX_LINE", 1000)
    async with listening(data_dir):
        assert await said(data_dir, b"x" * 5000) == []
        assert await ask(data_dir, "echo")


@in_a_loop
async def test_caller_that_goes_away_hurts_nobody(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with listening(data_dir):
        for sent in (b"", b'{"verb": "large"}\n', b'{"verb"'):
            _, writer = await asyncio.open_unix_connection(socket_path(data_dir, "dns-0"))
            writer.write(sent)
            writer.close()
            await writer.wait_closed()
        assert await ask(data_dir, "echo")
    assert not caplog.records


def test_role_that_is_down_is_a_fault_that_names_it(data_dir: Path) -> None:
    with pytest.raises(Down, match="keeper does not run: No such file or directory"):
        call(data_dir, "keeper", "status")


def test_socket_of_a_dead_role_is_a_fault_too(data_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(socket_path(data_dir, "keeper")))
    assert roles(data_dir) == ["keeper"]
    with pytest.raises(Down, match="keeper does not run: Connection refused"):
        call(data_dir, "keeper", "status")


@in_a_loop
async def test_silent_role_is_waited_for_no_longer_than_said(data_dir: Path) -> None:
    async with listening(data_dir):
        with pytest.raises(OwnFault, match="dns-0 does not answer: timed out"):
            await ask(data_dir, "hang", timeout=0.05)
        assert await ask(data_dir, "echo")


@pytest.mark.parametrize("part", [b"", b'{"got": ', b"rubbish\n", b"[]\n"])
def test_answer_that_breaks_off_is_a_fault(data_dir: Path, part: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(socket_path(data_dir, "keeper")))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(part)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(OwnFault, match="keeper broke off its answer"):
            call(data_dir, "keeper", "status")
        thread.join(5)


def test_path_too_long_for_a_socket_is_a_fault(data_dir: Path) -> None:
    with pytest.raises(OwnFault, match="does not answer: AF_UNIX path too long"):
        call(data_dir / ("x" * 100), "keeper", "status")


@in_a_loop
async def test_socket_is_for_its_owner_alone_and_gone_after_stop(data_dir: Path) -> None:
    path = socket_path(data_dir, "dns-0")
    async with listening(data_dir) as server:
        assert path.stat().st_mode & 0o777 == 0o600
        assert roles(data_dir) == ["dns-0"]
        await server.stop()
        assert not path.exists()
        await server.stop()  # safe twice


@in_a_loop
async def test_socket_left_behind_by_a_killed_role_is_replaced(data_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(socket_path(data_dir, "dns-0")))
    async with listening(data_dir):
        assert await ask(data_dir, "echo")


def test_roles_are_those_that_have_a_socket(data_dir: Path) -> None:
    for name in ("dns-1", "keeper", "dns-0"):
        socket_path(data_dir, name).touch()
    (data_dir / "keeper.sock").touch()
    assert roles(data_dir) == ["dns-0", "dns-1", "keeper"]
    assert roles(data_dir / "nowhere") == []


@in_a_loop
async def test_it_is_told_while_somebody_is_there(data_dir: Path) -> None:
    told: list[bool] = []
    gone = asyncio.Event()

    def present(somebody: bool) -> None:
        told.append(somebody)
        if not somebody:
            gone.set()

    server = ControlServer(socket_path(data_dir, "dns-0"), VERBS, present)
    await server.start()
    try:
        await ask(data_dir, "echo")
        await asyncio.wait_for(gone.wait(), 10)
    finally:
        await server.stop()
    assert told == [True, False]


@in_a_loop
async def test_several_are_asked_before_the_first_is_waited_for(data_dir: Path) -> None:
    def both() -> list[dict[str, Any]]:
        asked = [Asked(data_dir, "dns-0", "echo", timeout=10, number=number) for number in range(2)]
        return [one.answer() for one in asked]

    async with listening(data_dir):
        said = await asyncio.to_thread(both)
    assert [answer["got"]["number"] for answer in said] == [0, 1]
