"""The role as a whole: over its socket, as a process that is killed, and with a disk that is full."""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.errors import SettingsError
from gateway.journal import commit, keeper, search
from gateway.journal.commit import State
from gateway.journal.keeper import Job, Keeper
from gateway.journal.search import Filters
from gateway.journal.sender import Sender
from gateway.journal.tables import DAY_TOTAL
from gateway.settings import Settings, Store
from gateway.store.engine import JOURNAL_FILE, Database, open_journal
from tests.fakes.events import ALLOWED, BLOCKED, NOW, event

SECONDS = 60
KILLS = 10

_PROGRAM = """
import asyncio, sys
from pathlib import Path
from gateway.journal import keeper
from gateway.settings import Settings, Store
asyncio.run(keeper.run(Path(sys.argv[1]), Settings(store=Store(url=sys.argv[2])), asyncio.Event()))
"""


def _run(
    data: Path, url: str, scene: Callable[[Keeper, Sender], Awaitable[None]], jobs: tuple[Job, ...] = ()
) -> None:
    async def main() -> None:
        role = Keeper(data, Settings(store=Store(url=url)), jobs=jobs)
        stop = asyncio.Event()
        task = asyncio.create_task(role.run(stop))
        sender = Sender(data / "run" / keeper.SOCKET, "dns-0/1/1")
        sender.start()
        try:
            async with asyncio.timeout(SECONDS):
                await scene(role, sender)
        finally:
            await sender.stop(0.1)
            stop.set()
            await task

    asyncio.run(main())


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.002)


def _names(data: Path, url: str = "") -> list[str]:
    database = open_journal(data, url)
    try:
        return [row.name for row in search.newest(database, Filters(), limit=10_000).rows]
    finally:
        database.close()


def test_event_is_durable_soon_after_it_was_put(data_dir: Path, url: str) -> None:
    async def scene(role: Keeper, sender: Sender) -> None:
        sender.put([ALLOWED, BLOCKED], [event(), event("tracking.miui.com", verdict=1)])
        await _until(lambda: sender.waiting == 0)
        assert role.status.stored == 2
        assert role.status.state is State.WRITING

    _run(data_dir, url, scene)
    assert _names(data_dir, url) == ["tracking.miui.com", "a.example"]


