"""The cookie of a login: how it is set, read and taken back."""

import re

from fastapi import Request, Response

from api.auth.schemes import COOKIE
from gateway.store.logins import ABSOLUTE

_SECURE_COOKIE = f"__Host-{COOKIE}"  # no other host and no plain HTTP can set one of this name (RFC 6265bis)
_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")


def set_cookie(request: Request, response: Response, secret: str) -> None:
    """Have the browser keep it: for this host alone, out of reach of scripts and of other sites' requests."""
    secure = _is_secure(request)
    response.set_cookie(
        _name(request),
        secret,
        max_age=ABSOLUTE,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def clear_cookie(request: Request, response: Response) -> None:
    """Have the browser forget it."""
    response.delete_cookie(
        _name(request), path="/", secure=_is_secure(request), httponly=True, samesite="strict"
    )


def read_cookie(request: Request) -> str:
    """Its value; "" where there is none that could be ours, or more than one: somebody else has set the other."""
    name = _name(request)
    found = [
        value.strip().strip('"')
        for header in request.headers.getlist("cookie")
        for key, _, value in (part.partition("=") for part in header.split(";"))
        if key.strip() == name
    ]
    return found[0] if len(found) == 1 and _VALUE.fullmatch(found[0]) else ""


def _name(request: Request) -> str:
    return _SECURE_COOKIE if _is_secure(request) else COOKIE


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"
