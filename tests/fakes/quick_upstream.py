"""An upstream that gives every question the same answer, and fast: for tests that ask by the ten thousand.

A process of its own. UDP alone, no library, so that it costs little and fails at nothing it is asked.
"""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ADDRESS = "203.0.113.7"
_RECORD = b"\xc0\x0c\0\1\0\1\0\0\x01\x2c\0\4" + socket.inet_aton(ADDRESS)


@contextlib.contextmanager
def answering() -> Iterator[str]:
    """Its URL. A questions get ADDRESS, all others none."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.quick_upstream"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield f"udp://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


def reply_to(query: bytes) -> bytes:
    """The question as it came, and the record."""
    end = 12
    while query[end]:
        end += 1 + query[end]
    end += 5
    found = query[end - 4 : end] == b"\0\1\0\1"
    counts = b"\0\1\0\1\0\0\0\0" if found else b"\0\1\0\0\0\0\0\0"
    return query[:2] + b"\x81\x80" + counts + query[12:end] + (_RECORD if found else b"")


def main() -> None:
    """Answer until killed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind(("127.0.0.1", 0))
        print(sock.getsockname()[1], flush=True)
        while True:
            query, peer = sock.recvfrom(4096)
            sock.sendto(reply_to(query), peer)


if __name__ == "__main__":
    main()
