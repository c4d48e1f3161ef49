import asyncio

import pytest

from gateway.tasks import Tasks
from tests.loops import in_a_loop


@in_a_loop
async def test_task_has_its_name_and_is_kept_until_its_end() -> None:
    tasks, may_end = Tasks(), asyncio.Event()

    async def work() -> None:
        await may_end.wait()

    task = tasks.spawn("refresh", work())
    assert (task.get_name(), len(tasks)) == ("refresh", 1)
    may_end.set()
    await task
    assert len(tasks) == 0


@in_a_loop
async def test_what_a_task_raises_ends_itself_alone_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks()

    async def bad() -> None:
        raise ValueError("broken")

    async def good() -> None:
        await asyncio.Event().wait()

    other = tasks.spawn("good", good())
    await asyncio.wait([tasks.spawn("bad", bad())])
    assert [record.getMessage() for record in caplog.records] == ["bad failed"]
    assert "broken" in caplog.text
    assert not other.done()
    await tasks.stop()


@in_a_loop
async def test_stop_cancels_all_and_waits_until_they_have_cleaned_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks, started, cleaned = Tasks(), asyncio.Barrier(4), []

    async def work(number: int) -> None:
        try:
            await started.wait()
            await asyncio.Event().wait()
        finally:
            slow = asyncio.Event()
            asyncio.get_running_loop().call_later(0.01, slow.set)
            await slow.wait()
            cleaned.append(number)

    for number in range(3):
        tasks.spawn("work", work(number))
    await started.wait()
    for _ in range(2):  # safe twice
        await tasks.stop()
    assert (sorted(cleaned), len(tasks)) == ([0, 1, 2], 0)
    assert not caplog.records


@in_a_loop
async def test_stop_outlives_a_task_that_fails_while_it_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    tasks, started = Tasks(), asyncio.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("could not clean up")

    tasks.spawn("stubborn", work())
    await started.wait()
    await tasks.stop()
    assert "stubborn failed" in caplog.text
