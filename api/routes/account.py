"""`/v1/account`: the password and the second factor of the one who logs in."""

import time
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request

from api import qr
from api.auth import codes
from api.auth.callers import Caller
from api.auth.entrance import Entrance, get_entrance
from api.deps import Box, scoped
from api.problems import responses
from api.schemas.account import (
    AccountPublic,
    CodeCheck,
    Enrolment,
    LoginsEnded,
    PasswordChange,
    Proof,
    RecoveryCodes,
)
from gateway.access import Scope
from gateway.errors import Conflict, Missing, UsageError
from gateway.store import accounts, logins
from gateway.store.engine import Session
from gateway.store.secrets import get_secret, remove_secret, set_secret

router = APIRouter(prefix="/v1/account", tags=["account"])

At = Annotated[Entrance, Depends(get_entrance)]
_ADMIN = scoped(Scope.ADMIN)

ENROL_SECONDS = 600  # for which a new second factor waits for its first code
_PENDING = "second factor"


class _Pending(msgspec.Struct, frozen=True):
    secret: str
    expires: int


@router.get("", dependencies=[_ADMIN], responses=responses(401, 403, 404, 503))
def read(box: Box) -> AccountPublic:
    """The account, without its secrets."""
    with box.works.reading() as session:
        return AccountPublic.of(_account(session))


@router.post("/password", responses=responses(401, 403, 409, 413, 422, 429, 503))
def change_password(body: PasswordChange, box: Box, entrance: At, caller: Caller = _ADMIN) -> LoginsEnded:
    """Set another password. All other logins end; tokens stay."""
    entrance.prove(box, caller.address, body.password, body.code)
    stored = entrance.passwords.hashed(body.new)
    with box.works.noting(caller.author, "password changed") as session:
        accounts.set_password(session, stored, now=int(time.time()))
        ended = logins.remove_logins(session, but=caller.login.id if caller.login else "")
    return LoginsEnded(ended=ended)


@router.post("/totp", responses=responses(401, 403, 409, 413, 422, 429, 503))
def enrol(body: Proof, request: Request, box: Box, entrance: At, caller: Caller = _ADMIN) -> Enrolment:
    """Begin a second factor. It counts once its first code has come; one that is there counts until then."""
    account = entrance.prove(box, caller.address, body.password, body.code)
    now = int(time.time())
    pending = _Pending(codes.new_secret(), now + ENROL_SECONDS)
    with box.works.noting(caller.author, "second factor begun") as session:
        set_secret(session, _PENDING, msgspec.json.encode(pending).decode(), now=now)
    uri = codes.uri(pending.secret, account.name, request.url.hostname or "hushgate")
    return Enrolment(secret=pending.secret, uri=uri, svg=qr.picture(uri), expires=pending.expires)


@router.post("/totp:confirm", responses=responses(401, 403, 409, 413, 422, 503))
def confirm(body: CodeCheck, box: Box, caller: Caller = _ADMIN) -> RecoveryCodes:
    """Have the second factor count, by its first code. The answer brings recovery codes."""
    now = int(time.time())
    recovery = codes.new_recovery()
    with box.works.noting(caller.author, "second factor set") as session:
        value = get_secret(session, _PENDING)
        pending = msgspec.json.decode(value, type=_Pending) if value else None
        if pending is None or now >= pending.expires:
            raise Conflict("no second factor waits for a code", hint="begin with POST /v1/account/totp")
        step = codes.step_of(pending.secret, body.code, now)
        if step is None:
            raise UsageError(
                "the code is wrong", hint="is the clock of the phone right, and that of the box?"
            )
        accounts.set_second_factor(session, pending.secret, recovery, step=step, now=now)
        remove_secret(session, _PENDING)
    return RecoveryCodes(codes=list(recovery))


@router.post("/totp:remove", responses=responses(401, 403, 409, 413, 422, 429, 503))
def remove(body: Proof, box: Box, entrance: At, caller: Caller = _ADMIN) -> AccountPublic:
    """Do without a second factor."""
    entrance.prove(box, caller.address, body.password, body.code)
    with box.works.noting(caller.author, "second factor removed") as session:
        accounts.set_second_factor(session, "", (), step=0, now=int(time.time()))
        return AccountPublic.of(_account(session))


@router.post("/recovery", responses=responses(401, 403, 409, 413, 422, 429, 503))
def renew_recovery(body: Proof, box: Box, entrance: At, caller: Caller = _ADMIN) -> RecoveryCodes:
    """New recovery codes; those before count no more."""
    account = entrance.prove(box, caller.address, body.password, body.code)
    if not account.totp:
        raise Conflict("there is no second factor", hint="begin with POST /v1/account/totp")
    recovery = codes.new_recovery()
    with box.works.noting(caller.author, "recovery codes renewed") as session:
        accounts.set_recovery(session, recovery, now=int(time.time()))
    return RecoveryCodes(codes=list(recovery))


def _account(session: Session) -> accounts.Account:
    account = accounts.find_account(session)
    if account is None:
        raise Missing("no password is set yet", hint="`hushgate account setup-link` prints a link to set one")
    return account
