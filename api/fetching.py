"""How many fetches from the network may be under way for callers of the API.

Each may take as long as a slow server makes it, and holds a thread that others wait for.
"""

import contextlib
import threading
from collections.abc import Iterator

from api.problems import Refused

MOST = 2
_AT_ONCE = threading.BoundedSemaphore(MOST)


@contextlib.contextmanager
def in_turn() -> Iterator[None]:
    """Room for one. Raises Refused where there is none: nobody is kept waiting for a stranger's server."""
    if not _AT_ONCE.acquire(blocking=False):
        raise Refused(
            503, "other lists are being fetched", hint="try again in a minute", headers={"Retry-After": "60"}
        )
    try:
        yield
    finally:
        _AT_ONCE.release()
