"""The demo phone in the background of a process: one at a time, seen while it plays, ended within a second.

Knows no HTTP. A failure stays here, and is told.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from gateway.author import Author
from gateway.demo import device
from gateway.demo.phone import Outcome, Phone, way
from gateway.demo.playing import LOG_WAIT, Journal, is_logged, play
from gateway.errors import Conflict, HushgateError
from gateway.settings import Dns
from gateway.works import Works

END_SECONDS = 1.0  # in which it is over, whatever it waits for

_log = logging.getLogger(__name__)


class Progress(msgspec.Struct, frozen=True):
    """How far it is; of the last time where it does not play."""

    running: bool = False
    source: str = ""  # the address that it asks as
    scene: str = ""  # what happens on it just now
    asked: int = 0  # names, each time it asks for one
    blocked: int = 0
    started: int = 0  # Unix seconds; 0 for never
    until: int = 0
    error: str = ""  # why it ended early


class Box(msgspec.Struct, frozen=True):
    """What the demo needs of a box."""

    works: Works
    journal: Journal
    dns: Dns


class Stage:
    """Where it plays. Any thread may use it."""

    def __init__(self) -> None:
        self._changing = threading.Lock()  # held while it begins, and while it is wiped
        self._showing = threading.Lock()
        self._progress = Progress()
        self._unlogged: Callable[[], bool] | None = None  # has the log what was asked last?
        self._ending = threading.Event()  # play no more
        self._leaving = threading.Event()  # wait for nothing
        self._thread: threading.Thread | None = None

    def progress(self) -> Progress:
        """How far it is."""
        with self._showing:
            return self._progress

    def begin(self, box: Box, seconds: float, by: Author | None = None) -> Progress:
        """Play for so long. Raises Conflict where it plays already, or is being wiped."""
        if not self._changing.acquire(blocking=False):
            raise Conflict("the demo phone begins or ends just now", hint="try again in a few seconds")
        try:
            if self._leaving.is_set():
                raise Conflict("the panel is about to end", hint="try again in a few seconds")
            if self.progress().running:
                raise Conflict("the demo phone plays already", hint="end it first")
            now = int(time.time())
            source, until = way(box.dns).source, now + round(seconds)
            begun = Progress(running=True, source=source, started=now, until=until)
            self._ending.clear()
            self._show(begun)
            self._thread = threading.Thread(
                target=self._perform, args=(box, seconds, by), name="demo", daemon=True
            )
            self._thread.start()
            return begun
        finally:
            self._changing.release()

    def end(self) -> None:
        """Have it end, and do not wait for that."""
        self._ending.set()

    @contextlib.contextmanager
    def ended(self) -> Iterator[bool]:
        """End it if it plays; nobody begins before it is wiped. True: the log holds all that it has asked."""
        with self._changing:
            self.end()
            is_over = True
            if self._thread is not None:
                self._thread.join(END_SECONDS + LOG_WAIT)
                is_over = not self._thread.is_alive()
            yield is_over and (self._unlogged is None or self._unlogged())
            self._unlogged = None

    def close(self) -> None:
        """End it for good, without a look at the log. Safe twice."""
        self._leaving.set()
        self.end()
        if self._thread is not None:
            self._thread.join(END_SECONDS)

    def _perform(self, box: Box, seconds: float, by: Author | None) -> None:
        try:
            self._play(box, seconds, by)
            self._show(running=False, scene="")
        except HushgateError as error:
            self._show(running=False, scene="", error=str(error))
        except Exception:  # noqa: BLE001  # the panel goes on, and whoever looks is told
            _log.exception("the demo phone: an error of our own")
            self._show(running=False, scene="", error="Hushgate failed here; its log says more")

    def _play(self, box: Box, seconds: float, by: Author | None) -> None:
        ways = way(box.dns)
        with contextlib.closing(Phone(ways, self._ending)) as phone:
            phone.find_box()
            device.come(box.works, ways.source, by)
            try:
                for _ in play(phone, seconds, self._ending, self._tell):
                    pass
                self._show(scene="")
                if self._ending.is_set() and not self._leaving.is_set():
                    phone.say_goodbye()
            finally:
                self._unlogged = partial(is_logged, box.journal, ways.source, phone.last, self._leaving)
            if self._unlogged():
                self._unlogged = None

    def _tell(self, scene: str, outcome: Outcome | None) -> None:
        now = self.progress()
        self._show(
            scene=scene,
            asked=now.asked + (outcome is not None),
            blocked=now.blocked + (outcome is Outcome.BLOCKED),
        )

    def _show(self, progress: Progress | None = None, **changed: bool | int | str) -> None:
        with self._showing:
            self._progress = msgspec.structs.replace(progress or self._progress, **changed)