def test_jobs_run_again_and_again_whatever_they_raise(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runs: Counter[str] = Counter()

    async def good() -> None:
        runs["good"] += 1

    async def bad() -> None:
        runs["bad"] += 1
        raise ZeroDivisionError

    async def scene(_role: Keeper, _sender: Sender) -> None:
        await _until(lambda: runs["good"] > 2 and runs["bad"] > 2)

    _run(data_dir, "", scene, (Job("good", 0.001, good), Job("bad", 0.001, bad)))
    assert "the job bad failed" in caplog.text


def test_old_events_leave_by_themselves(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "RETENTION_EVERY", 0.01)
    monkeypatch.setattr(keeper, "RETENTION_FIRST", 0.01)

    async def scene(role: Keeper, sender: Sender) -> None:
        sender.put([ALLOWED], [event(time=NOW - 100_000_000)])
        await _until(lambda: role.status.stored == 1)
        left: list[int] = [1]

        def look(database: object) -> None:
            left[0] = len(search.newest(database, Filters()).rows)  # type: ignore[arg-type]  # a Database

        while left[0]:
            await role.use(look)

    _run(data_dir, "", scene)
    assert _names(data_dir) == []


def test_hours_that_are_over_are_summed_up_by_themselves(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "DAYS_EVERY", 0.01)
    monkeypatch.setattr(keeper, "DAYS_FIRST", 0.01)

    async def scene(role: Keeper, sender: Sender) -> None:
        sender.put([ALLOWED], [event(time=NOW)])
        await _until(lambda: role.status.stored == 1)
        found: list[int] = [0]

        def look(database: Database) -> None:
            with database.read() as connection:
                found[0] = len(connection.execute(select(DAY_TOTAL)).all())

        while not found[0]:
            await role.use(look)
        assert found == [1]

    _run(data_dir, "", scene)


def test_addresses_are_stored_as_the_devices_that_they_are(data_dir: Path) -> None:
    async def main() -> None:
        role = Keeper(data_dir, Settings(), identify=lambda address: f"mac of {address}")
        stop = asyncio.Event()
        task = asyncio.create_task(role.run(stop))
        sender = Sender(data_dir / "run" / keeper.SOCKET, "dns-0/1/1")
        sender.start()
        sender.put([ALLOWED], [event()])
        async with asyncio.timeout(SECONDS):
            await _until(lambda: role.status.stored == 1)
        await sender.stop()
        stop.set()
        await task

    asyncio.run(main())
    database = open_journal(data_dir)
    assert [row.device for row in search.newest(database, Filters()).rows] == ["mac of 192.0.2.7"]
    database.close()


def test_unusable_address_of_a_database_ends_the_role_at_once(data_dir: Path) -> None:
    with pytest.raises(SettingsError, match="url"):
        Keeper(data_dir, Settings(store=Store(url="mysql://h/d")))


def test_database_that_never_answers_does_not_end_the_role(data_dir: Path) -> None:
    async def scene(role: Keeper, sender: Sender) -> None:
        sender.put([ALLOWED], [event()])
        await _until(lambda: role.status.state is State.WAITING)
        assert sender.waiting == 1

    _run(data_dir, f"postgresql://nobody@/x?host={data_dir}", scene)


def test_damaged_log_is_set_aside_at_the_start(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    (data_dir / JOURNAL_FILE).write_bytes(b"no database" * 1000)

    async def scene(role: Keeper, sender: Sender) -> None:
        sender.put([ALLOWED], [event()])
        await _until(lambda: sender.waiting == 0)
        assert "corrupt-" in role.status.set_aside

    _run(data_dir, "", scene)
    assert _names(data_dir) == ["a.example"]
    assert [path.read_bytes() for path in data_dir.glob("*.corrupt-*")] == [b"no database" * 1000]
    assert "set aside" in caplog.text


@pytest.fixture
def small_disk(data_dir: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(data_dir)],
        capture_output=True,
        timeout=10,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield data_dir
    finally:
        subprocess.run(["umount", "--lazy", str(data_dir)], check=True, timeout=10)


def _write_without_end(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_full_disk_delays_events_and_loses_none(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(commit, "LAST_WAIT", 0.05)
    filler = small_disk / "filler"

    async def scene(role: Keeper, sender: Sender) -> None:
        sender.put([ALLOWED], [event("before.example")])
        await _until(lambda: sender.waiting == 0)
        with pytest.raises(OSError, match="No space"):
            _write_without_end(filler)
        number = 0
        while role.status.state is not State.WAITING:  # the log's own files have some room left
            sender.put([ALLOWED], [event(f"{'n' * 50}{number + row}.example") for row in range(100)])
            number += 100
            await _until(lambda: sender.waiting == 0 or role.status.state is State.WAITING)
        assert "full" in role.status.reason or "I/O" in role.status.reason
        assert sender.waiting > 0
        filler.unlink()
        await _until(lambda: sender.waiting == 0)
        assert (role.status.stored, sender.dropped) == (number + 1, 0)

    _run(small_disk, "", scene)
    assert len(set(_names(small_disk))) == len(_names(small_disk)) > 100
    assert caplog.text.count("cannot be written now") <= 2


class _Process:
    """The role as a process of its own."""

    def __init__(self, data: Path, url: str) -> None:
        self._command = [sys.executable, "-c", _PROGRAM, str(data), url]
        self.process = subprocess.Popen(self._command)

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def restart(self) -> None:
        self.kill()
        self.process = subprocess.Popen(self._command)


def test_killed_at_any_moment_it_loses_no_acknowledged_event_and_stores_none_twice(
    data_dir: Path, url: str
) -> None:
    chance = random.Random(7)
    put = 0

    async def scene(role: _Process) -> None:
        nonlocal put
        sender = Sender(data_dir / "run" / keeper.SOCKET, "dns-0/1/1")
        sender.start()
        for _ in range(KILLS):
            target = put + chance.randrange(40, 400)
            done = put - sender.waiting + chance.randrange(1, 40)
            while put < target or put - sender.waiting < done:
                size = chance.randrange(1, 20)
                sender.put([ALLOWED], [event(f"n{put + row}.example") for row in range(size)])
                put += size
                await asyncio.sleep(chance.random() * 0.01)
            acknowledged = put - sender.waiting
            role.kill()
            assert len(_stored(data_dir, url)) >= acknowledged
            role.restart()
        await _until(lambda: sender.waiting == 0)
        await sender.stop()
        assert sender.dropped == 0

    async def main(role: _Process) -> None:
        async with asyncio.timeout(SECONDS * 2):
            await scene(role)

    role = _Process(data_dir, url)
    try:
        asyncio.run(main(role))
    finally:
        role.kill()
    assert _stored(data_dir, url) == Counter(f"n{number}.example" for number in range(put))


def _stored(data: Path, url: str) -> Counter[str]:
    database = open_journal(data, url)
    try:
        names: Counter[str] = Counter()
        before = 0
        while True:
            page = search.newest(database, Filters(), limit=10_000, before=before)
            names.update(row.name for row in page.rows)
            before = page.cursor
            if not before:
                return names
    finally:
        database.close()
