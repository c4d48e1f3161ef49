"""HTTP Basic with any name and one of our tokens as the password, or the cookie that `/login` gives for it."""

import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response, Security
from fastapi.security import SecurityScopes
from pydantic import BaseModel, Field

from api.adapters.keys import Sessions, by_session
from api.auth.callers import SAFE_METHODS, Caller, address_of, by_token
from api.box import ApiBox
from api.deps import Box
from api.problems import Refused
from gateway.access import Scope, allowed

router = APIRouter()

COOKIE = "agh_session"
MAX_HEADER = 1000  # characters of credentials; ours have 50


class AghSessions(Sessions):
    """Those of this adapter."""


class Login(BaseModel):
    """As its login page sends it."""

    name: Annotated[str, Field(max_length=200)] = ""
    password: Annotated[str, Field(max_length=200)]


def may(*any_of: Scope) -> Any:
    """`caller: Caller = may(Scope.READ)`: as deps.scoped, by this adapter's credentials."""
    return Security(_authorised, scopes=[*any_of])


def _authorised(request: Request, needed: SecurityScopes, box: Box) -> Caller:
    caller = _caller(request, box)
    if caller is None:
        raise Refused(
            401,
            "any name, and a token of this box as the password",
            headers={"WWW-Authenticate": 'Basic realm="hushgate"'},
        )
    if not allowed(caller.scopes, frozenset(Scope(scope) for scope in needed.scopes)):
        raise Refused(403, f"the token lacks the scope {' or '.join(sorted(needed.scopes))}")
    return caller


def _caller(request: Request, box: Box) -> Caller | None:
    given = request.headers.getlist("authorization")
    if given:
        return by_token(box, _password(given[0]), address_of(request)) if len(given) == 1 else None
    session = request.cookies.get(COOKIE, "")
    if not session:
        return None
    caller = by_session(box, box.kept(AghSessions), session, address_of(request))
    json = request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"
    if caller is not None and request.method not in SAFE_METHODS and not json:
        # A page of somebody else's can have a browser send forms with our cookie, but no JSON.
        raise Refused(415, "with a cookie only application/json is taken")
    return caller


def is_known(request: Request, box: ApiBox) -> bool:
    """For the doors: has the request credentials of this adapter? Only those that no browser sends by itself."""
    given = request.headers.getlist("authorization")
    return len(given) == 1 and by_token(box, _password(given[0]), address_of(request)) is not None


def _password(header: str) -> str:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > MAX_HEADER:
        return ""
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


@router.post("/login")
def login(body: Login, request: Request, box: Box) -> Response:
    """Trade a token for a cookie."""
    if by_token(box, body.password, address_of(request)) is None:
        raise Refused(403, "the password is not one of this box's tokens")
    made = box.kept(AghSessions).begin(body.password)
    if made is None:
        raise Refused(429, "too many sessions are open")
    answer = Response()
    answer.set_cookie(
        COOKIE,
        made,
        path="/control",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.get("/logout")
def logout(request: Request, box: Box) -> Response:
    """End the session of the cookie."""
    box.kept(AghSessions).end(request.cookies.get(COOKIE, ""))
    answer = Response()
    answer.delete_cookie(COOKIE, path="/control")
    return answer
