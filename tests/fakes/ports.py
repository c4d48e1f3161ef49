"""Port numbers for servers of tests, each given to nobody else: not to another worker, nor by the kernel.

A port that the kernel chose and that was let go again may be anybody's a moment later: with several workers, and
thousands of queries from ports of their own, it sometimes is.
"""

import contextlib
import errno
import itertools
import socket
from collections.abc import Iterator

_FIRST, _END = 10_000, 32_768  # from there on the kernel gives them to whoever names none (ip(7))
_BLOCK = 64  # so that few descriptors are needed, which one process has only 1024 of

_reserved: list[socket.socket] = []  # for as long as this process lives


def free_port() -> int:
    """A port that is free for UDP and TCP at every address, and stays so until it is used. Never the same twice."""
    return next(_free)


def _ports() -> Iterator[int]:
    for first in range(_FIRST, _END - _BLOCK, _BLOCK):
        if _reserve(first):
            yield from filter(_is_free, range(first, first + _BLOCK))
    raise OSError(f"no block of ports from {_FIRST} to {_END} is free")


_free = _ports()


def _reserve(first: int) -> bool:
    """Is this block ours now? Its sign is an abstract socket (unix(7)): it ends with the process, however that ends.

    As the ports do, it belongs to the network namespace.
    """
    sign = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        sign.bind(f"\0hushgate-tests-ports-{first}")
    except OSError:
        sign.close()
        return False
    _reserved.append(sign)
    return True


def _is_free(port: int) -> bool:
    """Is it nobody's? Not everybody who listens is a test."""
    families = ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::"))
    with contextlib.ExitStack() as stack:
        for (family, address), kind in itertools.product(families, (socket.SOCK_DGRAM, socket.SOCK_STREAM)):
            try:
                sock = stack.enter_context(socket.socket(family, kind))
                if family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                sock.bind((address, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return False  # any other: a machine without IPv6
    return True
