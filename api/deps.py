"""What routes ask for: the box, who calls, which scope that needs."""

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import SecurityScopes

from api import parameters
from api.auth.callers import CSRF_HEADER, Caller, caller_of, may_change
from api.auth.schemes import bearer, cookie
from api.box import ApiBox
from api.problems import Refused
from gateway.access import Scope, allowed


async def get_box(request: Request) -> ApiBox:
    """The box that the app was made for."""
    # A coroutine only because FastAPI hands plain functions to a thread: under load 1 ms there and back.
    box: ApiBox = request.app.state.box
    return box


Box = Annotated[ApiBox, Depends(get_box)]


def scoped(*any_of: Scope) -> Any:
    """`caller: Caller = scoped(Scope.READ)`: who calls, and has one of these scopes. Else 401 or 403."""
    return Security(_authorised, scopes=[*any_of])


def _authorised(
    request: Request,
    needed: SecurityScopes,
    box: Box,
    _bearer: Annotated[Any, Depends(bearer)],
    _cookie: Annotated[Any, Depends(cookie)],
) -> Caller:
    caller = caller_of(request, box)
    if caller is None:
        raise Refused(
            401,
            "this needs a token or a login",
            hint="Authorization: Bearer TOKEN; make one with `hushgate token create`",
            headers={"WWW-Authenticate": 'Bearer realm="hushgate"'},
        )
    any_of = frozenset(Scope(scope) for scope in needed.scopes)
    if not allowed(caller.scopes, any_of):
        named = " or ".join(sorted(any_of))
        raise Refused(403, f"this needs the scope {named}", hint="use a token that has it")
    if not may_change(request, caller):
        raise Refused(
            403,
            f"the header {CSRF_HEADER} is missing or wrong",
            hint="GET /v1/session answers with its value as `csrf`",
        )
    parameters.check(request)
    return caller
