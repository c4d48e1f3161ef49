"""The doors: what every request has to pass before any route sees it. Streams go through unbuffered.

Whom it is for, whom it comes from, how large and how slow it is. Says nothing about rights.
"""

import asyncio
import re
from collections.abc import MutableMapping
from importlib import import_module
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import headers
from api.auth.callers import SAFE_METHODS, caller_of
from api.box import ApiBox
from api.hosts import Hosts
from api.problems import answer

MAX_BODY = 1_000_000  # bytes
UPLOAD = 16_000_000
STRANGERS_BODY = 65_536  # of whoever has not said who it is: a login is small
HELD = 64_000_000  # bytes of all bodies that are being received: more would not fit on a small box
# Values of a JSON body, whose shortest take thirty times their bytes in memory: commas and brackets, wherever.
MAX_VALUES = 200_000
UPLOAD_VALUES = 1_000_000
BODY_SECONDS = 20.0  # for the whole body
MAX_URL = 8000  # bytes of path and query
UPLOAD_SECONDS = 300.0

# Paths that take more than MAX_BODY. A route checks again what is inside.
UPLOADS = (
    "/v1/bundles",
    "/v1/restore",
    "/v1/rules:bulk",
    "/v1/rules:import",
)
# Of a path as it was sent: what proxies, browsers and we might read in different ways.
_TRICKS = re.compile(rb"//|\\|%2f|%5c|%00|[^\x21-\x7e]|/(?:\.|%2e){1,2}(?:/|;|$)|;", re.IGNORECASE)

_CLOSE = {"Connection": "close"}  # what is still to come of the body is not waited for


