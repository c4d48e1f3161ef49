"""Subscribed lists: fetch what has changed, note what came of it, put it in force."""

import time
from collections.abc import Callable

import msgspec

from gateway import changes
from gateway.data import Data
from gateway.errors import UsageError
from gateway.policy import copies, sources
from gateway.policy.copies import Known, Validators
from gateway.policy.sources import Fetched, Outcome
from gateway.settings import Settings
from gateway.store import lists
from gateway.store.lists import Subscription


class Refreshed(msgspec.Struct, frozen=True):
    """What became of one list."""

    list: Subscription
    outcome: Outcome
    reason: str = ""


def add(
    data: Data, settings: Settings, source: str, *, name: str, group: str, syntax: str
) -> tuple[Refreshed, changes.Change]:
    """Subscribe. The list is fetched first: what cannot be used is not subscribed to. Raises UsageError."""
    with changes.reading(data) as session:
        known = {found.source: found for found in lists.list_lists(session)}.get(source)
    fetched = _fetch(data, settings, source, syntax, known)
    if fetched.copy is None or fetched.outcome is Outcome.KEPT:
        raise UsageError(f"{sources.shown(source)}: {fetched.reason}", hint=fetched.hint)
    with changes.change(data, f"list added: {sources.shown(source)}", lists=True) as change:
        made = lists.add_list(change.session, source, name=name, syntax=syntax, for_groups=(group,))
        made = _note(change, made, fetched)
    return Refreshed(made, fetched.outcome), change


def refresh(
    data: Data,
    settings: Settings,
    which: int | None,
    *,
    due_before: int | None = None,
    told: Callable[[Refreshed], None],
) -> changes.Change | None:
    """Fetch one list, or all, or all not fetched since `due_before` (Unix seconds).

    One that fails keeps its last good copy, and says why; the others go on. None where nothing changed.
    """
    with changes.reading(data) as session:
        found = lists.list_lists(session) if which is None else (lists.get_list(session, which),)
    due = [one for one in found if due_before is None or one.fetched < due_before or one.error]
    fetched = [(one, _fetch(data, settings, one.source, one.syntax, one)) for one in due]
    if not fetched:
        return None
    fresh = any(got.outcome is Outcome.NEW for _, got in fetched)
    with changes.change(data, "lists refreshed", lists=True, publish=fresh) as change:
        for one, got in fetched:
            if got.outcome is Outcome.KEPT:
                noted = lists.failed_list(change.session, one.id, got.reason)
            else:
                noted = _note(change, one, got)
            told(Refreshed(noted, got.outcome, got.reason))
    _sweep(data)
    return change if fresh else None


def _fetch(data: Data, settings: Settings, source: str, syntax: str, known: Subscription | None) -> Fetched:
    previous = None
    if known is not None and known.version:
        previous = Known(known.version, known.rules, Validators(known.etag, known.last_modified))
    return sources.refresh(source, data.lists, previous, settings.lists, syntax=syntax)


def _note(change: changes.Change, one: Subscription, fetched: Fetched) -> Subscription:
    copy = fetched.copy
    if copy is None:
        raise UsageError(f"{sources.shown(one.source)}: {fetched.reason}", hint=fetched.hint)
    return lists.fetched_list(
        change.session,
        one.id,
        now=int(time.time()),
        version=copy.version,
        rules=copy.rules,
        refused=fetched.report.refused if fetched.report else one.refused,
        etag=copy.validators.etag,
        last_modified=copy.validators.modified,
    )


def _sweep(data: Data) -> None:
    """Delete copies that no subscription and no kept generation names."""
    with changes.reading(data) as session:
        named = {one.version for one in lists.list_lists(session)}
    copies.sweep(data.lists, frozenset(named | changes.versions_in_use(data)), time.time())
