"""A small web in the namespace `world`: pages, images, and a note of who asked for what."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# The smallest picture there is (GIF, 1 × 1).
PICTURE = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")

Page = tuple[str, bytes]  # media type, content


@dataclass
class Web:
    """What is served, and what was asked for."""

    pages: dict[tuple[str, str], Page]  # (host, path) → page
    requests: list[tuple[str, str, str]] = field(default_factory=list)  # client, host, path

    def hosts(self) -> set[str]:
        """Everybody who was asked for anything."""
        return {host for _, host, _ in self.requests}


@contextlib.contextmanager
def serving(pages: dict[tuple[str, str], Page], *addresses: str) -> Iterator[Web]:
    """Serve on port 80 of these addresses of the namespace this thread is in."""
    web = Web(pages)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host, path = self.headers.get("Host", ""), self.path
            web.requests.append((self.client_address[0], host, path))
            kind, content = pages.get((host, path), ("text/plain", b""))
            self.send_response(200 if content else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # its name is http.server's
            """Nothing: `requests` has it."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    class Server6(Server):
        address_family = socket.AF_INET6

    servers = [(Server6 if ":" in address else Server)((address, 80), Handler) for address in addresses]
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield web
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join(10)
            server.server_close()
