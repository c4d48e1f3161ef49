"""What was found damaged is made whole: the rules' database from its last good copy, the policy from the database.

Only for the owner of the data folder: `up` while nothing runs yet, then the keeper.
"""

import contextlib
import logging
import time
from pathlib import Path

from gateway import changes, control
from gateway.data import Data
from gateway.errors import HushgateError, OwnFault
from gateway.journal import notices
from gateway.policy import manifest
from gateway.policy.decide import Policy
from gateway.policy.publish import Applied
from gateway.settings import Settings
from gateway.store import generations, lastgood, sqlite
from gateway.store.engine import STORE_FILE, open_journal, open_store
from gateway.works import plainly

_log = logging.getLogger(__name__)


def store(data: Data, settings: Settings) -> None:
    """A damaged or lost rules' database is set aside and its last good copy takes its place. Raises StoreAway.

    Where there is no copy, what is in force stays so until the next change: nothing is unblocked unasked.
    """
    path = data.root / STORE_FILE
    if not settings.store.url and lastgood.is_lost(path):
        _log.error("%s has lost what was in it", path)
        if path.exists():
            sqlite.set_aside(path, time.time())
        lastgood.put_back(path)
    database = open_store(data.root, settings.store.url, owner=True)
    try:
        if database.aside is None:
            return
        with database.writing() as session, contextlib.suppress(OwnFault):
            in_force = manifest.current(data.policy).generation
            if not generations.last_generation(session):
                why = "the database was damaged, and there was no copy of it"
                generations.add_generation(session, in_force, now=int(time.time()), cause=why, counts={})
                session.commit()
    finally:
        database.close()


def policy(data: Data, settings: Settings, *, thorough: bool) -> Applied | None:
    """Publish what the store holds where something else is in force, or nothing that is whole.

    `thorough`: every byte is checked, not only what the workers complain of. None where all is well.
    """
    fault = _damage(data, thorough=thorough) or _complaint(data.run)
    if not fault:
        return changes.settle(data, settings)
    _log.error("%s: the policy is made anew from the store", fault)
    _tell(data, settings, fault)
    return changes.republish(data, settings, "made anew: the files of the one before were damaged")


def _tell(data: Data, settings: Settings, fault: str) -> None:
    """Files that changed by no hand of ours: a bad disk, or somebody who meddles. People are to hear of it."""
    try:
        with plainly(), contextlib.closing(open_journal(data.root, settings.store.url)) as journal:
            notices.add(journal, notices.TAMPERING, "", "policy", fault, time.time())
    except HushgateError as error:  # the log has its own troubles, and the policy comes first
        _log.warning("that the policy was damaged is not told: %s", error)


def _damage(data: Data, *, thorough: bool) -> str:
    try:
        if thorough:
            Policy.open(data.policy)
        else:
            manifest.current(data.policy)
    except OwnFault as fault:
        return str(fault)
    return ""


def _complaint(run: Path) -> str:
    """What a worker says that had to start with an older generation."""
    for role in control.roles(run):
        if role.startswith("dns-"):
            try:
                fault = control.call(run, role, "status").get("policy_fault")
            except HushgateError:
                continue  # it does not run just now: nothing it could complain of
            if fault:
                return f"{role}: {fault}"
    return ""
