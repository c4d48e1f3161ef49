"""A web server for lists that can misbehave: real HTTP on loopback, port 0."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Page = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the page of its path."""

    protocol_version = "HTTP/1.1"
    server: "ListServer"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.close_connection = True
        page = self.server.pages.get(self.path.partition("?")[0])
        # A client that has had enough hangs up; that is what some of these pages are for.
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            if page is None:
                self.reply(404, b"not here")
            else:
                page(self)

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole, honest answer; `content_type="text/plain"` becomes a header of that name."""
        self.head(status, Content_Length=str(len(body)), **headers)
        self.wfile.write(body)

    def head(self, status: int, **headers: str) -> None:
        """The head of an answer, whose body the page writes itself."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


class ListServer(ThreadingHTTPServer):
    """`pages` maps paths to what answers, `asked` keeps (path, headers), `stopping` is set at the end."""

    def __init__(self, pages: dict[str, Page], context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = pages
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()
        self.port: int = self.server_address[1]
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self._context is None:
            super().finish_request(request, client_address)
            return
        with contextlib.suppress(ssl.SSLError, ConnectionError):  # a client that trusts us not hangs up
            secured = self._context.wrap_socket(request, server_side=True)
            with secured:
                super().finish_request(secured, client_address)


@contextlib.contextmanager
def serving(pages: dict[str, Page], context: ssl.SSLContext | None = None) -> Iterator[ListServer]:
    """A running server."""
    with ListServer(pages, context) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()


def text(body: bytes, **headers: str) -> Page:
    """A page that answers 200 with this body."""
    return lambda handler: handler.reply(200, body, **headers)


def redirect(location: str, status: int = 302) -> Page:
    """A page that sends the asker on."""
    return lambda handler: handler.reply(status, Location=location)
