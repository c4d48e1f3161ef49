"""`lists`: lists of others, subscribed to."""

import time
from argparse import Namespace
from pathlib import Path

from gateway import changes, subscriptions
from gateway.commands import output
from gateway.commands.box import as_row
from gateway.commands.times import ago
from gateway.data import existing
from gateway.policy import copies, known_sources, sources
from gateway.store import lists
from gateway.store.lists import Subscription
from gateway.subscriptions import Refreshed

COLUMNS = ["id", "name", "groups", "enabled", "rules", "refused", "fetched", "error"]


def show(options: Namespace) -> int:
    """All subscriptions."""
    with changes.reading(existing(options.data)) as session:
        found = lists.list_lists(session)
    rows = [as_row(one) for one in found]
    for row in rows:
        row["source"] = sources.shown(row["source"])
        if not options.json:
            row["fetched"] = f"{ago(row['fetched'], time.time())} ago" if row["fetched"] else "never"
    output.rows(
        rows,
        COLUMNS,
        as_json=options.json,
        empty="no lists yet: hushgate lists known shows some worth having",
    )
    return 0


def add(options: Namespace) -> int:
    """Subscribe; when this returns the list is in force."""
    data = existing(options.data)
    source, syntax, name = options.source, options.syntax, options.name
    known = {one.name.lower(): one for one in known_sources.load()}.get(source.lower())
    if known is not None:
        source, syntax, name = known.url, known.syntax, name or known.name
    sources.check(source)
    if not sources.is_url(source):
        source = str(Path(source).absolute())
    output.note(f"Reading {sources.shown(source)} …")
    refreshed, change = subscriptions.add(
        data, data.read_settings(), source, name=name, group=options.group, syntax=syntax
    )
    _told(options, refreshed.list, change)
    if refreshed.list.refused and not options.json:
        output.note(f"Lines it has that are no rules for DNS: hushgate lists report {refreshed.list.id}")
    return 0


def refresh(options: Namespace) -> int:
    """Fetch what has changed. Exit code 1 where a list failed."""
    data = existing(options.data)
    failed: list[Refreshed] = []

    def told(one: Refreshed) -> None:
        if one.reason:
            failed.append(one)
        if options.json:
            output.json_line({**_row(one.list), "outcome": one.outcome, "reason": one.reason})
        else:
            print(output.cell(f"{one.list.name}: {one.outcome}{': ' + one.reason if one.reason else ''}"))

    settings = data.read_settings()
    due_before = int(time.time()) - settings.lists.refresh_hours * 3600 if options.due else None
    subscriptions.refresh(data, settings, options.id, due_before=due_before, told=told)
    return 1 if failed else 0


def remove(options: Namespace) -> int:
    """End one."""
    with changes.change(existing(options.data), f"list {options.id} removed", lists=True) as change:
        one = lists.remove_list(change.session, options.id)
    return _told(options, one, change)


def enable(options: Namespace) -> int:
    """Put one in force."""
    return _switch(options, enabled=True)


def disable(options: Namespace) -> int:
    """Lay one aside."""
    return _switch(options, enabled=False)


def _switch(options: Namespace, *, enabled: bool) -> int:
    cause = f"list {options.id} {'enabled' if enabled else 'disabled'}"
    with changes.change(existing(options.data), cause, lists=True) as change:
        one = lists.update_list(change.session, options.id, enabled=enabled)
    return _told(options, one, change)


def report(options: Namespace) -> int:
    """Which of its lines were refused, and why."""
    data = existing(options.data)
    with changes.reading(data) as session:
        one = lists.get_list(session, options.id)
    found = copies.examine(copies.path_of(data.lists, one.version), one.syntax)
    output.rows(
        [as_row(refusal) for refusal in found.refusals],
        ["line", "reason", "text"],
        as_json=options.json,
        empty=f"none of its lines was refused: {found.rules} rules",
    )
    if found.refused > len(found.refusals):
        output.note(f"… and {found.refused - len(found.refusals)} more")
    return 0


def known(options: Namespace) -> int:
    """Public lists worth subscribing to."""
    rows = [as_row(one) for one in known_sources.load()]
    output.rows(rows, ["name", "rules", "licence", "about"], as_json=options.json, empty="")
    return 0


def _row(one: Subscription) -> dict[str, object]:
    return {**as_row(one), "source": sources.shown(one.source)}


def _told(options: Namespace, one: Subscription, change: changes.Change) -> int:
    output.pairs({**_row(one), **change.summary()}, as_json=options.json)
    return 0
