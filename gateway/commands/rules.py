"""`rules`: the user's own."""

import time
from argparse import Namespace

from gateway import changes
from gateway.commands import output
from gateway.commands.box import as_row
from gateway.commands.times import duration
from gateway.data import existing
from gateway.policy.syntax import parse_rule
from gateway.store import rules

COLUMNS = ["id", "text", "group", "enabled", "expires", "comment"]


def show(options: Namespace) -> int:
    """All of them."""
    with changes.reading(existing(options.data)) as session:
        found = rules.list_rules(session)
    output.rows(
        [as_row(rule) for rule in found],
        COLUMNS,
        as_json=options.json,
        empty='no rules of your own yet: hushgate rules add "||example.org^"',
    )
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
        )
    return _told(options, rule, change)


def remove(options: Namespace) -> int:
    """Delete one."""
    with changes.change(existing(options.data), f"rule {options.id} removed") as change:
        rule = rules.remove_rule(change.session, options.id)
    return _told(options, rule, change)


def enable(options: Namespace) -> int:
    """Put one in force."""
    return _switch(options, enabled=True)


def disable(options: Namespace) -> int:
    """Lay one aside."""
    return _switch(options, enabled=False)


def _switch(options: Namespace, *, enabled: bool) -> int:
    cause = f"rule {options.id} {'enabled' if enabled else 'disabled'}"
    with changes.change(existing(options.data), cause) as change:
        rule = rules.update_rule(change.session, options.id, enabled=enabled)
    return _told(options, rule, change)


def _told(options: Namespace, rule: rules.StoredRule, change: "changes.Change") -> int:
    output.pairs({**as_row(rule), **change.summary()}, as_json=options.json)
    return 0
