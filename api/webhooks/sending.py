"""One message to one receiver: to a checked address, within a deadline, and without following it anywhere else.

Whoever may set a webhook must not be able to have the box speak to its own neighbours (server-side request
forgery), nor learn what they answer: of an answer only the status is looked at.
"""

from ipaddress import ip_address
from typing import TYPE_CHECKING

import msgspec

from gateway.errors import HushgateError, UsageError
from gateway.policy.fetching import targets
from gateway.policy.fetching.targets import SourceFault, Target

if TYPE_CHECKING:
    import httpcore

PATIENCE = 10.0  # seconds from the look-up of the name to the status of the answer
GONE = 410  # RFC 9110 §15.5.11: the receiver wants no more


class SendFault(HushgateError):
    """The receiver did not take it; `status` is what it answered, 0 for nothing."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Message(msgspec.Struct, frozen=True):
    """What is sent."""

    headers: list[tuple[str, str]]
    body: bytes


def check(url: str, *, allow_private: bool) -> Target:
    """Where that would go. Raises UsageError for an address that can be seen to be unfit at once."""
    try:
        target = targets.parse(url)
        if target.user:
            raise UsageError(
                "the URL holds a name or password", hint="put a secret into its path, if need be"
            )
        if not allow_private:
            _check_literal(target)
    except SourceFault as fault:
        raise UsageError(f"not usable for a webhook: {fault}", hint=_hint(fault)) from None
    return target


def send(url: str, message: Message, *, allow_private: bool) -> int:
    """The receiver's status, one of 200 to 299. Raises SendFault for all else."""
    # An HTTP client is only loaded by who has a webhook: the panel is to stay small.
    import httpcore

    from gateway.policy.fetching.dial import CheckedBackend, Deadline, Network

    network = Network()
    try:
        target = targets.parse(url)
        backend = CheckedBackend(network, Deadline(PATIENCE), allow_private=allow_private)
        context = network.trust() if target.secure else None
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool,
            pool.stream(
                "POST", _wire(target), headers=_headers(target, message), content=message.body
            ) as answer,
        ):
            status = int(answer.status)
    except SourceFault as fault:
        raise SendFault(str(fault)) from None
    except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise SendFault(f"broken answer: {error}") from None
    if 300 <= status < 400:
        raise SendFault(f"it answers {status}, and redirects are not followed", status=status)
    if not 200 <= status < 300:
        raise SendFault(f"it answers {status}", status=status)
    return status


def _headers(target: Target, message: Message) -> list[tuple[str, str]]:
    return [
        ("Host", target.authority),
        ("User-Agent", "Hushgate"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(message.body))),
        ("Connection", "close"),
        *message.headers,
    ]


def _wire(target: Target) -> "httpcore.URL":
    import httpcore

    scheme = b"https" if target.secure else b"http"
    return httpcore.URL(
        scheme=scheme, host=target.host.encode(), port=target.port, target=target.path.encode()
    )


def _check_literal(target: Target) -> None:
    """An address in the URL itself is judged now; a name when it is looked up, each time."""
    try:
        ip_address(target.host)
    except ValueError:
        return
    targets.check(target.host, (target.host,))


def _hint(fault: SourceFault) -> str:
    if "public address" in str(fault):
        return "set panel.private_webhooks to send to your own network"
    return fault.hint
