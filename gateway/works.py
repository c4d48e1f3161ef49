"""Makes changes of what the user has set: stored, published, acknowledged by every worker, or nothing happened.

What is to be stored is tried, published and only then committed: a rule or list that no generation can be made
of never gets in the way of the next one. A process killed between the two leaves a generation that the store
does not know; the keeper notices and publishes again (`settle` in gateway/changes.py).
"""

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from gateway import author, workers
from gateway.author import Author
from gateway.data import Data
from gateway.policy import catalogue, manifest
from gateway.policy.catalogue import Catalogue
from gateway.policy.compiler import job
from gateway.policy.decide import Policy, Shared
from gateway.policy.fetching import copies
from gateway.policy.generation.child import compile_apart
from gateway.policy.overlay import Maker
from gateway.policy.publish import Applied, Publisher
from gateway.policy.snapshot import Base
from gateway.policy.state import PolicyState
from gateway.settings import Settings
from gateway.store import audit, generations, snapshots
from gateway.store.engine import STORE_FILE, Database, Session, open_store
from gateway.store.faults import Fault, SQLAlchemyError, StoreAway, classify, reason
from gateway.store.policy import load_state
from gateway.underway import NOTHING, BeforeCommit
from gateway.underway import About as About  # for those who have changes made
from gateway.underway import Change as Change
from gateway.underway import Outcome as Outcome
from gateway.underway import Trial as Trial
from gateway.underway import summary as summary

BUSY_MS = 10_000  # how long a change waits for the changes of others, each of which takes milliseconds

_AWAY = "try again; is the disk full, or does somebody else hold it?"

T = TypeVar("T")
_Read = Callable[[], PolicyState]


