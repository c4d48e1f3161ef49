"""`account`: the password of the panel, for whoever sits at the box itself."""

import time
from argparse import Namespace

from gateway import changes, setup_link
from gateway.commands import output
from gateway.data import Data, existing
from gateway.errors import Conflict, UsageError
from gateway.settings import OFF, Settings
from gateway.store import accounts, logins


def show(options: Namespace) -> int:
    """Is there a password, and a second factor? Who is logged in?"""
    now = time.time()
    with changes.reading(existing(options.data)) as session:
        account = accounts.find_account(session)
        found = logins.list_logins(session, now)
    said = {
        "password": account is not None,
        "second_factor": bool(account and account.totp),
        "recovery_codes": len(account.recovery) if account else 0,
        "logins": len(found),
    }
    output.pairs(said, as_json=options.json)
    if account is None:
        output.note("No password is set yet: hushgate account setup-link")
    return 0


def link(options: Namespace) -> int:
    """A new link; the one before counts no more. Raises Conflict where a password is set."""
    data, settings = _with_panel(options)
    with changes.noting(data, action="setup link made") as session:
        made = setup_link.offer(session, settings.panel, int(time.time()))
        if not made:
            raise Conflict("a password is set already", hint="`hushgate account reset` forgets it")
    return _tell(options, made)


def reset(options: Namespace) -> int:
    """Forget the password and the second factor: for whoever has lost them. Tokens stay."""
    data, settings = _with_panel(options)
    with changes.noting(data, action="account reset") as session:
        if accounts.find_account(session) is not None:
            accounts.remove_account(session)
        logins.remove_logins(session)
        made = setup_link.offer(session, settings.panel, int(time.time()))
    return _tell(options, made)


def _with_panel(options: Namespace) -> tuple[Data, Settings]:
    data = existing(options.data)
    settings = data.read_settings()
    if settings.panel.listen == OFF:
        raise UsageError("this box has no panel", hint="start it with --panel ADDR:PORT")
    return data, settings


def _tell(options: Namespace, made: str) -> int:
    if options.json:
        output.json_line({"link": made, "hours": setup_link.HOURS})
    else:
        print(made)
        output.note(f"It can be used once, within {setup_link.HOURS} hours, by whoever has it.")
    return 0
