"""The application behind `/control`: AdGuard Home's errors are plain text, and so are ours here."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from api.adapters.adguardhome import access, filtering, lists, neutral, querylog, stats, status
from api.box import ApiBox
from api.problems import Refused, status_of
from gateway.errors import HushgateError

PATH = "/control"


def create(box: ApiBox) -> FastAPI:
    """The adapter of one box."""
    app = FastAPI(title="AdGuard Home's API", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.box = box
    for room in (access, status, stats, filtering, lists, querylog, neutral):
        app.include_router(room.router)

    @app.exception_handler(HushgateError)
    def ours(_: Request, error: HushgateError) -> PlainTextResponse:
        found = status_of(error)
        # Its clients know 400 for whatever is wrong with a request, and 404 for a box that is too old.
        return _text(found if found >= 500 else 400, error)

    @app.exception_handler(Refused)
    def refused(_: Request, error: Refused) -> PlainTextResponse:
        return PlainTextResponse(_line(str(error)), error.status, error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> PlainTextResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return PlainTextResponse(_line(f"{where}: {first['msg']}"), 400)

    @app.exception_handler(HTTPException)
    def http(_: Request, error: HTTPException) -> PlainTextResponse:
        return PlainTextResponse(_line(str(error.detail)), error.status_code, dict(error.headers or {}))

    return app


def _text(code: int, error: HushgateError) -> PlainTextResponse:
    return PlainTextResponse(_line(f"{error} ({error.hint})" if error.hint else str(error)), code)


def _line(text: str) -> str:
    return f"{text[:500]}\n"
