import asyncio
import gc

import anyio.to_thread

from api import frugal


def test_the_allocator_is_told_and_gives_back_without_a_word() -> None:
    frugal.at_start()
    frugal.give_back()


def test_only_so_many_threads_work_for_routes() -> None:
    async def ask() -> float:
        frugal.in_loop()
        return anyio.to_thread.current_default_thread_limiter().total_tokens

    assert asyncio.run(ask()) == frugal.THREADS


def test_what_is_here_at_the_start_is_not_looked_through_again() -> None:
    try:
        frugal.stays()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
