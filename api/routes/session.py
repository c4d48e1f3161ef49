"""`/v1/setup`, `/v1/session`, `/v1/sessions`: the first password, logging in and out, who is logged in."""

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.auth.callers import Caller, address_of
from api.auth.cookies import clear_cookie, read_cookie, set_cookie
from api.auth.entrance import Entrance, get_entrance
from api.deps import Box, scoped
from api.paging import Page
from api.problems import Refused, responses
from api.schemas.session import (
    CallerPublic,
    SessionCreate,
    SessionPublic,
    SessionStarted,
    SetupCreate,
    SetupPublic,
)
from gateway import setup_link
from gateway.access import Scope
from gateway.author import Author
from gateway.store import accounts, logins
from gateway.store.accounts import ADMIN
from gateway.store.engine import Session

router = APIRouter(prefix="/v1", tags=["session"])

At = Annotated[Entrance, Depends(get_entrance)]
_ANYBODY = scoped(*Scope)
_ADMIN = scoped(Scope.ADMIN)


@router.get("/setup", responses=responses(503))
def setup_state(box: Box) -> SetupPublic:
    """What a login page has to ask for. Open to all."""
    with box.works.reading() as session:
        account = accounts.find_account(session)
    return SetupPublic(needed=account is None, second_factor=bool(account and account.totp))


@router.post("/setup", status_code=201, responses=responses(403, 409, 413, 422, 429, 503))
def setup(body: SetupCreate, request: Request, response: Response, box: Box, entrance: At) -> SessionStarted:
    """Set the first password, with the token of the one-time setup link, and log in."""
    address = address_of(request)
    entrance.check_setup(box, address, body.token)
    password = entrance.passwords.hashed(body.password)
    now = int(time.time())
    with box.works.noting(Author(ADMIN, address), "password set by the setup link") as session:
        if not setup_link.is_valid(session, body.token, now):  # somebody else was quicker
            raise Refused(403, "this setup link is not valid, or no longer")
        setup_link.spend(session)
        accounts.add_account(session, password, now=now)
        started, secret = _start(session, request, address, now)
    entrance.passed(address)
    set_cookie(request, response, secret)
    return started


@router.post("/session", responses=responses(401, 403, 409, 413, 422, 429, 503))
def log_in(
    body: SessionCreate, request: Request, response: Response, box: Box, entrance: At
) -> SessionStarted:
    """Log in. The answer brings the cookie and what goes with each change."""
    address = address_of(request)
    account = entrance.prove(box, address, body.password, body.code)
    now = int(time.time())
    with box.works.noting(Author(account.name, address), "logged in") as session:
        _check_same(session, account)
        _end(session, request, now)
        started, secret = _start(session, request, address, now)
    set_cookie(request, response, secret)
    return started


@router.get("/session", responses=responses(401, 403, 503))
def who(request: Request, caller: Caller = _ANYBODY) -> CallerPublic:
    """Who asks: for a browser its login, for a program its token."""
    csrf = logins.csrf_token(read_cookie(request)) if caller.login else ""
    return CallerPublic(name=caller.name, scopes=sorted(caller.scopes), csrf=csrf)


@router.delete("/session", status_code=204, responses=responses(401, 403, 409, 503))
def log_out(request: Request, box: Box, caller: Caller = _ADMIN) -> Response:
    """Log out."""
    if caller.login is None:
        raise Refused(409, "a token is no login", hint="revoke it by DELETE /v1/tokens/{id}")
    with box.works.noting(caller.author, "logged out") as session:
        _end(session, request, int(time.time()))
    response = Response(status_code=204)
    clear_cookie(request, response)
    return response


@router.get("/sessions", responses=responses(401, 403, 503))
def list_all(box: Box, caller: Caller = _ADMIN) -> Page[SessionPublic]:
    """Browsers that are logged in, newest first."""
    with box.works.reading() as session:
        found = logins.list_logins(session, time.time())
    return Page(items=[SessionPublic.of(login, caller.login) for login in found], next="")


@router.delete("/sessions/{id}", status_code=204, responses=responses(401, 403, 404, 422, 503))
def end(id: Annotated[str, Path(max_length=64)], box: Box, caller: Caller = _ADMIN) -> Response:
    """Log a browser out."""
    with box.works.noting(caller.author, "login ended", id[:16]) as session:
        logins.remove_login(session, id)
    return Response(status_code=204)


def _start(session: Session, request: Request, address: str, now: int) -> tuple[SessionStarted, str]:
    agent = request.headers.get("user-agent", "")
    login, secret = logins.add_login(session, ADMIN, now=now, address=address, agent=agent)
    csrf = logins.csrf_token(secret)
    return SessionStarted(account=login.account, csrf=csrf, expires=login.expires), secret


def _end(session: Session, request: Request, now: int) -> None:
    """The login of this browser, if it has one: a new one never goes on with an old cookie."""
    secret = read_cookie(request)
    login = logins.find_login(session, secret, now) if secret else None
    if login is not None:
        logins.remove_login(session, login.number)


def _check_same(session: Session, proven: accounts.Account) -> None:
    """The password may have been changed while the old one was being checked."""
    account = accounts.find_account(session)
    if account is None or account.password != proven.password:
        raise Refused(401, "password or code is wrong")
