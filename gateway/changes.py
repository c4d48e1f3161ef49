"""Changes from a command: gateway/works.py for the length of one call. And what the keeper does by itself."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from gateway.author import KEEPER, Author
from gateway.data import Data
from gateway.errors import OwnFault
from gateway.policy import manifest
from gateway.policy.publish import Applied
from gateway.settings import Settings
from gateway.store import generations, rules
from gateway.store.engine import Session, open_store
from gateway.works import BUSY_MS, Change, Works, plainly

_T = TypeVar("_T")


@contextlib.contextmanager
def reading(data: Data) -> Iterator[Session]:
    """A session to look with. Raises StoreAway."""
    # Not a Works: it would load the catalogue, and whoever only looks has no use for that.
    with plainly():
        database = open_store(data.root, data.read_settings().store.url, busy_ms=BUSY_MS)
        with contextlib.closing(database), database.reading() as session:
            yield session


@contextlib.contextmanager
def noting(data: Data, by: Author | None = None, action: str = "", target: str = "") -> Iterator[Session]:
    """As Works.noting."""
    with works(data) as made, made.noting(by, action, target) as session:
        yield session


@contextlib.contextmanager
def change(data: Data, cause: str, by: Author | None = None) -> Iterator[Change]:
    """As Works.change."""
    with works(data) as made, made.change(cause, by) as change:
        yield change


def change_lists(
    data: Data, cause: str, act: Callable[[Session], _T], by: Author | None = None
) -> tuple[_T, Applied]:
    """As Works.change_lists."""
    with works(data) as made:
        outcome = made.change_lists(cause, act, by)
    if outcome.applied is None:
        raise OwnFault("the change was only tried")
    return outcome.result, outcome.applied


def republish(data: Data, settings: Settings, cause: str) -> Applied:
    """As Works.republish."""
    with works(data, settings) as made:
        return made.republish(cause, KEEPER)


def settle(data: Data, settings: Settings) -> Applied | None:
    """Publish where the generation in force is not the last one the store knows. None where all is well."""
    with plainly():
        database = open_store(data.root, settings.store.url, busy_ms=BUSY_MS)
        with contextlib.closing(database):
            with database.reading() as session:
                if _is_known(data, session):
                    return None
            with database.writing() as session:
                session.connection()  # whoever has published, and is about to store it, is waited for
                if _is_known(data, session):
                    return None
    return republish(data, settings, "brought up to date")


def _is_known(data: Data, session: Session) -> bool:
    """Is the generation in force the last one that the store knows?"""
    with contextlib.suppress(OwnFault):  # none in force yet, or damaged
        return manifest.current(data.policy).generation == generations.last_generation(session)
    return False


def drop_expired(data: Data) -> None:
    """Remove rules whose time has passed. What is left is in force afterwards, as the schedules have it now."""
    now = int(time.time())
    with reading(data) as session:
        expired = any(0 < rule.expires <= now for rule in rules.list_rules(session))
    with change(data, "rules expired" if expired else "the time of a schedule", KEEPER) as made:
        rules.remove_expired(made.session, now)


@contextlib.contextmanager
def works(data: Data, settings: Settings | None = None) -> Iterator[Works]:
    """For the length of one call; the settings are those the box was last started with."""
    with contextlib.closing(Works(data, settings or data.read_settings())) as made:
        yield made
