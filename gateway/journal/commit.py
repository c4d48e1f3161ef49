"""Group commit: batches from many senders, one transaction at a time, in a thread of its own.

A batch is acknowledged after its commit and not before. While the database is locked, full or away the batches
wait here (bounded: then no more are read, and the senders keep theirs) and are tried again.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from sqlalchemy.exc import DataError

from gateway.errors import HushgateError
from gateway.journal.ids import Unstorable
from gateway.journal.write import Identify, TextOf, Writer, Written, itself, no_text
from gateway.model import Batch
from gateway.store import sqlite
from gateway.store.engine import Database
from gateway.store.faults import Fault, SQLAlchemyError, StoreAway, classify, reason

log = logging.getLogger(__name__)

T = TypeVar("T")

GATHER = 0.25  # seconds: four synced commits a second are little for an SD card, and nobody waits for an ack
MAX_GROUP = 4000  # rows in one transaction: 40 ms of the lock
MAX_WAITING = 20_000  # rows kept here, decoded (10 MB); the senders keep more, and smaller
FIRST_WAIT = 0.1  # seconds between attempts; doubled up to LAST_WAIT
LAST_WAIT = 5.0


class State(StrEnum):
    """How the log is."""

    OPENING = "opening"
    WRITING = "writing"
    WAITING = "waiting"  # the database cannot be used now


class Status(msgspec.Struct, frozen=True):
    """What the keeper can say of the log."""

    state: State
    reason: str  # why it waits; "" if it does not
    waiting: int  # rows that came and are not durable yet
    stored: int  # rows since the start
    repeated: int  # batches that came again and were stored once
    refused: int  # rows that no database could take
    set_aside: str  # where a damaged predecessor lies; "" for none


class _Waiting(msgspec.Struct, frozen=True):
    batch: Batch
    done: Callable[[int], None]  # called with the sequence, in the loop, after the commit


class Committer:
    """Takes batches, commits them in groups, calls back. `run` is its one task."""

    def __init__(
        self,
        open_database: Callable[[], Database],
        text_of: TextOf = no_text,
        identify: Identify = itself,
        *,
        gather: float = GATHER,
    ) -> None:
        self._open = open_database
        self._text_of = text_of
        self._identify = identify
        self._gather = gather
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._database: Database | None = None
        self._writer: Writer | None = None
        self._queue: deque[_Waiting] = deque()
        self._rows = 0
        self._came = asyncio.Event()
        self._full = asyncio.Event()
        self._room = asyncio.Condition()
        self._state = State.OPENING
        self._reason = ""
        self._stored = self._repeated = self._refused = 0
        self._aside = ""

    @property
    def status(self) -> Status:
        """How the log is now."""
        return Status(
            self._state, self._reason, self._rows, self._stored, self._repeated, self._refused, self._aside
        )

    async def put(self, batch: Batch, done: Callable[[int], None]) -> None:
        """Take a batch; waits while too much waits already."""
        async with self._room:
            await self._room.wait_for(lambda: self._rows < MAX_WAITING)
            self._queue.append(_Waiting(batch, done))
            self._rows += len(batch.rows)
        self._came.set()
        if self._rows >= MAX_GROUP:
            self._full.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Commit until `stop`, then once more what is there. A last failure leaves it to the senders."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await self._try(lambda: None)  # open at once, so that status and retention need no event
            while not stop.is_set():
                await _first(stopping, self._came.wait())
                await _first(stopping, self._full.wait(), timeout=self._gather)
                await self._commit_all(stopping)
            await self._commit_all(stopping)
        finally:
            stopping.cancel()

    def close(self) -> None:
        """Close the database. Blocks for the statement that runs. Safe twice."""
        self._thread.shutdown(wait=True)
        if self._database is not None:
            self._database.close()
            self._database = None

    async def use(self, work: Callable[[Database], T]) -> T | None:
        """`work(database)` in the database's thread, between two commits; None if that failed (and is logged)."""
        result: list[T] = []

        def run() -> None:
            result.append(work(self._opened()))

        await self._try(run)
        return result[0] if result else None

    async def _commit_all(self, stopping: "asyncio.Future[Any]") -> None:
        wait = FIRST_WAIT
        while self._queue:
            group = self._group()
            if await self._commit(group):
                wait = FIRST_WAIT
                continue
            if stopping.done():
                log.error("%d events are not stored: %s", self._rows, self._reason)
                return
            await _first(stopping, timeout=wait)
            wait = min(wait * 2, LAST_WAIT)
        self._came.clear()

    def _group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        rows = 0
        for waiting in self._queue:
            rows += len(waiting.batch.rows)
            if group and rows > MAX_GROUP:
                break
            group.append(waiting)
        return group

    async def _commit(self, group: Sequence[_Waiting]) -> bool:
        """Store the group and say so to its senders; False if it has to be tried again."""
        batches = [waiting.batch for waiting in group]
        written: list[Written] = []
        fault = await self._try(lambda: written.append(self._write(batches)))
        if fault is Fault.OURS:
            if len(group) > 1:  # one of them is at fault, and the others must not suffer: one by one
                return await self._commit(group[:1])
            log.error("a batch of %d events cannot be stored: %s", len(batches[0].rows), self._reason)
            self._refused += len(batches[0].rows)
        elif fault is not None:
            return False
        for result in written:
            self._stored += result.rows
            self._repeated += result.repeated
        async with self._room:
            for waiting in group:
                self._queue.popleft()
                self._rows -= len(waiting.batch.rows)
                waiting.done(waiting.batch.sequence)
            self._room.notify_all()
        if self._rows < MAX_GROUP:
            self._full.clear()
        return True

    async def _try(self, work: Callable[[], None]) -> Fault | None:
        """Do `work` in the thread; None if it went well, else what was wrong, which is noted and logged.

        OURS only where the values are at fault: whatever else a database says may be over later, and a batch
        that is kept is better than one that is lost.
        """
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, work)
        except (SQLAlchemyError, StoreAway, OSError) as error:
            fault = Fault.OURS if isinstance(error, DataError) else Fault.AWAY
            text = reason(error)
        except Exception as error:
            fault, text = Fault.OURS, reason(error)
            if not isinstance(error, Unstorable):
                log.exception("the log: an error of our own")
        else:
            if self._state is State.WAITING:
                log.warning("the log is written again; %d events have waited", self._rows)
            self._state, self._reason = State.WRITING, ""
            return None
        if fault is Fault.AWAY and (self._state is not State.WAITING or text != self._reason):
            log.error("the log cannot be written now: %s (events wait; DNS goes on)", text)
        self._state = State.WAITING if fault is Fault.AWAY else self._state
        self._reason = text
        return fault

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            self._opened()
        except (SQLAlchemyError, HushgateError) as error:
            raise StoreAway(reason(error)) from error
        try:
            work()
        except SQLAlchemyError as error:
            if classify(error) is Fault.CORRUPT:
                self._replace(error)
            raise

    def _opened(self) -> Database:
        if self._database is None:
            self._database = self._open()
            self._writer = Writer(self._database, self._text_of, self._identify)
            if self._database.aside is not None:
                self._aside = str(self._database.aside)
        return self._database

    def _write(self, batches: Sequence[Batch]) -> Written:
        self._opened()
        if self._writer is None:
            raise StoreAway("the log is not open")
        return self._writer.write(batches, int(time.time()))

    def _replace(self, error: SQLAlchemyError) -> None:
        """The file is damaged: away with it, so that the next attempt begins a new one."""
        database, self._database, self._writer = self._database, None, None
        if database is not None:
            database.close()
            if database.path is not None:
                log.error("the log is damaged: %s", reason(error))
                self._aside = str(sqlite.set_aside(database.path, time.time()))


async def _first(
    stopping: "asyncio.Future[Any]", *others: Coroutine[Any, Any, Any], timeout: float | None = None
) -> None:
    """Wait for `stopping`, one of the others, or the time."""
    tasks = [asyncio.ensure_future(other) for other in others]
    try:
        await asyncio.wait([stopping, *tasks], timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
