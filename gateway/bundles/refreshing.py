"""Bundles subscribed to by URL: fetch, verify, apply. Whatever fails is noted, and what was in force stays.

A mirror that is frozen serves what once was good, for ever: so a version that has expired is a failure, though it
goes on blocking.
"""

import contextlib
import logging
import time

import msgspec

from gateway.author import KEEPER, Author
from gateway.bundles import applying, fetching
from gateway.bundles.applying import Done
from gateway.bundles.minisign import MinisignFault
from gateway.data import Data
from gateway.errors import HushgateError, UsageError
from gateway.journal import notices
from gateway.policy.publish import Applied
from gateway.settings import Settings
from gateway.store import bundles
from gateway.store.bundles import StoredBundle
from gateway.store.engine import open_journal
from gateway.works import Outcome, Works, plainly

_log = logging.getLogger(__name__)


class Refreshed(msgspec.Struct, frozen=True):
    """What became of one subscription."""

    bundle: StoredBundle
    done: Done | None = None
    applied: Applied | None = None
    reason: str = ""  # why it failed
    hint: str = ""


def subscribe(
    works: Works, data: Data, settings: Settings, url: str, by: Author | None = None, *, dry_run: bool = False
) -> Outcome[Done]:
    """Fetch a bundle, apply it, and look for newer ones from now on. What cannot be used is not subscribed to."""
    parcel = fetching.fetch(url, settings.lists)
    return applying.apply(works, data, settings, parcel, by, url=url, dry_run=dry_run)


def refresh(works: Works, data: Data, settings: Settings, name: str, by: Author | None = None) -> Refreshed:
    """Fetch one now, because somebody asks for it. Raises as `subscription`."""
    return _refresh(works, data, settings, subscription(works, name), by, again=True)


def subscription(works: Works, name: str) -> StoredBundle:
    """The bundle of this name, which has a URL. Raises UsageError, Missing."""
    with works.reading() as session:
        one = bundles.get_bundle(session, name)
    if not one.url:
        hint = "apply a newer file, or subscribe to its URL"
        raise UsageError(f"the bundle {one.name} has no URL", hint=hint)
    return one


def refresh_due(works: Works, data: Data, settings: Settings, due_before: int | None) -> list[Refreshed]:
    """Fetch all that failed or were not fetched since `due_before` (Unix s; None: all). One that fails stops none."""
    with works.reading() as session:
        subscribed = [one for one in bundles.list_bundles(session) if one.url]
    now = time.time()
    # A clock that was wrong once must not put a bundle off for decades.
    due = [
        one
        for one in subscribed
        if due_before is None or one.fetched < due_before or one.fetched > now or one.error
    ]
    return [_refresh(works, data, settings, one, KEEPER, again=False) for one in due]


def _refresh(
    works: Works, data: Data, settings: Settings, one: StoredBundle, by: Author | None, *, again: bool
) -> Refreshed:
    try:
        parcel = fetching.fetch(one.url, settings.lists)
        outcome = applying.apply(works, data, settings, parcel, by, expected=one.name, again=again)
    except HushgateError as fault:
        return failed(works, data, settings, one, fault)
    found = outcome.result.bundle
    if outcome.applied is None:
        with works.noting() as session:
            found = bundles.fetched_bundle(session, one.name, now=int(time.time()))
    return Refreshed(found, outcome.result, outcome.applied)


def failed(
    works: Works, data: Data, settings: Settings, one: StoredBundle, fault: HushgateError
) -> Refreshed:
    """Note why a subscription failed. What was in force stays."""
    reason = str(fault)
    with works.noting() as session:
        found = bundles.fetched_bundle(session, one.name, now=int(time.time()), error=reason)
    if not one.error:  # said once, not at every try
        kind = notices.TAMPERING if isinstance(fault, MinisignFault) else notices.LIST_FAILED
        _tell(data, settings, kind, found.name, reason)
    return Refreshed(found, reason=reason, hint=fault.hint)


def _tell(data: Data, settings: Settings, kind: str, name: str, reason: str) -> None:
    """A notice for whoever wants to be told. Its failure is no reason to leave the other bundles alone."""
    try:
        with plainly(), contextlib.closing(open_journal(data.root, settings.store.url)) as journal:
            notices.add(journal, kind, "", f"bundle {name}", reason, time.time())
    except HushgateError as error:
        _log.error("bundle %s: %s; and nobody could be told: %s", name, reason, error)
