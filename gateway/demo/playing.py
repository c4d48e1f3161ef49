"""The demo phone's day: its scenes one after the other, spread over the time, until it is told to end."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from gateway.demo.phone import Outcome, Phone, Question
from gateway.demo.scenes import SCENES, Scene
from gateway.errors import OwnFault
from gateway.journal import search
from gateway.journal.search import Filters
from gateway.store.engine import Database

MAX_SECONDS = 3600.0
LOG_WAIT = 5.0  # seconds until what was asked should be in the log: it takes two
_LOOK = 0.1  # seconds between looks

Tell = Callable[[str, Outcome | None], None]
Journal = Callable[[], AbstractContextManager[Database]]


class Played(NamedTuple):
    """One scene that is over."""

    title: str
    told: dict[str, Outcome]  # by name


def play(
    phone: Phone,
    seconds: float,
    ending: threading.Event,
    tell: Tell = lambda _scene, _outcome: None,
    scenes: Sequence[Scene] = SCENES,
) -> Iterator[Played]:
    """The scenes. `tell` hears when one begins (None), and of each name in it. Raises OwnFault.

    Lasts `seconds` and what the answers take, which is at most phone.WAIT for a name.
    """
    until = time.monotonic() + seconds
    pause = max(seconds, 0.0) / len(scenes)
    for number, (title, names) in enumerate(scenes):
        if number:
            left = max(until - time.monotonic(), 0.0)
            ending.wait(min(pause * random.uniform(0.7, 1.3), left))
        if ending.is_set():
            return
        tell(title, None)
        told: dict[str, Outcome] = {}
        for name in names:
            outcome = phone.ask(name)
            if ending.is_set():
                return
            tell(title, outcome)
            told[name] = outcome
        if set(told.values()) == {Outcome.SILENT}:
            raise OwnFault("the box does not answer DNS any more", hint="is it running? hushgate status")
        yield Played(title, told)


def is_logged(journal: Journal, source: str, last: Question | None, leaving: threading.Event) -> bool:
    """Wait until the log holds the phone's last question; False where that takes too long, or `leaving` is set."""
    if last is None:
        return True  # nothing was asked
    # An event has the second in which it was handed on: never before it happened.
    wanted = Filters(devices=(source,), name=last.name, type=f"TYPE{last.type}", since=last.time)
    until = time.monotonic() + LOG_WAIT
    while not leaving.is_set():
        with journal() as database:
            if search.newest(database, wanted, limit=1).rows:
                return True
        if time.monotonic() >= until:
            return False
        leaving.wait(_LOOK)
    return False
