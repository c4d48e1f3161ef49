"""One change of what the user has set: stored, published, acknowledged by every worker, or nothing happened.

What is to be stored is tried, published and only then committed: a rule or list that no generation can be made
of never gets in the way of the next one. A process killed between the two leaves a generation that the store
does not know; the keeper notices and publishes again (`settle`).
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from gateway import workers
from gateway.data import Data
from gateway.errors import OwnFault
from gateway.policy import catalogue, manifest
from gateway.policy.compiler import job
from gateway.policy.fetching import copies
from gateway.policy.publish import Applied, Publisher
from gateway.policy.state import PolicyState
from gateway.settings import Settings
from gateway.store import generations, rules
from gateway.store.engine import Database, Session, open_store
from gateway.store.faults import Fault, SQLAlchemyError, StoreAway, classify, reason
from gateway.store.policy import load_state

BUSY_MS = 10_000  # how long a command waits for the changes of others, each of which takes milliseconds

_AWAY = "try again; is the disk full, or does somebody else hold it?"

_T = TypeVar("_T")
_Read = Callable[[], PolicyState]


class Change:
    """A change of the user's; `applied` is there once it is in force."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.applied: Applied | None = None

    def summary(self) -> dict[str, Any]:
        """As the function of this name; empty where nothing was published."""
        return summary(self.applied) if self.applied else {}


def summary(applied: Applied) -> dict[str, Any]:
    """`{"generation": 42, "applied": {"workers": 2, "of": 2, "ms": 18.1}, "warnings": []}`."""
    return {
        "generation": applied.generation,
        "applied": {"workers": applied.workers, "of": applied.of, "ms": round(applied.ms, 1)},
        "warnings": list(applied.warnings),
    }


@contextlib.contextmanager
def reading(data: Data) -> Iterator[Session]:
    """A session to look with. Raises StoreAway."""
    with _opened(data, data.read_settings()) as database, database.reading() as session:
        yield session


@contextlib.contextmanager
def noting(data: Data) -> Iterator[Session]:
    """A session for what changes no verdict; committed at the end. Raises StoreAway."""
    with _opened(data, data.read_settings()) as database, database.writing() as session:
        yield session
        session.commit()


@contextlib.contextmanager
def change(data: Data, cause: str) -> Iterator[Change]:
    """Make one change in the body; at its end it is in force everywhere. Any error leaves all as it was.

    For rules, groups, devices and pauses: the lists stay as they are compiled. Others who change something
    wait meanwhile.
    """
    with _opened(data, data.read_settings()) as database:
        press = _Press(data, database, cause)
        with database.writing() as session:
            session.connection()  # the writer's lock: whoever changes something else comes after us
            made = Change(session)
            yield made
            applied = press.rules(lambda: press.state(session))
            with press.taking_back(press.rules, session):
                press.note(session, applied)
                session.commit()
        made.applied = press.confirmed(press.rules, applied)


def change_lists(data: Data, cause: str, act: Callable[[Session], _T]) -> tuple[_T, Applied]:
    """Have `act` change the subscribed lists; they are in force when this returns. Any error leaves all as it was.

    `act` is called twice, the first time to see what is to be compiled: that takes seconds for large lists, and
    nobody else has to wait for it.
    """
    with _opened(data, data.read_settings()) as database:
        press = _Press(data, database, cause)
        with database.writing() as session:
            act(session)
            wanted = press.state(session)
            session.rollback()
        applied = press.all(lambda: _with_lists(press.committed(), wanted))
        with database.writing() as session, press.taking_back(press.all, session):
            result = act(session)
            press.note(session, applied)
            session.commit()
        return result, press.confirmed(press.all, applied)


def republish(data: Data, settings: Settings, cause: str) -> Applied:
    """Make what the store holds the generation in force, lists and catalogue compiled anew if need be."""
    with _opened(data, settings) as database:
        press = _Press(data, database, cause)
        applied = press.all(press.committed)
        press.note_alone(applied)
    return applied


