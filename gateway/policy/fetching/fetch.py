"""One HTTP download of a list: redirects, validators, limits. Judges nothing of what it brings.

httpcore rather than httpx: it takes our own connections, reads no proxy from the environment, follows no
redirect and unpacks nothing by itself, so each of these happens here, counted. Import it lazily: 15 MB.
"""

import base64
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO
from urllib.parse import urljoin

import httpcore

from gateway.policy.fetching import targets
from gateway.policy.fetching.copies import Validators
from gateway.policy.fetching.dial import CheckedBackend, Deadline, Network
from gateway.policy.fetching.targets import SourceFault, Target

MAX_REDIRECTS = 5
MAX_VALIDATOR = 1000  # characters of an ETag or date that we keep and send back
_PIECE = 1 << 16
_REDIRECTS = (301, 302, 303, 307, 308)
_HINTS = {
    401: "does the list need a name and password in its URL?",
    403: "does the list need a name and password in its URL?",
    404: "has the list moved?",
    410: "the list is gone for good: remove it",
    429: "too many downloads: a longer lists.refresh_hours helps",
}


def fetch(
    url: str,
    into: BinaryIO,
    known: Validators,
    *,
    max_bytes: int,
    deadline: Deadline,
    allow_private: bool,
    network: Network,
) -> Validators | None:
    """Write the text behind `url` to `into`, at most `max_bytes` as sent and as unpacked. Raises SourceFault.

    Returns what to ask with next time; None if the server says "not modified" to `known`.
    """
    first = target = targets.parse(url)
    backend = CheckedBackend(network, deadline, allow_private=allow_private)
    for _ in range(MAX_REDIRECTS + 1):
        headers = _headers(target, known, first.user if target.origin == first.origin else "")
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=network.trust() if target.secure else None, network_backend=backend
                ) as pool,
                pool.stream("GET", _wire(target), headers=headers) as response,
            ):
                following = _next(target, response)
                if following is None:
                    return _take(response, into, known, max_bytes)
        except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise SourceFault(f"{target}: broken answer: {error}") from None
        target = following
    raise SourceFault(f"more than {MAX_REDIRECTS} redirects, the last to {target}")


def _wire(target: Target) -> httpcore.URL:
    scheme = b"https" if target.secure else b"http"
    return httpcore.URL(
        scheme=scheme, host=target.host.encode(), port=target.port, target=target.path.encode()
    )


def _headers(target: Target, known: Validators, user: str) -> list[tuple[str, str]]:
    headers = [
        ("Host", target.authority),
        ("User-Agent", "Hushgate"),
        ("Accept", "text/plain, */*;q=0.5"),
        ("Accept-Encoding", "gzip"),  # the one coding that we unpack under a limit without another library
        ("Connection", "close"),
    ]
    if known.etag:
        headers.append(("If-None-Match", known.etag))
    if known.modified:
        headers.append(("If-Modified-Since", known.modified))
    if user:
        headers.append(("Authorization", f"Basic {base64.b64encode(user.encode()).decode()}"))
    return headers


def _next(target: Target, response: httpcore.Response) -> Target | None:
    """Where a redirect leads; None if the answer is none."""
    if response.status not in _REDIRECTS:
        return None
    location = _header(response, b"location")
    if not location:
        raise SourceFault(f"{target}: redirect to nowhere")
    base = f"{'https' if target.secure else 'http'}://{target.authority}{target.path}"
    try:
        following = targets.parse(urljoin(base, location))
    except (SourceFault, ValueError) as error:
        raise SourceFault(f"{target}: refused redirect: {error}") from None
    if target.secure and not following.secure:
        raise SourceFault(f"{target}: refused redirect from https to {following}")
    return following


def _take(
    response: httpcore.Response, into: BinaryIO, known: Validators, max_bytes: int
) -> Validators | None:
    if response.status == 304 and (known.etag or known.modified):
        return None
    if response.status != 200:
        raise SourceFault(f"the server answers {response.status}", hint=_HINTS.get(response.status, ""))
    length = _header(response, b"content-length")
    if length.isdecimal() and int(length) > max_bytes:
        raise targets.too_large(max_bytes)
    body = _limited(response.iter_stream(), max_bytes)
    coding = _header(response, b"content-encoding").strip().lower()
    if coding in ("gzip", "x-gzip"):
        body = _limited(_unzipped(body), max_bytes)
    elif coding not in ("", "identity"):
        raise SourceFault(f"the server packs the list as {coding!r}, for which nobody asked")
    for piece in body:
        into.write(piece)
    return Validators(_header(response, b"etag"), _header(response, b"last-modified"))


def _limited(pieces: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """The pieces, as long as they are no more than `max_bytes` in all."""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > max_bytes:
            raise targets.too_large(max_bytes)
        yield piece


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces unpacked, never more than one small piece ahead (RFC 1952)."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if (
                    unpacker.eof
                ):  # a second member: millions of empty ones would cost time without a byte of text
                    raise SourceFault("the answer goes on after its gzip")
                yield unpacker.decompress(rest, _PIECE)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error as error:
        raise SourceFault(f"broken gzip: {error}") from None
    if not unpacker.eof:
        raise SourceFault("the answer ends in the middle of its gzip")


def _header(response: httpcore.Response, name: bytes) -> str:
    """The first value of a header; "" if there is none, or one that is too long to keep."""
    for key, value in response.headers:
        if key.lower() == name:
            text = value.decode("latin-1").strip()
            return text if len(text) <= (targets.MAX_URL if name == b"location" else MAX_VALIDATOR) else ""
    return ""