class _Refusal(Exception):
    def __init__(self, status: int, detail: str, hint: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.hint = hint


class Doors:
    """Around the whole app, its error pages too."""

    def __init__(self, app: ASGIApp, box: ApiBox, hosts: Hosts) -> None:
        self._app = app
        self._box = box
        self._hosts = hosts
        self._held = _Held()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                return  # there are none: the server refuses what is not accepted
            await self._app(scope, receive, send)
            return
        https, answered = scope["scheme"] == "https", False

        async def dressed(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                message = {**message, "headers": headers.added(given, path=scope["path"], https=https)}
            answered = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            _check_path(scope)
            self._check_host(scope)
            self._check_peer(scope, https=https)
            _check_origin(scope)
            body = _Body(scope, receive, self._held)
            if not body.fits(STRANGERS_BODY) and not await self._is_known(scope):
                body.limit = STRANGERS_BODY
            body.check()
        except _Refusal as refusal:
            response = answer(refusal.status, str(refusal), hint=refusal.hint, headers=_CLOSE)
            await response(scope, receive, dressed)
            return
        try:
            await self._app(scope, body, dressed)
        except Exception:
            if not answered:  # else problems.py has answered and logged it
                raise
        finally:
            body.release()

    async def _is_known(self, scope: Scope) -> bool:
        """Has the caller any rights? Bodies are read before a route asks for that."""
        return await run_in_threadpool(self._knows, Request(scope))

    def _knows(self, request: Request) -> bool:
        if caller_of(request, self._box) is not None:
            return True
        # Its clients send all rules of a household at once.
        if "adguardhome" in self._box.settings.panel.adapters and request.url.path.startswith("/control/"):
            return bool(import_module("api.adapters.adguardhome.access").is_known(request, self._box))
        return False

    def _check_host(self, scope: Scope) -> None:
        given = _all(scope, b"host")
        if len(given) != 1:
            raise _Refusal(400, "a request needs one Host header")
        server = scope.get("server") or ("", 0)
        if not self._hosts.is_ours(given[0], str(server[0])):
            raise _Refusal(
                421,
                "this box is not called that",
                "use its address, or add the name to [panel] hosts in the settings",
            )

    def _check_peer(self, scope: Scope, *, https: bool) -> None:
        peer = str((scope.get("client") or ("", 0))[0])
        if not self._hosts.may_ask(peer):
            raise _Refusal(
                403,
                f"{peer} is not of this network",
                "add its network to [panel] allow in the settings"
                + (
                    ""
                    if https
                    else "; over plain HTTP everybody between could read along: set [panel] tls too"
                ),
            )


class _Held:
    """Bytes of all bodies that have come and are not done with."""

    def __init__(self) -> None:
        self.bytes = 0


class _Body:
    """Hands on the request's body, up to its limits of size and time."""

    def __init__(self, scope: Scope, receive: Receive, held: _Held) -> None:
        large = scope["path"].startswith(UPLOADS)
        self.limit = UPLOAD if large else MAX_BODY
        self._receive = receive
        self._held = held
        self._seconds = UPLOAD_SECONDS if large else BODY_SECONDS
        self._until: float | None = None
        self._got = 0
        self._is_json = any("json" in kind.lower() for kind in _all(scope, b"content-type"))
        self._values_left = UPLOAD_VALUES if large else MAX_VALUES
        self._ended = False
        lengths, self._chunked = _all(scope, b"content-length"), bool(_all(scope, b"transfer-encoding"))
        if len(lengths) > 1 or (lengths and self._chunked):
            raise _Refusal(400, "the request says in two ways how long it is")
        if lengths and not re.fullmatch(r"[0-9]{1,18}", lengths[0]):
            raise _Refusal(400, "the Content-Length is no number")
        self._told = int(lengths[0]) if lengths else 0

    def fits(self, limit: int) -> bool:
        """Is it known to be no larger?"""
        return not self._chunked and self._told <= limit

    def check(self) -> None:
        """Raises the refusal of one that says that it is too large."""
        if self._told > self.limit:
            raise _Refusal(413, self._too_large())

    def release(self) -> None:
        """The request is done."""
        self._held.bytes -= self._got
        self._got = 0

    async def __call__(self) -> Message:
        """The next part. Raises HTTPException 413, 408 or 503."""
        if self._ended:
            return await self._receive()  # waits for the client to go away: that may take long
        loop = asyncio.get_running_loop()
        if self._until is None:
            self._until = loop.time() + self._seconds
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"the body did not come within {self._seconds:.0f} s", _CLOSE) from None
        if message["type"] == "http.request":
            part = message.get("body", b"")
            size = len(part)
            self._got += size
            self._held.bytes += size
            self._ended = not message.get("more_body", False)
            if self._got > self.limit:
                raise HTTPException(413, self._too_large(), _CLOSE)
            if self._is_json:
                self._values_left -= part.count(b",") + part.count(b"[") + part.count(b"{")
                if self._values_left < 0:
                    raise HTTPException(413, "the body holds too many values", _CLOSE)
            if self._held.bytes > HELD:
                raise HTTPException(503, "too many uploads at once", {**_CLOSE, "Retry-After": "10"})
        else:
            self._ended = True
        return message

    def _too_large(self) -> str:
        return f"the body is larger than {self.limit} bytes"


def _check_path(scope: MutableMapping[str, Any]) -> None:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    if not raw.startswith(b"/") or _TRICKS.search(raw):
        raise _Refusal(
            400, "the path is not in its plain form", hint="no //, no dots alone, no encoded slashes"
        )
    if len(raw) + len(scope["query_string"]) > MAX_URL:
        raise _Refusal(414, f"the address is longer than {MAX_URL} bytes")


def _check_origin(scope: MutableMapping[str, Any]) -> None:
    """What changes something must come from our own page, or from no page at all."""
    if scope["method"] in SAFE_METHODS:
        return
    own = f"{scope['scheme']}://{_all(scope, b'host')[0]}".lower()
    origins = _all(scope, b"origin")
    sites = _all(scope, b"sec-fetch-site")
    if any(origin.lower() != own for origin in origins) or any(site != "same-origin" for site in sites):
        raise _Refusal(403, "another site's page may change nothing here")


def _all(scope: MutableMapping[str, Any], name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key == name]
