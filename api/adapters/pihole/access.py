"""A session for one of our tokens: `POST /auth` gives its `sid`, which goes along as `X-FTL-SID`."""

import time
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response, Security
from fastapi.security import SecurityScopes
from pydantic import BaseModel, ConfigDict, Field

from api.adapters.keys import LASTS, Sessions, by_session
from api.auth.callers import Caller, address_of, by_token
from api.deps import Box
from api.problems import Refused
from gateway.access import Scope, allowed

router = APIRouter()

HEADER = "X-FTL-SID"


class PiholeSessions(Sessions):
    """Those of this adapter."""


class Login(BaseModel):
    """One of our tokens, as a password."""

    model_config = ConfigDict(extra="ignore")

    password: Annotated[str, Field(max_length=200)]


def took(request: Request) -> float:
    """Seconds since the request came."""
    begun: float = getattr(request.state, "begun", time.perf_counter())
    return round(time.perf_counter() - begun, 6)


def may(*any_of: Scope) -> Any:
    """`caller: Caller = may(Scope.READ)`: as deps.scoped, by this adapter's credentials."""
    return Security(_authorised, scopes=[*any_of])


def _authorised(request: Request, needed: SecurityScopes, box: Box) -> Caller:
    caller = by_session(box, box.kept(PiholeSessions), _sid(request), address_of(request))
    if caller is None:
        raise Refused(401, "Unauthorized", hint="POST /api/auth with a token of this box as the password")
    if not allowed(caller.scopes, frozenset(Scope(scope) for scope in needed.scopes)):
        raise Refused(403, f"the token lacks the scope {' or '.join(sorted(needed.scopes))}")
    return caller


def _sid(request: Request) -> str:
    # Not from a cookie, which a browser would send for any page; nor from the URL, which ends up in logs.
    given = request.headers.getlist(HEADER)
    return given[0][:100] if len(given) == 1 else ""


@router.post("/auth")
def login(body: Login, request: Request, box: Box) -> dict[str, Any]:
    """Begin a session."""
    if by_token(box, body.password, address_of(request)) is None:
        raise Refused(401, "the password is not one of this box's tokens")
    sid = box.kept(PiholeSessions).begin(body.password)
    if sid is None:
        raise Refused(429, "API seats exceeded", hint="log out, or wait until a session ends")
    return {"session": _session(sid, "password correct"), "took": took(request)}


@router.get("/auth")
def check(request: Request, box: Box) -> Response:
    """Is there a session?"""
    caller = by_session(box, box.kept(PiholeSessions), _sid(request), address_of(request))
    shown = {"session": _session(_sid(request) if caller else None, ""), "took": took(request)}
    return Response(msgspec.json.encode(shown), 200 if caller else 401, media_type="application/json")


@router.delete("/auth")
def logout(request: Request, box: Box) -> Response:
    """End the session."""
    if not box.kept(PiholeSessions).end(_sid(request)):
        raise Refused(401, "Unauthorized")
    return Response(status_code=204)


def _session(sid: str | None, message: str) -> dict[str, Any]:
    return {
        "valid": sid is not None,
        "totp": False,
        "sid": sid,
        "csrf": sid,
        "validity": int(LASTS) if sid else -1,
        "message": message or ("session valid" if sid else "no session"),
    }
