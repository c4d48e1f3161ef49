"""`bundle`: what is in force of others' signed bundles, and whose are trusted."""

import time
from argparse import Namespace
from typing import Any

from gateway import changes
from gateway.bundles import applying, fetching, refreshing
from gateway.bundles.applying import Done, Result
from gateway.bundles.refreshing import Refreshed
from gateway.commands import bundle_files, output
from gateway.commands.output import as_row
from gateway.commands.times import ends, past
from gateway.commands.told import in_force, tell
from gateway.data import existing
from gateway.errors import UsageError
from gateway.policy import sources
from gateway.policy.bundled import origin_of
from gateway.store import brought, bundle_keys, bundles, lists
from gateway.store.brought import Tally
from gateway.store.bundles import StoredBundle
from gateway.works import Outcome

COLUMNS = ["name", "version", "rules", "lists", "expires", "key", "fetched", "url"]
KEYS = ["id", "name", "public_key"]


def show(options: Namespace) -> int:
    """All of them, and what is wrong with any."""
    now = time.time()
    with changes.reading(existing(options.data)) as session:
        found = bundles.list_bundles(session)
        rules = brought.count_rules(session)
        origins = [one.origin for one in lists.list_lists(session)]
        trusted = {key.id: key.name for key in bundle_keys.list_keys(session)}
    rows = [
        {
            **_row(one),
            "rules": rules.get(origin_of(one.name), 0),
            "lists": origins.count(origin_of(one.name)),
            "expired": _has_expired(one, now),
            "trusted": one.key_id in trusted,
        }
        for one in found
    ]
    if not options.json:
        for row, one in zip(rows, found, strict=True):
            row["key"] = trusted.get(one.key_id) or one.key_id
            row["expires"] = ends(one.expires, now)
            row["fetched"] = past(one.fetched, now) if one.url else ""
    output.rows(rows, COLUMNS, as_json=options.json, empty="no bundles yet: hushgate bundle subscribe URL")
    if not options.json:
        for row, one in zip(rows, found, strict=True):
            for text in _troubles(one, bool(row["trusted"]), now):
                output.note(output.harmless(text))
    return 0


def apply(options: Namespace) -> int:
    """Put one in force."""
    data = existing(options.data)
    parcel = bundle_files.parcel_of(options)
    with changes.works(data) as works:
        outcome = applying.apply(works, data, data.read_settings(), parcel, dry_run=options.dry_run)
    return _told(options, outcome)


def subscribe(options: Namespace) -> int:
    """Put one in force, and every newer one."""
    data = existing(options.data)
    fetching.beside(options.url)
    output.note(output.harmless(f"Reading {sources.shown(options.url)} …"))
    with changes.works(data) as works:
        outcome = refreshing.subscribe(
            works, data, data.read_settings(), options.url, dry_run=options.dry_run
        )
    return _told(options, outcome)


def refresh(options: Namespace) -> int:
    """Look for newer versions. Exit code 1 where one failed."""
    data = existing(options.data)
    settings = data.read_settings()
    due_before = int(time.time()) - settings.lists.refresh_hours * 3600 if options.due else None
    with changes.works(data) as works:
        if options.name is not None:
            done = [refreshing.refresh(works, data, settings, options.name)]
        else:
            done = refreshing.refresh_due(works, data, settings, due_before)
    for one in done:
        _tell_refreshed(options, one)
    if not done and not options.json:
        output.note("No bundle is due." if options.due else "No bundle is subscribed to.")
    return 1 if any(one.reason for one in done) else 0


def remove(options: Namespace) -> int:
    """Take one out of force, with all that it brought."""
    with changes.works(existing(options.data)) as works:
        outcome = works.change_lists(f"bundle {options.name} removed", applying.removing(options.name))
    return _told(options, outcome)


