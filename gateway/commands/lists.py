"""`lists`: lists of others, subscribed to."""

import time
from argparse import Namespace
from pathlib import Path

import msgspec

from gateway import changes, subscriptions
from gateway.commands import output
from gateway.commands.output import as_row
from gateway.commands.times import past
from gateway.commands.told import in_force, tell
from gateway.data import existing
from gateway.errors import UsageError
from gateway.policy import sources
from gateway.policy.fetching import known_sources
from gateway.policy.fetching.targets import SourceFault
from gateway.policy.publish import Applied
from gateway.store import lists
from gateway.store.lists import Subscription
from gateway.subscriptions import Refreshed

COLUMNS = ["id", "name", "groups", "enabled", "rules", "refused", "fetched", "source"]


def show(options: Namespace) -> int:
    """All subscriptions, and what is wrong with any."""
    with changes.reading(existing(options.data)) as session:
        found = lists.list_lists(session)
    rows = [_row(one) for one in found]
    if not options.json:
        for row in rows:
            row["fetched"] = past(int(str(row["fetched"])), time.time())
    empty = "no lists yet: `hushgate lists known` shows some worth having"
    output.rows(rows, COLUMNS, as_json=options.json, empty=empty)
    for one in found:
        if one.error and not options.json:
            output.note(output.harmless(f"{one.name} could not be fetched the last time: {one.error}"))
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
        source = str(_file(source))
    output.note(output.harmless(f"Reading {sources.shown(source)} …"))
    refreshed, applied = subscriptions.add(
        data, data.read_settings(), source, name=name, group=options.group, syntax=syntax
    )
    # What is in force may be less than what it holds: some patterns together would cost too much.
    found = subscriptions.report(data, refreshed.list)
    one = msgspec.structs.replace(refreshed.list, rules=found.rules, refused=found.refused)
    sentence = f"List {one.id} ({one.name}) for {', '.join(one.groups)}: {_rules(one)}"
    tell(options, sentence, _row(one), applied)
    if one.refused and not options.json:
        refused = output.counted(one.refused, "line")
        output.note(f"{refused} of it cannot be used for DNS: hushgate lists report {one.id}")
    return 0


def _file(text: str) -> Path:
    """The list's absolute path. Raises UsageError."""
    path = Path(text).absolute()
    if path.is_dir():
        raise UsageError(f"{path} is a folder", hint="give a file in it")
    if not path.exists():
        hint = "give a URL, a file, or a name that `hushgate lists known` shows"
        raise UsageError(f"there is no file {path}, and no known list of this name", hint=hint)
    return path


def refresh(options: Namespace) -> int:
    """Fetch what has changed. Exit code 1 where a list failed."""
    data = existing(options.data)
    settings = data.read_settings()
    due_before = int(time.time()) - settings.lists.refresh_hours * 3600 if options.due else None
    done, applied = subscriptions.refresh(data, settings, options.list, due_before=due_before)
    for one in done:
        _tell_refreshed(options, one)
    if options.json:
        return 1 if any(one.reason for one in done) else 0
    if applied is not None:
        print(in_force(applied))
    if not done:
        output.note("No list is due." if options.due else "No list is subscribed to and enabled.")
    return 1 if any(one.reason for one in done) else 0


def _tell_refreshed(options: Namespace, one: Refreshed) -> None:
    if options.json:
        output.json_line({**_row(one.list), "outcome": one.outcome, "reason": one.reason})
        return
    words = {
        "new": f"{one.list.rules} rules",
        "unchanged": "unchanged",
        "kept": "failed, the last copy stays",
    }
    hint = f" ({one.hint})" if one.hint else ""
    reason = f": {one.reason}{hint}" if one.reason else ""
    print(output.harmless(f"{one.list.name}: {words[one.outcome]}{reason}"), flush=True)


def remove(options: Namespace) -> int:
    """End one."""
    one, applied = changes.change_lists(
        existing(options.data),
        f"list {options.list} removed",
        lambda session: lists.remove_list(session, options.list),
    )
    return _told(options, one, applied, "is gone")


def enable(options: Namespace) -> int:
    """Put one in force."""
    return _switch(options, enabled=True)


def disable(options: Namespace) -> int:
    """Lay one aside."""
    return _switch(options, enabled=False)


def _switch(options: Namespace, *, enabled: bool) -> int:
    state = "enabled" if enabled else "disabled"
    one, applied = changes.change_lists(
        existing(options.data),
        f"list {options.list} {state}",
        lambda session: lists.update_list(session, options.list, enabled=enabled),
    )
    return _told(options, one, applied, f"is {state}")


def report(options: Namespace) -> int:
    """Which of its lines were refused, and why."""
    data = existing(options.data)
    with changes.reading(data) as session:
        one = lists.get_list(session, options.list)
    if not one.version:
        raise UsageError(f"list {one.id} has never been fetched", hint=f"hushgate lists refresh {one.id}")
    try:
        found = subscriptions.report(data, one)
    except (OSError, SourceFault) as fault:
        raise UsageError(
            f"the copy of list {one.id} cannot be read: {fault}", hint=f"hushgate lists refresh {one.id}"
        ) from fault
    output.rows(
        [as_row(refusal) for refusal in found.examples],
        ["line", "reason", "text"],
        as_json=options.json,
        empty=f"none of its lines was refused: {found.rules} rules",
    )
    if found.refused > len(found.examples):
        output.note(f"… and {found.refused - len(found.examples)} more")
    return 0


def known(options: Namespace) -> int:
    """Public lists worth subscribing to."""
    rows = [as_row(one) for one in known_sources.load()]
    if not options.json:
        for row in rows:
            row["rules"] = row["rules"] or None  # nobody counted
    output.rows(rows, ["name", "rules", "licence", "about"], as_json=options.json, empty="")
    if not options.json:
        output.note('\nSubscribe by name: hushgate lists add "HaGeZi Light"')
    return 0


def _rules(one: Subscription) -> str:
    return output.counted(one.rules, "rule")


def _row(one: Subscription) -> dict[str, object]:
    return {**as_row(one), "source": sources.shown(one.source)}


def _told(options: Namespace, one: Subscription, applied: Applied, state: str) -> int:
    return tell(options, f"List {one.id} ({one.name}) {state}: {_rules(one)}", _row(one), applied)
