"""The application behind `/api`: each answer says how long it `took`, each error has a key and a hint."""

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.adapters.pihole import access, blocking, household, info, queries, stats
from api.box import ApiBox
from api.problems import Refused, status_of
from gateway.errors import HushgateError

PATH = "/api"

_KEYS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "bad_request",
    429: "api_seats_exceeded",
    503: "database_error",
}


def create(box: ApiBox) -> FastAPI:
    """The adapter of one box."""
    app = FastAPI(title="Pi-hole's API", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.box = box
    for room in (access, stats, blocking, queries, household, info):
        app.include_router(room.router)

    @app.middleware("http")
    async def timed(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.begun = time.perf_counter()
        return await go_on(request)

    @app.exception_handler(HushgateError)
    def ours(request: Request, error: HushgateError) -> JSONResponse:
        found = status_of(error)
        return _error(request, found if found in _KEYS else 400, str(error), error.hint)

    @app.exception_handler(Refused)
    def refused(request: Request, error: Refused) -> JSONResponse:
        return _error(request, error.status, str(error), error.hint)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        return _error(request, 400, first["msg"], ".".join(str(part) for part in first["loc"]))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        return _error(request, error.status_code, str(error.detail), "")

    return app


def _error(request: Request, status: int, message: str, hint: str) -> JSONResponse:
    shown = {"key": _KEYS.get(status, "bad_request"), "message": message[:500], "hint": hint[:500] or None}
    return JSONResponse({"error": shown, "took": access.took(request)}, status)
