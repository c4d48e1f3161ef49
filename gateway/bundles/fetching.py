"""A bundle and its signature from a URL: the signature lies beside it, `.minisig` added to the path.

By the same dialler as lists, so no URL and no redirect leads into the user's own network. Judges nothing.
"""

import sys
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import msgspec

from gateway.bundles import minisign
from gateway.bundles.format import MAX_BYTES, BundleFault
from gateway.errors import OwnFault
from gateway.policy import interpreter, sources
from gateway.policy.fetching import targets
from gateway.policy.fetching.copies import Validators
from gateway.policy.fetching.targets import SourceFault, TooLarge
from gateway.settings import Lists

if TYPE_CHECKING:
    from gateway.policy.fetching.dial import Network

SUFFIX = ".minisig"
STARTING = 15.0  # seconds more than the fetch itself may take, in a process of its own


class Parcel(msgspec.Struct, frozen=True):
    """A bundle's file and its signature's, as they came."""

    bundle: bytes
    signature: bytes


class _Errand(msgspec.Struct, frozen=True):
    """What is to be fetched. Crosses into the process as msgpack."""

    url: str
    limits: Lists


class _Brought(msgspec.Struct, frozen=True):
    """What came of it."""

    parcel: Parcel | None = None
    fault: str = ""
    hint: str = ""


def fetch_apart(url: str, limits: Lists) -> Parcel:
    """As `fetch`, in a process of its own: an HTTP client's 15 MB do not stay in this one. Raises BundleFault."""
    beside(url)
    given = msgspec.msgpack.encode(_Errand(url, limits))
    patience = limits.timeout_seconds + STARTING
    try:
        said = interpreter.run(__name__, (), given, deadline=patience, what="fetching the bundle")
        brought = msgspec.msgpack.decode(said, type=_Brought)
    except (OwnFault, msgspec.DecodeError) as error:
        raise BundleFault(str(error), hint="try again") from error
    if brought.parcel is None:
        raise BundleFault(brought.fault, hint=brought.hint)
    return brought.parcel


def fetch(url: str, limits: Lists, network: "Network | None" = None) -> Parcel:
    """What lies at `url` and beside it, within one deadline. Raises BundleFault."""
    # Here, because an HTTP client costs whoever imports it 15 MB: see `fetch_apart`.
    from gateway.policy.fetching import dial
    from gateway.policy.fetching.fetch import fetch as download

    deadline = dial.Deadline(limits.timeout_seconds)
    parts: list[bytes] = []
    for what, where, limit in (
        ("bundle", url, MAX_BYTES),
        ("signature", beside(url), minisign.MAX_FILE),
    ):
        into = BytesIO()
        try:
            download(
                where,
                into,
                Validators(),
                max_bytes=limit,
                deadline=deadline,
                allow_private=limits.allow_private,
                network=network or dial.Network(),
            )
        except TooLarge:
            raise BundleFault(f"the {what} is larger than {limit} bytes") from None
        except SourceFault as fault:
            raise BundleFault(f"the {what} at {sources.shown(where)}: {fault}", hint=fault.hint) from None
        parts.append(into.getvalue())
    return Parcel(*parts)


def beside(url: str) -> str:
    """Where the signature of the bundle at `url` lies. Raises BundleFault for what is no URL."""
    try:
        targets.parse(url)
    except SourceFault as fault:
        raise BundleFault(
            f"no usable URL: {fault}", hint=fault.hint or "give an http:// or https:// URL"
        ) from None
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path + SUFFIX))


def main() -> None:
    """Errand on stdin, what came of it on stdout."""
    errand = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Errand)
    try:
        brought = _Brought(fetch(errand.url, errand.limits))
    except BundleFault as fault:
        brought = _Brought(None, str(fault), fault.hint)
    sys.stdout.buffer.write(msgspec.msgpack.encode(brought))


if __name__ == "__main__":
    main()