def settle(data: Data, settings: Settings) -> Applied | None:
    """Publish where the generation in force is not the last one the store knows. None where all is well."""
    with _opened(data, settings) as database, database.reading() as session:
        known = generations.last_generation(session)
    with contextlib.suppress(OwnFault):  # none in force yet, or damaged: then it is published
        if manifest.current(data.policy).generation == known:
            return None
    return republish(data, settings, "brought up to date")


def drop_expired(data: Data) -> None:
    """Remove rules whose time has passed. The generation made of what is left is in force afterwards."""
    with change(data, "rules expired") as made:
        rules.remove_expired(made.session, int(time.time()))


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


@contextlib.contextmanager
def _opened(data: Data, settings: Settings) -> Iterator[Database]:
    with contextlib.ExitStack() as until:
        until.enter_context(plainly())
        opened = open_store(data.root, settings.store.url, busy_ms=BUSY_MS)
        yield until.enter_context(contextlib.closing(opened))


class _Press:
    """Makes generations of what one store holds. Locks are taken in one order: the store's, then the policy's."""

    def __init__(self, data: Data, database: Database, cause: str) -> None:
        self._data = data
        self._database = database
        self._cause = cause
        self._catalogue = catalogue.load()
        publisher = Publisher(
            data.policy,
            lambda generation: workers.tell(data.run, generation),
            self._catalogue,
            wall=time.time,
            ticks=time.monotonic,
            random=os.urandom,
        )
        self.rules, self.all = publisher.publish_rules, publisher.publish

    def state(self, session: Session) -> PolicyState:
        """What this session sees, committed or not."""
        return load_state(session, lambda version: copies.path_of(self._data.lists, version))

    def committed(self) -> PolicyState:
        """What everybody sees."""
        with self._database.reading() as session:
            return self.state(session)

    def note(self, session: Session, applied: Applied) -> None:
        """Into the history; what the store does not know is published again by `settle`."""
        counts = {"workers": applied.workers}
        now = int(time.time())
        generations.add_generation(session, applied.generation, now=now, cause=self._cause, counts=counts)

    def note_alone(self, applied: Applied) -> None:
        """As `note`, in a transaction of its own."""
        with self._database.writing() as session:
            self.note(session, applied)
            session.commit()

    @contextlib.contextmanager
    def taking_back(self, publish: Callable[[_Read], Applied], session: Session) -> Iterator[None]:
        """What is in force, but cannot be stored, is taken back before anybody hears of it."""
        try:
            yield
        except BaseException:
            session.rollback()
            publish(self.committed)
            raise

    def confirmed(self, publish: Callable[[_Read], Applied], applied: Applied) -> Applied:
        """After the commit: whoever published meanwhile could not see it. Then once more."""
        if not self._overtaken(applied, lists=publish == self.all):
            return applied
        again = publish(self.committed)
        self.note_alone(again)
        return again

    def _overtaken(self, applied: Applied, *, lists: bool) -> bool:
        found = True

        def look() -> PolicyState:
            # In our turn: who read the store before our commit is through, and who follows will see it.
            nonlocal found
            found = not self._holds(self.committed(), applied, lists=lists)
            raise _Looked

        with contextlib.suppress(_Looked):
            self.rules(look)
        return found

    def _holds(self, state: PolicyState, applied: Applied, *, lists: bool) -> bool:
        """Is `applied` in force, and made of these lists? (PostgreSQL counts a list tried and taken back.)"""
        now = manifest.current(self._data.policy)
        if now.generation != applied.generation:
            return False
        return not lists or now.fingerprint == job(state.lists, self._catalogue).fingerprint


class _Looked(Exception):
    """Nothing is to be published: it was only our turn to look."""


def _with_lists(now: PolicyState, wanted: PolicyState) -> PolicyState:
    """What is stored now, but the lists, and which group has them, as they shall be."""
    chosen = {group.name: group.lists for group in wanted.groups}
    groups = (msgspec.structs.replace(group, lists=chosen.get(group.name, ())) for group in now.groups)
    return msgspec.structs.replace(now, lists=wanted.lists, groups=tuple(groups))
