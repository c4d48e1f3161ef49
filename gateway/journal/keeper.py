"""The keeper's role: take events, keep the log, and whatever else is to be done now and then.

DNS never waits for it. It holds no policy: what refreshes lists and publishes is handed in as periodic jobs.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from gateway.journal import days
from gateway.journal.commit import Committer, Status
from gateway.journal.intake import Intake
from gateway.journal.retention import Limits, Retention
from gateway.journal.write import Identify, TextOf, itself, no_text
from gateway.settings import Settings
from gateway.store.engine import Database, check_url, open_journal

log = logging.getLogger(__name__)

SOCKET = "keeper.sock"
BUSY_MS = 2000  # how long one attempt to write waits for another's lock
RETENTION_EVERY = 60.0  # seconds
RETENTION_FIRST = 5.0  # seconds after the start, which has more urgent things to do
DAYS_EVERY = 300.0
DAYS_FIRST = 15.0
STOP_SECONDS = 10.0


class Job(msgspec.Struct, frozen=True):
    """Something done every so often. What it raises is logged, and it is done again at its next time."""

    name: str
    every: float  # seconds between the end of one run and the next
    run: Callable[[], Awaitable[None]]
    first: float = 0.0  # seconds after the start


class Keeper:
    """Intake, group commit, retention and jobs under one roof."""

    def __init__(
        self,
        data: Path,
        settings: Settings,
        *,
        text_of: TextOf = no_text,
        identify: Identify = itself,
        jobs: Sequence[Job] = (),
    ) -> None:
        store = settings.store
        check_url(store.url)
        self._committer = Committer(
            lambda: open_journal(data, store.url, owner=True, busy_ms=BUSY_MS), text_of, identify
        )
        self._intake = Intake(data / "run" / SOCKET, self._committer.put)
        self._retention = Retention(Limits(days=store.retention_days, max_mb=store.max_mb))
        self._jobs = (
            *jobs,
            Job("retention", RETENTION_EVERY, self._retain, first=RETENTION_FIRST),
            Job("days", DAYS_EVERY, self._sum_up_days, first=DAYS_FIRST),
        )

    @property
    def status(self) -> Status:
        """How the log is now."""
        return self._committer.status

    async def use(self, work: Callable[[Database], object]) -> None:
        """Do `work` with the log's database, between two commits."""
        await self._committer.use(work)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`, then store what has come and end."""
        ended = asyncio.Event()
        commits = asyncio.create_task(self._committer.run(ended), name="journal commits")
        jobs = [asyncio.create_task(_periodically(job), name=f"job {job.name}") for job in self._jobs]
        stopping = asyncio.create_task(stop.wait(), name="keeper stop")
        try:
            await self._intake.start()
            await asyncio.wait([commits, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            for task in jobs:
                task.cancel()
            await asyncio.gather(stopping, *jobs, return_exceptions=True)
            ended.set()
            # Acknowledgements of the last commit still go out: the intake closes after it.
            await asyncio.wait([commits], timeout=STOP_SECONDS)
            await self._intake.stop()
            await asyncio.to_thread(self._committer.close)
        if commits.done():
            commits.result()  # an error of ours ends the role loudly, and the supervisor begins it anew
        else:
            commits.cancel()

    async def _retain(self) -> None:
        def step(database: Database) -> bool:
            return self._retention.step(database, time.time(), time.monotonic())

        while await self._committer.use(step):
            pass

    async def _sum_up_days(self) -> None:
        while await self._committer.use(lambda database: days.step(database, time.time())):
            pass


async def run(
    data: Path,
    settings: Settings,
    stop: asyncio.Event,
    *,
    text_of: TextOf = no_text,
    identify: Identify = itself,
    jobs: Sequence[Job] = (),
) -> None:
    """The role. Raises SettingsError for an unusable database address.

    `text_of` and `identify` are called in the journal's thread, outside of its transactions.
    """
    await Keeper(data, settings, text_of=text_of, identify=identify, jobs=jobs).run(stop)


async def _periodically(job: Job) -> None:
    await asyncio.sleep(job.first)
    while True:
        try:
            await job.run()
        except Exception:  # whatever a job meets, the log goes on and the job has its next turn
            log.exception("the job %s failed", job.name)
        await asyncio.sleep(job.every)
