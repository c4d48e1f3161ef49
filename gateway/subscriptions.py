"""Subscribed lists: fetch what has changed, note what came of it, put it in force."""

import contextlib
import fcntl
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO

import msgspec

from gateway import changes
from gateway.data import Data
from gateway.errors import Conflict, OwnFault, UsageError
from gateway.journal import notices
from gateway.policy import sources
from gateway.policy.decide import Policy
from gateway.policy.fetching import copies
from gateway.policy.fetching.child import Errand, fetch_apart
from gateway.policy.fetching.copies import Known, Validators
from gateway.policy.publish import Applied
from gateway.policy.snapshot import ListReport
from gateway.policy.sources import Fetched, Outcome
from gateway.settings import Settings
from gateway.store import groups as stored_groups
from gateway.store import lists, snapshots
from gateway.store.engine import Database, Session, open_journal
from gateway.store.lists import Subscription
from gateway.store.text import MAX_NAME, one_line
from gateway.works import plainly

MAX_EARLIER = 256 << 20  # bytes of copies that only earlier generations name

_log = logging.getLogger(__name__)


Reading = Callable[[], AbstractContextManager[Session]]


class Refreshed(msgspec.Struct, frozen=True):
    """What became of one list."""

    list: Subscription
    outcome: Outcome
    reason: str = ""
    hint: str = ""
    begins: bool = False  # to fail: the time before it did not


class Brought(msgspec.Struct, frozen=True):
    """Lists that were fetched; `act` notes what came of it."""

    act: Callable[[Session], list[Refreshed]]
    is_news: bool  # for gateway.works.Works.change_lists; else nothing is to be published


def add(
    data: Data, settings: Settings, source: str, *, name: str, group: str, syntax: str
) -> tuple[Refreshed, Applied]:
    """Subscribe. The list is fetched first: what cannot be used is not subscribed to. Raises UsageError."""
    cause = f"list added: {sources.shown(source)}"
    with subscribing(
        data, settings, lambda: changes.reading(data), source, name=name, groups=(group,), syntax=syntax
    ) as act:
        return changes.change_lists(data, cause, act)


@contextlib.contextmanager
def subscribing(
    data: Data,
    settings: Settings,
    reading: Reading,
    source: str,
    *,
    name: str,
    groups: tuple[str, ...],
    syntax: str,
) -> Iterator[Callable[[Session], Refreshed]]:
    """What is to be done in a change of the lists to subscribe. The list has been fetched. Raises UsageError."""
    one_line(name, "the list's name", MAX_NAME)  # before the download, not after it
    with reading() as session:
        for group in groups:
            stored_groups.get_group(session, group)
        subscribed = lists.list_lists(session)
    known = {found.source: found for found in subscribed if not found.origin}.get(source)
    if name and known is None and name in {found.name for found in subscribed}:
        raise Conflict(f"there is a list {name} already", hint="choose another name")
    with fetching(data):
        fetched = fetch(data, settings, source, known.syntax if known else syntax, known)
        if fetched.copy is None or fetched.outcome is Outcome.KEPT:
            hint = fetched.hint or "nothing was changed; is the address right, and the network up?"
            raise UsageError(f"{sources.shown(source)}: {fetched.reason}", hint=hint)

        def act(session: Session) -> Refreshed:
            made = lists.add_list(session, source, name=name, syntax=syntax, for_groups=groups)
            lists.update_list(session, made.id, enabled=True)
            return Refreshed(_note(session, made, fetched), fetched.outcome)

        yield act


def refresh(
    data: Data, settings: Settings, which: str | None, *, due_before: int | None = None
) -> tuple[list[Refreshed], Applied | None]:
    """Fetch one list, or all that are enabled, or of these only those not fetched since `due_before` (Unix s).

    One that fails keeps its last good copy, and says why; the others go on. Nothing is published where
    nothing has changed.
    """
    applied = None
    with refreshing(data, settings, lambda: changes.reading(data), which, due_before=due_before) as brought:
        if brought is None:
            return [], None
        if brought.is_news:
            done, applied = changes.change_lists(data, "lists refreshed", brought.act)
        else:
            with changes.noting(data) as session:
                done = brought.act(session)
    tell_failed(done, lambda: open_journal(data.root, settings.store.url))
    return done, applied