def keys(options: Namespace) -> int:
    """Whose bundles are trusted."""
    data = existing(options.data)
    if options.act == "list":
        with changes.reading(data) as session:
            rows = [as_row(key) for key in bundle_keys.list_keys(session)]
        empty = "no key is trusted yet: hushgate bundle keys add KEY"
        output.rows(rows, KEYS, as_json=options.json, empty=empty)
        return 0
    if not options.key:
        raise UsageError(f"keys {options.act}: which key?", hint=f"hushgate bundle keys {options.act} KEY")
    if options.act == "add":
        public = bundle_files.public_key(options.key)
        with changes.noting(data, None, "bundle key trusted", public.id) as session:
            key = bundle_keys.add_key(
                session, public.id, public.line, name=options.name, now=int(time.time())
            )
        return tell(options, f"Bundles signed with the key {key.id} are trusted", as_row(key), None)
    with changes.noting(data, None, "bundle key removed", options.key) as session:
        key = bundle_keys.remove_key(session, options.key)
    return tell(
        options, f"The key {key.id} is trusted no longer; what it signed before stays", as_row(key), None
    )


def _told(options: Namespace, outcome: Outcome[Done]) -> int:
    done = outcome.result
    row = {**_row(done.bundle), "result": done.result, "dry_run": outcome.trial is not None, **_counts(done)}
    what = f"Bundle {done.bundle.name} version {done.bundle.version}"
    if done.result is Result.UNCHANGED:
        return tell(options, f"{what} is in force already", row, None)
    is_trial, word = outcome.trial is not None, "applied" if done.result is Result.APPLIED else "gone"
    state = f"would be {word}" if is_trial else f"is {word}"
    return tell(options, f"{what} {state}: {_changed(done)}", row, outcome.applied)


def _changed(done: Done) -> str:
    """ "3 rules more, 1 less; 1 list more; 2 catalogue rows"."""
    parts = [_difference(done.rules, "rule"), _difference(done.lists, "list")]
    parts.append(output.counted(done.rows, "catalogue row") if done.rows else "")
    return "; ".join(filter(None, parts)) or "the same rules and lists as before"


def _difference(tally: Tally, what: str) -> str:
    more = f"{output.counted(tally.added, what)} more" if tally.added else ""
    if not tally.removed:
        return more
    return f"{more}, {tally.removed} less" if more else f"{output.counted(tally.removed, what)} less"


def _counts(done: Done) -> dict[str, Any]:
    return {"rules": as_row(done.rules), "lists": as_row(done.lists), "catalogue": done.rows}


def _tell_refreshed(options: Namespace, one: Refreshed) -> None:
    if options.json:
        result = one.done.result if one.done else "failed"
        output.json_line({**_row(one.bundle), "result": result, "reason": one.reason})
        return
    name = one.bundle.name
    if one.done is None:
        hint = f" ({one.hint})" if one.hint else ""
        print(output.harmless(f"{name}: failed, what was in force stays: {one.reason}{hint}"), flush=True)
    elif one.applied is None:
        print(f"{name}: unchanged, version {one.bundle.version}", flush=True)
    else:
        print(
            f"{name}: version {one.bundle.version}: {_changed(one.done)}\n{in_force(one.applied)}", flush=True
        )


def _row(one: StoredBundle) -> dict[str, Any]:
    row = {**as_row(one), "url": sources.shown(one.url) if one.url else ""}
    row["since"] = row.pop("applied")  # else where it is in force, which is called so too
    return row


def _has_expired(one: StoredBundle, now: float) -> bool:
    return bool(one.version) and one.expires <= now


def _troubles(one: StoredBundle, is_trusted: bool, now: float) -> list[str]:
    found = []
    if _has_expired(one, now):
        found.append(f"{one.name} has expired: what it brought still counts, but nobody has renewed it")
    if one.error:
        found.append(f"{one.name} could not be fetched the last time: {one.error}")
    if one.version and not is_trusted:
        found.append(f"{one.name} was signed with the key {one.key_id}, which is trusted no longer")
    return found
