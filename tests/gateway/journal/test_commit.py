"""Group commit: acknowledged after the commit, kept while there can be none."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gateway.errors import OwnFault
from gateway.journal import commit, search
from gateway.journal.commit import Committer, State
from gateway.journal.search import Filters
from gateway.store.engine import JOURNAL_FILE, Database, open_journal
from gateway.store.faults import StoreAway
from tests.fakes.events import batch, event

SECONDS = 20


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(commit, "LAST_WAIT", 0.02)


def _run(open_database: Callable[[], Database], scene: Callable[[Committer], Awaitable[None]]) -> None:
    async def main() -> None:
        committer = Committer(open_database, gather=0.01)
        stop = asyncio.Event()
        task = asyncio.create_task(committer.run(stop))
        try:
            async with asyncio.timeout(SECONDS):
                await scene(committer)
        finally:
            stop.set()
            await task
            committer.close()
            committer.close()

    asyncio.run(main())


class _Acks:
    """Acknowledgements, and a way to wait for them."""

    def __init__(self) -> None:
        self.sequences: list[int] = []
        self._came = asyncio.Event()

    def __call__(self, sequence: int) -> None:
        self.sequences.append(sequence)
        self._came.set()

    async def has(self, number: int) -> None:
        while len(self.sequences) < number:
            self._came.clear()
            await self._came.wait()


async def _state_is(committer: Committer, state: State) -> None:
    while committer.status.state is not state:
        await asyncio.sleep(0.001)


def _stored(tmp_path: Path, url: str = "") -> int:
    database = open_journal(tmp_path, url)
    try:
        return len(search.newest(database, Filters(), limit=10_000).rows)
    finally:
        database.close()


def test_batches_of_many_senders_are_acknowledged_in_order(tmp_path: Path, url: str) -> None:
    async def scene(committer: Committer) -> None:
        acks = {sender: _Acks() for sender in ("a", "b")}
        for sequence in (1, 2, 3):
            for sender, done in acks.items():
                await committer.put(batch(event(), sender=sender, sequence=sequence), done)
        for done in acks.values():
            await done.has(3)
            assert done.sequences == [1, 2, 3]
        assert committer.status.stored == 6
        assert committer.status.waiting == 0
        assert committer.status.state is State.WRITING

    _run(lambda: open_journal(tmp_path, url), scene)
    assert _stored(tmp_path, url) == 6


def test_what_has_come_is_stored_before_the_end(tmp_path: Path) -> None:
    acks: list[int] = []

    async def scene(committer: Committer) -> None:
        await committer.put(batch(event()), acks.append)

    _run(lambda: open_journal(tmp_path), scene)
    assert acks == [1]
    assert _stored(tmp_path) == 1


def test_locked_database_delays_the_acknowledgement_and_loses_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_journal(tmp_path).close()
    other = sqlite3.connect(tmp_path / JOURNAL_FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    async def scene(committer: Committer) -> None:
        acks = _Acks()
        await committer.put(batch(event()), acks)
        await _state_is(committer, State.WAITING)
        assert "locked" in committer.status.reason
        assert (acks.sequences, committer.status.waiting) == ([], 1)
        other.execute("ROLLBACK")
        await acks.has(1)
        assert (committer.status.state, committer.status.reason) == (State.WRITING, "")

    try:
        _run(lambda: open_journal(tmp_path, busy_ms=10), scene)
    finally:
        other.close()
    assert _stored(tmp_path) == 1
    assert caplog.text.count("cannot be written now") == 1  # not once for each attempt


def test_database_that_comes_later_gets_what_has_waited(tmp_path: Path) -> None:
    there = False

    def open_database() -> Database:
        if not there:
            raise StoreAway("the server does not answer")
        return open_journal(tmp_path)

    async def scene(committer: Committer) -> None:
        nonlocal there
        acks = _Acks()
        await committer.put(batch(event()), acks)
        await _state_is(committer, State.WAITING)
        there = True
        await acks.has(1)

    _run(open_database, scene)
    assert _stored(tmp_path) == 1


def test_database_of_a_newer_program_is_waited_for_and_costs_no_event() -> None:
    def open_database() -> Database:
        raise OwnFault("of version journal_9999")

    async def scene(committer: Committer) -> None:
        acks = _Acks()
        await committer.put(batch(event()), acks)
        await _state_is(committer, State.WAITING)
        assert "journal_9999" in committer.status.reason
        assert (acks.sequences, committer.status.refused) == ([], 0)

    _run(open_database, scene)


def test_batch_that_can_never_be_stored_is_refused_alone(
    tmp_path: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(committer: Committer) -> None:
        acks = _Acks()
        await committer.put(batch(event(), sender="a"), acks)
        await committer.put(batch(event(count=-1), event(), sender="b"), acks)
        await committer.put(batch(event(), sender="c"), acks)
        await acks.has(3)
        assert (committer.status.stored, committer.status.refused) == (2, 2)

    _run(lambda: open_journal(tmp_path, url), scene)
    assert _stored(tmp_path, url) == 2
    assert "cannot be stored" in caplog.text


def test_database_that_turns_out_damaged_is_set_aside_and_a_new_one_begun(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(committer: Committer) -> None:
        acks = _Acks()
        await committer.put(batch(event("old.example")), acks)
        await acks.has(1)

        def damage(database: Database) -> None:
            connection = database.engine.raw_connection()
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            database.engine.dispose()  # the pages in its memory are sound
            file = tmp_path / JOURNAL_FILE
            with file.open("r+b") as content:
                content.seek(4096)
                content.write(b"\xff" * (file.stat().st_size - 4096))

        await committer.use(damage)
        await committer.put(batch(event("new.example"), sequence=2), acks)
        await acks.has(2)
        assert "corrupt-" in committer.status.set_aside

    _run(lambda: open_journal(tmp_path, owner=True), scene)
    database = open_journal(tmp_path)
    assert [row.name for row in search.newest(database, Filters()).rows] == ["new.example"]
    database.close()
    assert list(tmp_path.glob("journal.db.corrupt-*"))
    assert "set aside" in caplog.text


def test_more_than_can_wait_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "MAX_WAITING", 2)
    there = asyncio.Event()

    def open_database() -> Database:
        if not there.is_set():
            raise StoreAway("away")
        return open_journal(tmp_path)

    async def scene(committer: Committer) -> None:
        acks = _Acks()
        await committer.put(batch(event(), event()), acks)
        third = asyncio.create_task(committer.put(batch(event(), sequence=2), acks))
        await _state_is(committer, State.WAITING)
        assert not third.done()
        assert committer.status.waiting == 2
        there.set()
        await third
        await acks.has(2)

    _run(open_database, scene)


def test_work_that_fails_is_logged_and_the_log_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(committer: Committer) -> None:
        def fail(_: Database) -> int:
            raise ZeroDivisionError

        assert await committer.use(fail) is None
        assert await committer.use(lambda database: database.part) == "journal"
        acks = _Acks()
        await committer.put(batch(event()), acks)
        await acks.has(1)

    _run(lambda: open_journal(tmp_path), scene)
    assert "ZeroDivisionError" in caplog.text
