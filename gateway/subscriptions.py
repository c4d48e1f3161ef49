"""Subscribed lists: fetch what has changed, note what came of it, put it in force."""

import contextlib
import fcntl
import time
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from gateway import changes
from gateway.data import Data
from gateway.errors import OwnFault, UsageError
from gateway.policy import sources
from gateway.policy.decide import Policy
from gateway.policy.fetching import copies
from gateway.policy.fetching.copies import Known, Validators
from gateway.policy.publish import Applied
from gateway.policy.snapshot import ListReport
from gateway.policy.sources import Fetched, Outcome
from gateway.settings import Settings
from gateway.store import groups, lists
from gateway.store.engine import Session
from gateway.store.lists import Subscription


class Refreshed(msgspec.Struct, frozen=True):
    """What became of one list."""

    list: Subscription
    outcome: Outcome
    reason: str = ""
    hint: str = ""


def add(
    data: Data, settings: Settings, source: str, *, name: str, group: str, syntax: str
) -> tuple[Refreshed, Applied]:
    """Subscribe. The list is fetched first: what cannot be used is not subscribed to. Raises UsageError."""
    with changes.reading(data) as session:
        groups.get_group(session, group)  # before the download, not after it
        subscribed = lists.list_lists(session)
    known = {found.source: found for found in subscribed}.get(source)
    if name and known is None and name in {found.name for found in subscribed}:
        raise UsageError(f"there is a list {name} already", hint="choose another --name")
    with _fetching(data):
        fetched = _fetch(data, settings, source, known.syntax if known else syntax, known)
        if fetched.copy is None or fetched.outcome is Outcome.KEPT:
            hint = fetched.hint or "nothing was changed; is the address right, and the network up?"
            raise UsageError(f"{sources.shown(source)}: {fetched.reason}", hint=hint)

        def act(session: Session) -> Subscription:
            made = lists.add_list(session, source, name=name, syntax=syntax, for_groups=(group,))
            lists.update_list(session, made.id, enabled=True)
            return _note(session, made, fetched)

        made, applied = changes.change_lists(data, f"list added: {sources.shown(source)}", act)
    return Refreshed(made, fetched.outcome), applied


def refresh(
    data: Data, settings: Settings, which: str | None, *, due_before: int | None = None
) -> tuple[list[Refreshed], Applied | None]:
    """Fetch one list, or all that are enabled, or of these only those not fetched since `due_before` (Unix s).

    One that fails keeps its last good copy, and says why; the others go on. Nothing is published where
    nothing has changed.
    """
    with changes.reading(data) as session:
        if which is not None:
            chosen = [lists.get_list(session, which)]
        else:
            chosen = [one for one in lists.list_lists(session) if one.enabled]
    now = time.time()
    # A clock that was wrong once must not put a list off for decades.
    due = [
        one
        for one in chosen
        if due_before is None or one.fetched < due_before or one.fetched > now or one.error
    ]
    if not due:
        return [], None
    with _fetching(data):
        fetched = [(one, _fetch(data, settings, one.source, one.syntax, one)) for one in due]

        def act(session: Session) -> list[Refreshed]:
            there = {one.id for one in lists.list_lists(session)}  # the fetching took a while
            return [_noted(session, one, got) for one, got in fetched if one.id in there]

        applied = None
        if any(got.outcome is Outcome.NEW for _, got in fetched):
            done, applied = changes.change_lists(data, "lists refreshed", act)
        else:
            with changes.noting(data) as session:
                done = act(session)
    _sweep(data)
    return done, applied


def _fetch(data: Data, settings: Settings, source: str, syntax: str, known: Subscription | None) -> Fetched:
    previous = None
    if known is not None and known.version:
        previous = Known(known.version, known.rules, Validators(known.etag, known.last_modified))
    return sources.refresh(source, data.lists, previous, settings.lists, syntax=syntax)


def _noted(session: Session, one: Subscription, fetched: Fetched) -> Refreshed:
    if fetched.outcome is Outcome.KEPT:
        return Refreshed(
            lists.failed_list(session, one.id, fetched.reason), fetched.outcome, fetched.reason, fetched.hint
        )
    return Refreshed(_note(session, one, fetched), fetched.outcome)


def _note(session: Session, one: Subscription, fetched: Fetched) -> Subscription:
    copy = fetched.copy
    if copy is None:
        raise UsageError(f"{sources.shown(one.source)}: {fetched.reason}", hint=fetched.hint)
    return lists.fetched_list(
        session,
        one.id,
        now=int(time.time()),
        version=copy.version,
        rules=copy.rules,
        refused=fetched.report.refused if fetched.report else one.refused,
        etag=copy.validators.etag,
        last_modified=copy.validators.modified,
    )


def _sweep(data: Data) -> None:
    """Delete copies that neither a subscription nor the generation in force names."""
    with _lock(data) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody fetches, and has not yet noted what: the next one sweeps
        with changes.reading(data) as session:
            named = {one.version for one in lists.list_lists(session)}
        in_force = {entry.version for entry in Policy.open(data.policy).shared.base.meta.lists}
        copies.sweep(data.lists, frozenset(named | in_force), time.time())


@contextlib.contextmanager
def _fetching(data: Data) -> Iterator[None]:
    """While copies are brought that nothing names yet."""
    with _lock(data) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextlib.contextmanager
def _lock(data: Data) -> Iterator[BinaryIO]:
    with (data.lists / "lock").open("wb") as file:
        yield file


def report(data: Data, one: Subscription) -> ListReport:
    """What became of the list's lines: in the generation in force, else by themselves.

    A generation refuses more: what together would cost too much for each name. Raises OSError, SourceFault.
    """
    with contextlib.suppress(OwnFault):  # no generation that is whole: then its copy has to do
        base = Policy.open(data.policy).shared.base
        in_force = {entry.id: entry.version for entry in base.meta.lists}
        if in_force.get(one.id) == one.version:
            return next(report for report in base.reports() if report.id == one.id)
    alone = copies.examine(copies.path_of(data.lists, one.version), one.syntax)
    return ListReport(
        one.id, one.name, alone.rule_lines + alone.refused, alone.rules, alone.refused, alone.refusals
    )