class Works:
    """Makes the changes of one box. Keeps database and publisher open; any thread may use it.

    Locks are taken in one order: the store's, then the policy's.
    """

    def __init__(self, data: Data, settings: Settings) -> None:
        self._data = data
        self._settings = settings
        self._opening = threading.Lock()
        self._database: Database | None = None
        self._file = 0  # inode of the database that is open
        self._catalogue = catalogue.load()
        self._publisher = Publisher(
            data.policy,
            lambda generation: workers.tell(data.run, generation),
            self._catalogue,
            wall=time.time,
            ticks=time.monotonic,
            random=os.urandom,
        )
        self._rules, self._all = self._publisher.publish_rules, self._publisher.publish

    @property
    def catalogue(self) -> Catalogue:
        """What ships with Hushgate; bundles may add to it."""
        return self._catalogue

    def close(self) -> None:
        """Give the database back. Safe twice; a later call opens it anew."""
        with self._opening:
            if self._database is not None:
                self._database.close()
            self._database = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to look with. Raises StoreAway."""
        with plainly(), self._opened().reading() as session:
            yield session

    @contextlib.contextmanager
    def noting(
        self,
        by: Author | None = None,
        action: str = "",
        target: str = "",
        *,
        about: Callable[[], About] | None = None,
        dry_run: bool = False,
    ) -> Iterator[Session]:
        """A session for what changes no verdict; committed at the end, and audited as `action`. Raises StoreAway.

        `about` is asked at the end; with `dry_run` nothing is kept.
        """
        with plainly(), self._opened().writing() as session:
            session.connection()  # as in `change`
            yield session
            if dry_run:
                return
            if action:
                self._audit(session, by, action, about() if about else About(target))
            session.commit()

    @contextlib.contextmanager
    def change(self, cause: str, by: Author | None = None, *, dry_run: bool = False) -> Iterator[Change]:
        """Make one change in the body; at its end it is in force everywhere. Any error leaves all as it was.

        For rules, groups, devices and pauses: the lists stay as they are compiled. Others who change something
        wait meanwhile. With `dry_run` nothing is changed, and the change has a trial.
        """
        with plainly(), self._opened().writing() as session:
            session.connection()  # the writer's lock: whoever changes something else comes after us
            made = Change(session)
            yield made
            if dry_run:
                made.trial = self._tried(session)
                return
            applied = self._rules(lambda: self._state(session))
            with self._taking_back(self._rules, session):
                self._note(session, applied, cause, by, About(made.target, made.detail))
                made.commit(applied)
        made.applied = self._confirmed(self._rules, applied, cause, by)

    def change_lists(
        self,
        cause: str,
        act: Callable[[Session], T],
        by: Author | None = None,
        *,
        dry_run: bool = False,
        about: Callable[[T], About] | None = None,
        finish: BeforeCommit | None = None,
    ) -> Outcome[T]:
        """Have `act` change subscribed lists too; all is in force when this returns. Errors leave all as it was.

        `act` is called twice, the first time to see what is to be compiled: that takes seconds for large lists,
        and nobody else has to wait for it. `about` tells the audit of what the second returned; `finish` is done in
        its transaction, once it is known how the change was applied.
        """
        with plainly():
            database = self._opened()
            with database.writing() as session:
                result = act(session)
                if dry_run:
                    return Outcome(result, trial=self._tried(session))
                wanted = self._state(session)
                session.rollback()
            with (
                self._publisher.prepared(lambda: wanted) as publish,
                database.writing() as session,
            ):
                session.connection()  # as in `change`
                result = act(session)
                applied = publish(lambda: self._state(session))
                with self._taking_back(publish, session):
                    self._note(session, applied, cause, by, about(result) if about else NOTHING)
                    if finish:
                        finish(session, applied)
                    session.commit()
            return Outcome(result, self._confirmed(self._all, applied, cause, by))

    def republish(self, cause: str, by: Author | None = None) -> Applied:
        """Make what the store holds the generation in force, lists and catalogue compiled anew if need be."""
        with plainly():
            applied = self._all(self.committed)
            self._note_alone(applied, cause, by)
            return applied

    def committed(self) -> PolicyState:
        """What everybody sees. Raises StoreAway."""
        with self.reading() as session:
            return self._state(session)

    def _opened(self) -> Database:
        with self._opening:
            path = self._data.root / STORE_FILE
            there = path.stat().st_ino if self._database is not None and path.exists() else 0
            if self._database is not None and self._database.is_sqlite and there != self._file:
                # The keeper has put the last good copy in the place of a damaged file.
                self._database.close()
                self._database = None
            if self._database is None:
                self._database = open_store(self._data.root, self._settings.store.url, busy_ms=BUSY_MS)
                self._file = path.stat().st_ino if self._database.is_sqlite else 0
            return self._database

    def _state(self, session: Session) -> PolicyState:
        """What this session sees, committed or not."""
        return load_state(session, lambda version: copies.path_of(self._data.lists, version), time.time())

    def _note(
        self, session: Session, applied: Applied, cause: str, by: Author | None, about: About = NOTHING
    ) -> None:
        """Into the history; what the store does not know is published again by `settle`."""
        counts = {"workers": applied.workers}
        now = int(time.time())
        who = by or author.local()
        generations.add_generation(session, applied.generation, now=now, cause=cause, counts=counts, by=who)
        snapshots.keep(session, applied.generation)
        self._audit(session, who, cause, about, applied.generation)

    def _audit(
        self, session: Session, by: Author | None, action: str, about: About, generation: int = 0
    ) -> None:
        audit.add_entry(
            session,
            by or author.local(),
            action,
            now=int(time.time()),
            target=about.target,
            detail=about.detail,
            generation=generation,
        )

    def _note_alone(self, applied: Applied, cause: str, by: Author | None) -> None:
        """As `_note`, in a transaction of its own."""
        with self._opened().writing() as session:
            self._note(session, applied, cause, by)
            session.commit()

    @contextlib.contextmanager
    def _taking_back(self, publish: Callable[[_Read], Applied], session: Session) -> Iterator[None]:
        """What is in force, but cannot be stored, is taken back before anybody hears of it."""
        try:
            yield
        except BaseException:
            session.rollback()
            publish(self.committed)
            raise

    def _confirmed(
        self, publish: Callable[[_Read], Applied], applied: Applied, cause: str, by: Author | None
    ) -> Applied:
        """After the commit: whoever published meanwhile could not see it. Then once more."""
        if not self._overtaken(applied, lists=publish == self._all):
            return applied
        again = publish(self.committed)
        self._note_alone(again, cause, by)
        return again

    def _overtaken(self, applied: Applied, *, lists: bool) -> bool:
        found = True

        def look() -> PolicyState:
            # In our turn: who read the store before our commit is through, and who follows will see it.
            nonlocal found
            found = not self._holds(applied, lists=lists)
            raise _Looked

        with contextlib.suppress(_Looked):
            self._rules(look)
        return found

    def _holds(self, applied: Applied, *, lists: bool) -> bool:
        """Is `applied` in force, and made of the lists that are stored? (PostgreSQL counts one taken back.)"""
        now = manifest.current(self._data.policy)
        if now.generation != applied.generation or not lists:
            return now.generation == applied.generation
        state = self.committed()
        return now.fingerprint == job(state.lists, self._catalogue, state.bundles).fingerprint

    def _tried(self, session: Session) -> Trial:
        """What the session's state would come to. Ends its transaction: nothing is stored."""
        after = self._state(session)
        session.rollback()
        before, before_state = Policy.open(self._data.policy), self.committed()
        work = job(after.lists, self._catalogue, after.bundles)
        if work.fingerprint == manifest.current(self._data.policy).fingerprint:
            shared = before.shared
        else:
            with tempfile.TemporaryDirectory(dir=self._data.run, prefix="trial-") as folder:
                compile_apart(work, Path(folder) / "base")
                shared = Shared(Base.open(Path(folder) / "base"))  # stays mapped
        overlay = Maker().make(after, shared.base, time.time())
        return Trial(before, Policy(shared, overlay, before.generation + 1), before_state, after)


@contextlib.contextmanager
def plainly() -> Iterator[None]:
    """Say in one line what is wrong with a database, as StoreAway, instead of how SQLAlchemy came to know."""
    try:
        yield
    except StoreAway as fault:
        fault.hint = fault.hint or _AWAY
        raise
    except SQLAlchemyError as error:
        if classify(error) is Fault.OURS:
            raise
        raise StoreAway(f"the database cannot be used now: {reason(error)}", hint=_AWAY) from error


class _Looked(Exception):
    """Nothing is to be published: it was only our turn to look."""
