"""`rules`: the user's own."""

import time
from argparse import Namespace

from gateway import changes
from gateway.commands import output
from gateway.commands.output import as_row
from gateway.commands.times import clock, duration, ends
from gateway.commands.told import tell
from gateway.data import existing
from gateway.policy.syntax import parse_rule
from gateway.store import rules
from gateway.store.rules import StoredRule
from gateway.works import Change

COLUMNS = ["id", "text", "group", "enabled", "expires", "comment"]
EVER = "ever"


def show(options: Namespace) -> int:
    """All of them."""
    with changes.reading(existing(options.data)) as session:
        found = rules.list_rules(session)
    tag = getattr(options, "tag", None)  # of `rules list`, not of `rules` alone
    rows = [as_row(rule) for rule in found if not tag or tag in rule.tags]
    if not options.json:
        for row in rows:
            row["expires"] = ends(row["expires"], time.time())
    empty = 'no rules of your own yet: hushgate rules add "||example.org^"'
    columns = [*COLUMNS, *(["tags"] if any(row["tags"] for row in rows) else [])]
    output.rows(rows, columns, as_json=options.json, empty=empty)
    return 0


def add(options: Namespace) -> int:
    """Add one; when this returns it is in force."""
    parse_rule(options.text)
    now = int(time.time())
    expires = now + duration(options.duration) if options.duration else 0
    with changes.change(existing(options.data), f"rule added: {options.text}") as change:
        rule = rules.add_rule(
            change.session,
            options.text,
            now=now,
            group=options.group,
            comment=options.comment,
            expires=expires,
            tags=options.tag or (),
        )
    return _told(options, rule, change, "is set")


def set(options: Namespace) -> int:  # the act's name on the command line
    """Change what is given of one."""
    if options.text is not None:
        parse_rule(options.text)
    now = int(time.time())
    expires = None
    if options.duration is not None:
        expires = 0 if options.duration == EVER else now + duration(options.duration)
    tags = None if options.tags is None else [tag for tag in options.tags.split(",") if tag]
    with changes.change(existing(options.data), f"rule {options.id} changed") as change:
        rule = rules.update_rule(
            change.session,
            options.id,
            text=options.text,
            group=options.group,
            comment=options.comment,
            expires=expires,
            tags=tags,
            now=now,
        )
        change.target = f"rule {rule.id}"
    return _told(options, rule, change, "is changed")


def remove(options: Namespace) -> int:
    """Delete one."""
    with changes.change(existing(options.data), f"rule {options.id} removed") as change:
        rule = rules.remove_rule(change.session, options.id)
    return _told(options, rule, change, "is gone")


def enable(options: Namespace) -> int:
    """Put one in force."""
    return _switch(options, enabled=True)


def disable(options: Namespace) -> int:
    """Lay one aside."""
    return _switch(options, enabled=False)


def _switch(options: Namespace, *, enabled: bool) -> int:
    state = "enabled" if enabled else "disabled"
    with changes.change(existing(options.data), f"rule {options.id} {state}") as change:
        rule = rules.update_rule(change.session, options.id, enabled=enabled)
    return _told(options, rule, change, f"is {state}")


def _told(options: Namespace, rule: StoredRule, change: Change, state: str) -> int:
    until = f" until {clock(rule.expires, time.time())}" if rule.expires and state != "is gone" else ""
    sentence = f"Rule {rule.id} for {rule.group} {state}{until}: {rule.text}"
    return tell(options, sentence, as_row(rule), change.applied, about=rule.text)
