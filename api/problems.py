"""Errors as people and programs get them: problem documents (RFC 9457) with a hint. Made nowhere else."""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.hints import for_requests
from gateway.errors import Conflict, HushgateError, Missing, OwnFault, SettingsError, Stale, UsageError

MEDIA_TYPE = "application/problem+json"
MAX_FAULTS = 20  # places of a body that are named

_log = logging.getLogger(__name__)

# The first that fits: the special ones before the general.
_STATUS: tuple[tuple[type[HushgateError], int], ...] = (
    (Missing, 404),
    (Stale, 412),
    (Conflict, 409),
    (UsageError, 422),
    (SettingsError, 422),
    (OwnFault, 503),
)


# What pydantic says most often, said plainly.
_WORDS = {"missing": "is missing", "extra_forbidden": "there is no such field"}


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="`body.text`, `query.limit`")
    what: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    hint: str = Field("", description="What to do about it.")
    errors: list[Fault] = []


class Refused(Exception):
    """A request that is turned away with this status."""

    def __init__(
        self, status: int, detail: str, *, hint: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.hint = hint
        self.headers = headers


def responses(*codes: int) -> dict[int | str, dict[str, Any]]:
    """For the document: a route may answer with these."""
    return {
        code: {
            "model": Problem,
            "description": HTTPStatus(code).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for code in codes
    }


def answer(
    status: int,
    detail: str = "",
    *,
    hint: str = "",
    errors: list[Fault] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A problem document. It is of this moment: the same address may have a page the next time, or for a browser."""
    problem = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, hint=hint, errors=errors or []
    )
    return JSONResponse(
        problem.model_dump(), status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE
    )


def status_of(error: HushgateError) -> int:
    """The HTTP status of one of our errors."""
    return next((code for kind, code in _STATUS if isinstance(error, kind)), 500)


def install(app: FastAPI) -> None:
    """Have every error of `app` answered in this way."""

    @app.exception_handler(HushgateError)
    def ours(_: Request, error: HushgateError) -> JSONResponse:
        status = status_of(error)
        if status >= 500:
            _log.error("%s", error)
        return answer(status, str(error), hint=for_requests(error.hint))

    @app.exception_handler(Refused)
    def refused(_: Request, error: Refused) -> JSONResponse:
        return answer(error.status, str(error), hint=error.hint, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        found = error.errors()
        faults = [_fault(one) for one in found[:MAX_FAULTS]]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        said = "".join(f"{one.where}: {one.what}{more}" for one in faults[:1])
        return answer(422, said, hint="/docs shows what goes here", errors=faults)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return no_such_path(request)
        headers = dict(error.headers or {})
        detail, hint = str(error.detail), ""
        if error.status_code == 405:
            detail = f"{request.url.path:.200} takes no {request.method:.20}"
            headers["Allow"] = ", ".join(_methods(request))  # the router names those of one route only
            hint = f"it takes {headers['Allow']}"
        return answer(error.status_code, detail, hint=hint, headers=headers)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        _log.error(
            "%s %a failed", request.method, request.url.path, exc_info=error
        )  # one line, whatever was asked
        return answer(500, "Hushgate failed here", hint="its log says more; please report it")


def no_such_path(request: Request) -> JSONResponse:
    """What a program is told that asked for something we have not."""
    return answer(404, f"there is no {request.url.path:.200}", hint="/docs shows what there is")


def _methods(request: Request) -> Iterator[str]:
    """What the path of a request takes."""
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            yield method


def _fault(one: Mapping[str, Any]) -> Fault:
    """What pydantic found, in words for people."""
    kind, said = one["type"], str(one["msg"])[:500]
    if kind == "json_invalid":  # its place is a number of characters, which reads like a field
        return Fault(where="body", what=f"no JSON: {one.get('ctx', {}).get('error', '')}".removesuffix(": "))
    where = ".".join(str(part) for part in one["loc"])[:200]
    return Fault(where=where, what=_WORDS.get(kind, said.removeprefix("Value error, ")))
