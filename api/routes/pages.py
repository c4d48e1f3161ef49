"""The panel: one page with its scripts, styles and pictures, from this box alone. No part of the API's document."""

import re

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.convertors import StringConvertor, register_url_convertor

from api import built
from api.built import Built
from api.headers import PAGE_POLICY
from api.problems import Refused, no_such_path

router = APIRouter(include_in_schema=False)

# The first words of the panel's addresses. All of them are one page, which reads the address itself.
PAGES = (
    "setup",
    "welcome",
    "point",
    "phones",
    "log",
    "rules",
    "lists",
    "catalogue",
    "generations",
    "bundles",
    "groups",
    "network",
    "system",
)
_FOREVER = "public, max-age=31536000, immutable"  # what has its content's hash in its name
_ASK_FIRST = "no-cache"  # kept by the browser, and shown once the box has said that it is still so

_NEVER = "no-store"  # after an update it may be there
# Below these, and wherever a file is named, nobody looks for a page.
_FOR_PROGRAMS = re.compile(r"/(v1|api|control|assets|docs|pages)(/|$)|.*\.")

_UNBUILT = "The panel's pages are not built here. `deploy/up` builds them, and says why where it cannot."


class _Page(StringConvertor):
    """An address of the panel, without its first slash."""

    regex = f"(?:{'|'.join(PAGES)})(?:/[^/]+)*/?"

    def to_string(self, value: str) -> str:
        """The other way; it may have slashes."""
        return value


class _File(StringConvertor):
    """The name of a file beside the page."""

    regex = r"[a-z0-9-]+\.(?:js|svg|png|ico|webmanifest|txt)"


register_url_convertor("panel_page", _Page())
register_url_convertor("panel_file", _File())


@router.get("/")
def home(request: Request) -> Response:
    """The panel."""
    return _page(request, "home")


@router.get("/{address:panel_page}")
def page(request: Request, address: str) -> Response:
    """The panel at one of its addresses. For browsers: a program that forgot the /v1 is told so."""
    if not _is_browser(request):
        raise Refused(
            404, f"there is no /{address:.200}", hint="programs ask below /v1; /docs shows what there is"
        )
    return _page(request, address.partition("/")[0])


@router.get("/assets/{name}")
def asset(request: Request, name: str) -> Response:
    """A script, a style, a picture, a table."""
    return _file(request, f"assets/{name}", _FOREVER)


@router.get("/{name:panel_file}")
def beside(request: Request, name: str) -> Response:
    """The service worker, the manifest, an icon: what has a name that does not change."""
    return _file(request, name, _ASK_FIRST)


def install(app: FastAPI) -> None:
    """Have a person at an address that we have not told so by the panel, which knows the way back."""

    @app.exception_handler(404)
    def lost(request: Request, _: Exception) -> Response:
        is_program = _FOR_PROGRAMS.match(request.url.path) or not _is_browser(request)
        if request.method != "GET" or is_program or built.PAGE not in request.app.state.built.parts():
            return no_such_path(request)
        return _file(request, built.PAGE, _NEVER, status=404)


def _is_browser(request: Request) -> bool:
    """Does somebody want to look at a page?"""
    return "text/html" in request.headers.get("accept", "")


def _page(request: Request, word: str) -> Response:
    """The one page. At each address it names the scripts that are needed there first, so that none has to wait."""
    pages: Built = request.app.state.built
    for name in (f"pages/{word}.html", built.PAGE):
        if name in pages.parts():
            return _file(request, name, _ASK_FIRST)
    if not _is_browser(request):
        raise Refused(503, _UNBUILT, hint="the API under /v1 works without them")
    text = (
        f'<!doctype html><html lang="en"><title>Hushgate</title><h1>Hushgate</h1><p>{_UNBUILT}</p></html>\n'
    )
    return Response(text, 503, media_type="text/html")


def _file(request: Request, name: str, caching: str, status: int = 200) -> Response:
    pages: Built = request.app.state.built
    part = pages.parts().get(name)
    if part is None:
        raise Refused(404, "there is no such file")
    encoding = built.best(part, request.headers.get("accept-encoding", ""))
    tag = f'"{part.tag}{encoding}"'
    headers = {"Cache-Control": caching, "ETag": tag, "Vary": "Accept-Encoding"}
    if name.endswith((".html", ".js")):
        # A script may be a service worker: its own answer's policy says what it may load.
        headers["Content-Security-Policy"] = PAGE_POLICY
    known = request.headers.get("if-none-match", "")
    if status == 200 and tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
        return Response(status_code=304, headers=headers)
    content = pages.read(name, encoding)
    if content is None:
        raise Refused(
            503, "the panel is just being built anew", hint="try again", headers={"Retry-After": "1"}
        )
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(content, status, headers, built.kind_of(name))
