"""`/docs`: the API's documentation, from this box alone. No part of the API's document itself."""

import functools
import gc
import threading
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api import frugal
from api.problems import Refused

router = APIRouter(include_in_schema=False)

_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_OWN = "docs.js"
_SWAGGER = ("swagger-ui.css", "swagger-ui-bundle.js")
_MAKING = threading.Lock()
_CACHED = {"Cache-Control": "max-age=3600"}


@router.get("/docs")
def docs() -> Response:
    """The API's documentation."""
    return _page("docs.html")


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    """The API's document, for programs."""
    with _MAKING:
        state = request.app.state
        if not hasattr(state, "document"):
            state.document = msgspec.json.encode(request.app.openapi())
            gc.collect()
            frugal.give_back()
        return Response(state.document, media_type="application/json")


@router.get("/docs/{name}")
def swagger(name: str) -> Response:
    """Script or style of Swagger UI, which shows the documentation; and the script that starts it."""
    if name == _OWN:
        return _page(name)
    if name not in _SWAGGER:
        raise Refused(404, "there is no such file")
    # Read for each request: it is 1.3 MB that nobody needs most of the time.
    content = _swagger_folder().joinpath(name).read_bytes()
    return Response(content, media_type=_TYPES[name.rpartition(".")[2]], headers=_CACHED)


def _page(name: str) -> Response:
    content = resources.files("api").joinpath("pages", name).read_bytes()
    return Response(content, media_type=_TYPES[name.rpartition(".")[2]])


@functools.cache
def _swagger_folder() -> Traversable:
    vendor = resources.files("swagger_ui_bundle").joinpath("vendor")
    return next(folder for folder in vendor.iterdir() if folder.name.startswith("swagger-ui-"))
