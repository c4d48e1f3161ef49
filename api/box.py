"""What the routes work on: the box's data, opened once and kept open."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol, TypeVar, runtime_checkable

from gateway.data import Data
from gateway.errors import SettingsError
from gateway.policy import manifest
from gateway.policy.decide import Policy
from gateway.settings import Settings
from gateway.store.engine import JOURNAL_FILE, Database, open_journal
from gateway.works import Works, plainly

T = TypeVar("T")
_log = logging.getLogger(__name__)

BUSY_MS = 2000  # how long a look at the log waits for its writer


@runtime_checkable
class Ending(Protocol):
    """Something kept that has to be ended before the databases are given back."""

    def close(self) -> None:
        """End it. Safe twice."""


class ApiBox:
    """One running box. Any thread may use it."""

    def __init__(self, data: Data, settings: Settings) -> None:
        self.data = data
        self.settings = settings
        self.take_up()
        self.works = Works(data, settings)
        self.started = time.time()
        self._opening = threading.Lock()
        self._journal: Database | None = None
        self._file = 0  # inode of the log that is open
        self._policy: Policy | None = None
        self._keeping = threading.Lock()
        self._kept: dict[type[Any], Any] = {}

    def take_up(self) -> None:
        """Go by what the panel has set."""
        try:
            self.settings = self.data.in_force(self.settings)
        except SettingsError as error:  # the last good ones came with our start
            _log.error("%s (%s)", error, error.hint)

    @contextlib.contextmanager
    def journal(self) -> Iterator[Database]:
        """The log. Raises StoreAway."""
        with plainly():
            yield self._open_journal()

    def policy(self) -> Policy:
        """The policy in force. Raises OwnFault."""
        with self._opening:
            held = self._policy
            if held is None:
                self._policy = Policy.open(self.data.policy)
            elif manifest.current(self.data.policy).generation != held.generation:
                self._policy = held.reopen(self.data.policy)
            assert self._policy is not None
            return self._policy

    def kept(self, kind: type[T]) -> T:
        """The one `kind()` of this box: what a room of the API remembers from request to request."""
        with self._keeping:
            if kind not in self._kept:
                self._kept[kind] = kind()
            found: T = self._kept[kind]
            return found

    def close(self) -> None:
        """End what is kept, and give the databases back. Safe twice."""
        with self._keeping:
            ending = [one for one in self._kept.values() if isinstance(one, Ending)]
        for one in ending:
            one.close()
        self.works.close()
        with self._opening:
            if self._journal is not None:
                self._journal.close()
            self._journal = None

    def _open_journal(self) -> Database:
        with self._opening:
            path = self.data.root / JOURNAL_FILE
            there = path.stat().st_ino if path.exists() else 0
            if self._journal is not None and self._journal.is_sqlite and there != self._file:
                self._journal.close()  # set aside by the keeper: a new one is there
                self._journal = None
            if self._journal is None:
                self._journal = open_journal(self.data.root, self.settings.store.url, busy_ms=BUSY_MS)
                self._file = path.stat().st_ino if self._journal.is_sqlite else 0
            return self._journal
