"""Keeps the panel's memory small: it is one of several processes on a box that may have 512 MB."""

import ctypes
import gc

import anyio.to_thread

THREADS = 8  # in which routes work; each takes a stack and a part of the allocator
ARENAS = 1  # of glibc's allocator: by default each thread may get its own, which nobody ever gives back
_ARENA_MAX, _TRIM_THRESHOLD = -8, -1  # malloc.h
_KEPT = 1 << 20  # bytes free at the end of the heap that are not given back


def at_start() -> None:
    """Before the first thread: what the allocator is to do."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # glibc's; musl has neither the function nor the habit
        library.mallopt(_ARENA_MAX, ARENAS)
        library.mallopt(_TRIM_THRESHOLD, _KEPT)


def in_loop() -> None:
    """Within the event loop: how many threads there may be."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS


def stays() -> None:
    """What is here now stays: looking through all of it for garbage takes 50 ms, in which nobody is answered."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """After something large was made and dropped."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
