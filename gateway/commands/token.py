"""`token`: what lets a program use the API."""

import time
from argparse import Namespace

from gateway import changes
from gateway.access import Scope
from gateway.commands import output
from gateway.commands.output import as_row
from gateway.commands.times import duration, ends, past
from gateway.data import existing
from gateway.store import tokens

COLUMNS = ["id", "name", "scopes", "created", "expires", "last_used", "last_address"]


def show(options: Namespace) -> int:
    """All of them, without their secrets: those are not kept."""
    with changes.reading(existing(options.data)) as session:
        rows = [as_row(token) for token in tokens.list_tokens(session)]
    if not options.json:
        now = time.time()
        for row in rows:
            row["created"], row["last_used"] = past(row["created"], now), past(row["last_used"], now)
            row["expires"] = ends(row["expires"], now)
    empty = "no tokens yet: hushgate token create --name backup --scope read"
    output.rows(rows, COLUMNS, as_json=options.json, empty=empty)
    return 0


def create(options: Namespace) -> int:
    """Make one. Its secret alone goes to stdout, so that a script can keep it."""
    now = int(time.time())
    expires = now + duration(options.duration) if options.duration else 0
    scopes = tuple(Scope(scope) for scope in options.scope)
    with changes.noting(existing(options.data), action="token made", target=options.name) as session:
        token, secret = tokens.add_token(session, options.name, scopes, now=now, expires=expires)
    if options.json:
        output.json_line({**as_row(token), "token": secret})
        return 0
    print(secret)
    output.note(f"Token {token.name} may {', '.join(token.scopes)}. It is not shown again.")
    return 0


def revoke(options: Namespace) -> int:
    """Let one count no more; a request under way is still answered."""
    with changes.noting(existing(options.data), action="token revoked", target=options.token) as session:
        token = tokens.remove_token(session, options.token)
    if options.json:
        output.json_line(as_row(token))
    else:
        print(f"Token {token.name} is revoked.")
    return 0
