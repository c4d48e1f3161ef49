"""Connections for list downloads: one look-up of the name, checked, then used; never a second one.

So a name that rebinds between check and connection gains nothing. The whole download shares one deadline,
which a server cannot stretch by sending a byte now and then.
"""

import functools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from pathlib import Path

import certifi
import httpcore
import msgspec

from gateway.policy.fetching import targets
from gateway.policy.fetching.targets import SourceFault

CONNECT_SECONDS = 10.0  # for each address, so that a dead IPv6 route leaves time for IPv4
MAX_ADDRESSES = 4  # tried in the resolver's order


class Deadline:
    """The end of all patience with one source."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds left, above zero. Raises SourceFault when there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> SourceFault:
        """What to raise when time is up."""
        return SourceFault(f"not finished after {self._seconds:g} s", hint="see lists.timeout_seconds")


def resolve(host: str, port: int, timeout: float) -> tuple[str, ...]:
    """The addresses of `host` by the system's resolver, in its order of preference. Raises SourceFault."""
    found: list[tuple[str, ...] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.append(tuple(dict.fromkeys(str(info[4][0]) for info in infos)))
        except (OSError, UnicodeError) as error:
            found.append(error)

    # getaddrinfo knows no timeout. The thread may outlive the question, and ends by itself.
    thread = threading.Thread(target=ask, name=f"resolve {host}", daemon=True)
    thread.start()
    thread.join(timeout)
    if not found:
        raise SourceFault(f"no address for {host}: the resolver is silent")
    answer = found[0]
    if not isinstance(answer, tuple):
        raise SourceFault(f"no address for {host}: {answer}")
    return answer


def connect(address: str, port: int, timeout: float) -> socket.socket:
    """A TCP connection. Raises OSError."""
    return socket.create_connection((address, port), timeout)


@functools.cache
def trust() -> ssl.SSLContext:
    """The certificates of the system; those that came with us where it has none."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())):
        return ssl.create_default_context()
    return ssl.create_default_context(cafile=certifi.where())


class Network(msgspec.Struct, frozen=True):
    """What the outside is reached with; tests hand in their own."""

    resolve: Callable[[str, int, float], tuple[str, ...]] = resolve  # host, port, seconds → addresses
    connect: Callable[[str, int, float], socket.socket] = connect  # address, port, seconds
    trust: Callable[[], ssl.SSLContext] = trust


class CheckedBackend(httpcore.NetworkBackend):
    """Opens connections for httpcore, to checked addresses only."""

    def __init__(self, network: Network, deadline: Deadline, *, allow_private: bool) -> None:
        self._network = network
        self._deadline = deadline
        self._allow_private = allow_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline counts
        local_address: str | None = None,  # noqa: ARG002 - we choose none
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """A connection to one of the host's addresses. Raises SourceFault."""
        addresses = self._addresses(host, port)
        failed = ""
        for address in addresses:
            seconds = min(self._deadline.left(), CONNECT_SECONDS)
            try:
                return _Stream(self._network.connect(address, port, seconds), self._deadline)
            except OSError as error:
                failed = f"{address}: {error}"
        self._deadline.left()
        raise SourceFault(f"cannot connect to {host} ({failed or 'no address'})")

    def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        try:
            addresses: tuple[str, ...] = (str(ip_address(host)),)
        except ValueError:
            addresses = self._network.resolve(host, port, self._deadline.left())
        if not self._allow_private:
            targets.check(host, addresses)
        return addresses[:MAX_ADDRESSES]


class _Stream(httpcore.NetworkStream):
    """A socket under the deadline. Faults are SourceFault, so that no error of a library leaves the room."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._socket = sock
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        self._socket.settimeout(self._deadline.left())
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError:
            raise self._deadline.passed() from None
        except OSError as error:
            raise SourceFault(f"connection lost: {error}") from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._socket.settimeout(self._deadline.left())
        try:
            self._socket.sendall(buffer)
        except TimeoutError:
            raise self._deadline.passed() from None
        except OSError as error:
            raise SourceFault(f"connection lost: {error}") from None

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        self._socket.settimeout(self._deadline.left())  # for the whole handshake, not each packet of it
        try:
            return _Stream(
                ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline
            )
        except TimeoutError:
            fault = self._deadline.passed()
        except ssl.SSLCertVerificationError as error:
            fault = SourceFault(
                f"the server's certificate is refused: {error.verify_message}",
                hint="is the box's clock right?" if "valid" in error.verify_message else "",
            )
        except (OSError, ValueError) as error:
            fault = SourceFault(f"no TLS: {error}")
        self._socket.close()
        raise fault