@contextlib.contextmanager
def refreshing(
    data: Data,
    settings: Settings,
    reading: Reading,
    which: str | int | None,
    *,
    due_before: int | None = None,
) -> Iterator[Brought | None]:
    """The lists of `refresh`, fetched; what is done with them in the body is stored. None where none is due."""
    with reading() as session:
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
        yield None
        return
    with fetching(data):
        fetched = [(one, fetch(data, settings, one.source, one.syntax, one)) for one in due]

        def act(session: Session) -> list[Refreshed]:
            there = {one.id for one in lists.list_lists(session)}  # the fetching took a while
            return [_noted(session, one, got) for one, got in fetched if one.id in there]

        yield Brought(act, any(got.outcome is Outcome.NEW for _, got in fetched))
    _sweep(data, reading)


def fetch(data: Data, settings: Settings, source: str, syntax: str, known: Subscription | None) -> Fetched:
    """One list's text, kept as a copy if it is fit. While `fetching`."""
    previous = None
    if known is not None and known.version:
        previous = Known(known.version, known.rules, Validators(known.etag, known.last_modified))
    if not sources.is_url(source):
        return sources.refresh(source, data.lists, previous, settings.lists, syntax=syntax)
    return fetch_apart(Errand(source, str(data.lists), previous, settings.lists, syntax))


def tell_failed(done: list[Refreshed], journal: Callable[[], Database]) -> None:
    """Have people told of the lists that have begun to fail. A log that cannot be written to holds nothing up."""
    begun = [one for one in done if one.begins]
    if not begun:
        return
    try:
        with plainly(), contextlib.closing(journal()) as database:
            for one in begun:
                subject, detail = one.list.name, one.reason
                notices.add(database, notices.LIST_FAILED, "", subject, detail, time.time())
    except OwnFault as fault:
        _log.warning("that a list could not be fetched is not told: %s", fault)


def _noted(session: Session, one: Subscription, fetched: Fetched) -> Refreshed:
    if fetched.outcome is Outcome.KEPT:
        failed = lists.failed_list(session, one.id, fetched.reason)
        return Refreshed(failed, fetched.outcome, fetched.reason, fetched.hint, begins=not one.error)
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


def _sweep(data: Data, reading: Reading) -> None:
    """Delete copies that neither a subscription nor the generation in force names, nor one to be gone back to."""
    with _lock(data) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody fetches, and has not yet noted what: the next one sweeps
        with reading() as session:
            named = {one.version for one in lists.list_lists(session)}
            earlier = snapshots.versions(session)
        named |= _affordable(data, earlier)
        in_force = {entry.version for entry in Policy.open(data.policy).shared.base.meta.lists}
        copies.sweep(data.lists, frozenset(named | in_force), time.time())


def _affordable(data: Data, versions: Iterable[str]) -> set[str]:
    """Of these copies the first, as many as there is room for."""
    found, size = set(), 0
    for version in versions:
        with contextlib.suppress(FileNotFoundError):
            size += copies.path_of(data.lists, version).stat().st_size
            if size <= MAX_EARLIER:
                found.add(version)
    return found


@contextlib.contextmanager
def fetching(data: Data) -> Iterator[None]:
    """While copies are brought that nothing names yet: they are not cleared away."""
    with _lock(data) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextlib.contextmanager
def _lock(data: Data) -> Iterator[BinaryIO]:
    with (data.lists / "lock").open("wb") as file:
        yield file


def report(data: Data, one: Subscription, policy: Policy | None = None) -> ListReport:
    """What became of the list's lines: in the generation in force, else by themselves.

    A generation refuses more: what together would cost too much for each name. `policy` is the one in force, for
    those who hold it. Raises OSError, SourceFault.
    """
    with contextlib.suppress(OwnFault):  # no generation that is whole: then its copy has to do
        base = (policy or Policy.open(data.policy)).shared.base
        in_force = {entry.id: entry.version for entry in base.meta.lists}
        if in_force.get(one.id) == one.version:
            return next(report for report in base.reports() if report.id == one.id)
    alone = copies.examine(copies.path_of(data.lists, one.version), one.syntax)
    return ListReport(
        one.id, one.name, alone.rule_lines + alone.refused, alone.rules, alone.refused, alone.refusals
    )
