"""The keeper's role in a data folder: what it does now and then beside keeping the log."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway import changes, control, keeper, schedule, subscriptions
from gateway.data import Data
from gateway.journal import search
from gateway.journal.search import Filters, LogRow
from gateway.journal.sender import Sender
from gateway.model import Action, VerdictRow
from gateway.policy import manifest
from gateway.schedule import WEEK, Schedule, Window
from gateway.store import generations, groups, rules
from gateway.store.engine import open_journal
from tests.fakes import idle_box
from tests.fakes.events import event
from tests.fakes.idle_box import says

SECONDS = 30


@pytest.fixture
def data(data_dir: Path) -> Data:
    return idle_box.made(data_dir)


@contextlib.asynccontextmanager
async def living(data: Data) -> AsyncIterator[None]:
    """The role, ended as the supervisor ends it."""
    stop = asyncio.Event()
    task = asyncio.create_task(keeper.run(data, data.read_settings(), stop))
    try:
        async with asyncio.timeout(SECONDS):
            yield
    finally:
        stop.set()
        await task


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` says as soon as it is true."""
    while not (found := await look()):
        await asyncio.sleep(0.01)  # between two looks
    return found


async def status(data: Data) -> dict[str, Any]:
    """What the role says of itself; empty before it listens."""
    try:
        return await asyncio.to_thread(control.call, data.run, "keeper", "status")
    except control.Down:
        return {}


def add(data: Data, text: str, **more: Any) -> None:
    with changes.change(data, "a rule") as change:
        rules.add_rule(change.session, text, now=int(time.time()), **more)


def stored(data: Data) -> list[str]:
    with changes.reading(data) as session:
        return [rule.text for rule in rules.list_rules(session)]


def log(data: Data) -> tuple[LogRow, ...]:
    journal = open_journal(data.root)
    try:
        return search.newest(journal, Filters()).rows
    finally:
        journal.close()


def test_it_says_how_it_is(data: Data) -> None:
    async def scene() -> None:
        async with living(data):
            said = await until(lambda: status(data))
            assert (said["role"], said["pid"], said["generation"]) == ("keeper", os.getpid(), 1)
            assert said["since"] <= time.time()
            assert set(said["journal"]) >= {"state", "reason", "waiting", "stored", "refused"}
            (data.policy / "manifest").write_bytes(b"rubbish")
            assert (await status(data))["generation"] == 0  # the rest is worth knowing all the same

    asyncio.run(scene())
    assert control.roles(data.run) == []


def test_what_a_killed_change_left_behind_is_settled_at_the_start(data: Data) -> None:
    add(data, "||a.example^")
    assert manifest.current(data.policy).generation == 2
    (data.policy / "manifest").unlink()

    async def scene() -> None:
        async with living(data):

            async def settled() -> bool:
                return int((await status(data)).get("generation", 0)) > 2

            await until(settled)

    asyncio.run(scene())
    assert says(data, "a.example").startswith("blocked")


def test_a_rule_for_a_while_ends_by_itself(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "EXPIRY_EVERY", 0.02)
    add(data, "||short.example^", expires=int(time.time()) + 2)
    add(data, "||long.example^", expires=int(time.time()) + 3600)
    assert says(data, "short.example").startswith("blocked")

    async def scene() -> None:
        async with living(data):

            async def gone() -> bool:
                return await asyncio.to_thread(stored, data) == ["||long.example^"]

            await until(gone)

    asyncio.run(scene())
    assert says(data, "short.example") == "allowed"
    assert says(data, "long.example").startswith("blocked")


@pytest.mark.parametrize(
    "days", [-1, 30]
)  # its time has come since; the clock was far ahead, and was set back
def test_a_schedule_comes_into_force_by_itself(
    data: Data, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    monkeypatch.setattr(keeper, "EXPIRY_EVERY", 0.02)
    now = time.time()
    soon, later = (time.strftime("%H:%M", time.gmtime(now + by)) for by in (-7200, 7200))
    night = Schedule(
        "UTC", (Window(soon, later, (WEEK[time.gmtime(now - 7200).tm_wday],), block="everything"),)
    )
    with monkeypatch.context() as other:
        other.setattr(time, "time", lambda: now + days * 86_400)
        with changes.change(data, "a schedule") as change:
            groups.update_group(change.session, "everyone", schedule=schedule.write(night))
    assert says(data, "any.example") == "allowed"

    async def scene() -> None:
        async with living(data):

            async def blocked() -> bool:
                return (await asyncio.to_thread(says, data, "any.example")).startswith("blocked: schedule")

            await until(blocked)

    asyncio.run(scene())
    with changes.reading(data) as session:
        causes = [one.cause for one in generations.list_generations(session)]
    assert causes.count("the time of a schedule") == 1


def test_rows_of_a_list_are_written_with_the_text_of_their_line(data: Data, tmp_path: Path) -> None:
    file = tmp_path / "ads.txt"
    file.write_text("! ads\n||ads.example^\n")
    subscriptions.add(data, data.read_settings(), str(file), name="ads", group="everyone", syntax="auto")
    by_list = VerdictRow(Action.BLOCKED, "lists", "ads", 2, "", "", "", "", 2)
    gone = VerdictRow(Action.BLOCKED, "lists", "another", 2, "", "", "", "", 1)

    async def scene() -> None:
        async with living(data):
            sender = Sender(data.keeper_socket, "dns-0/1/1")
            sender.start()
            sender.put([by_list, gone], [event("ads.example"), event("b.example", verdict=1)])

            async def durable() -> bool:
                return sender.waiting == 0

            await until(durable)
            await sender.stop()

    asyncio.run(scene())
    texts = {row.name: row.rule.text for row in log(data) if row.rule}
    assert texts == {"ads.example": "||ads.example^", "b.example": ""}


REFRESHER = """#!/bin/sh
echo "$@" >> {calls}
exec {then}
"""


def refresher(tmp_path: Path, then: str) -> tuple[Path, Path]:
    """A program in place of the interpreter that lists are refreshed in, and where it notes its calls."""
    calls, program = tmp_path / "calls", tmp_path / "python"
    program.write_text(REFRESHER.format(calls=calls, then=then))
    program.chmod(0o755)
    return program, calls


def test_lists_are_refreshed_in_a_process_of_their_own_again_and_again(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, calls = refresher(tmp_path, "true")
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(keeper, "FIRST_REFRESH", 0.0)
    monkeypatch.setattr(keeper, "REFRESH_EVERY", 0.01)

    async def scene() -> None:
        async with living(data):

            async def twice() -> bool:
                return calls.exists() and len(calls.read_text().splitlines()) >= 2

            await until(twice)

    asyncio.run(scene())
    first, second = calls.read_text().splitlines()[:2]
    assert first.endswith(f"bundle refresh --due --data {data.root}")
    assert second.endswith(f"lists refresh --due --data {data.root}")


def test_a_refresh_under_way_ends_with_the_keeper(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = tmp_path / "pid"
    program, calls = refresher(tmp_path, f"sh -c 'echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 600'")
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(keeper, "FIRST_REFRESH", 0.0)

    async def scene() -> None:
        async with living(data):

            async def begun() -> bool:
                return pid.exists()

            await until(begun)

    asyncio.run(scene())
    assert calls.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), signal.SIGKILL)
