"""Where may a subscribed list come from? URLs and addresses are judged here, never asked for.

A list's URL is typed by a person, but its redirects and its name's addresses are the word of strangers, who
would like the box to ask its own neighbours on their behalf (server-side request forgery).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, unquote, urlsplit

import idna
import msgspec

from gateway.errors import HushgateError

MAX_URL = 2048

# Written out: what `ipaddress` calls private changes with Python's patch releases. The documentation ranges
# are left out on purpose; tests and labs use them as the outside world.
_FORBIDDEN_4 = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", "unspecified"),  # RFC 1122 §3.2.1.3; Linux connects 0.0.0.0 to itself
        ("10.0.0.0/8", "private"),  # RFC 1918
        ("100.64.0.0/10", "carrier-grade NAT"),  # RFC 6598; Alibaba Cloud's metadata live here
        ("127.0.0.0/8", "loopback"),  # RFC 1122
        ("168.63.129.16/32", "cloud metadata"),  # Azure's, a public address
        ("169.254.0.0/16", "link-local"),  # RFC 3927; most clouds' metadata live here
        ("172.16.0.0/12", "private"),  # RFC 1918
        ("192.0.0.0/24", "protocol assignments"),  # RFC 6890; Oracle's metadata live here
        ("192.168.0.0/16", "private"),  # RFC 1918
        ("198.18.0.0/15", "benchmarking"),  # RFC 2544
        ("224.0.0.0/4", "multicast"),  # RFC 5771
        ("240.0.0.0/4", "reserved"),  # RFC 1112 §4, broadcast included
    )
)
_FORBIDDEN_6 = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        (
            "64:ff9b:1::/48",
            "local NAT64",
        ),  # RFC 8215: where the IPv4 address sits is known to the network only
        ("100::/64", "discard-only"),  # RFC 6666
        ("2001::/32", "Teredo"),  # RFC 4380: a tunnel to an IPv4 address of the sender's choice
        ("fc00::/7", "unique local"),  # RFC 4193; Amazon's metadata live here
        ("fe80::/10", "link-local"),  # RFC 4291
        ("fec0::/10", "site-local"),  # RFC 3879
        ("ff00::/8", "multicast"),  # RFC 4291
    )
)
# Networks that carry an IPv4 address, and by how many bits it is shifted.
_EMBEDDING = (
    (IPv6Network("::ffff:0:0/96"), 0, "IPv4-mapped"),  # RFC 4291 §2.5.5.2
    (IPv6Network("64:ff9b::/96"), 0, "NAT64"),  # RFC 6052
    (IPv6Network("2002::/16"), 80, "6to4"),  # RFC 3056
    (IPv6Network("::/96"), 0, "IPv4-compatible"),  # RFC 4291 §2.5.5.1
)


class SourceFault(HushgateError):
    """A list's address, server or text is at fault. The last good copy stays."""


class TooLarge(SourceFault):
    """More than anybody wanted."""


def too_large(max_bytes: int) -> TooLarge:
    """What to raise when a source is larger than it may be."""
    return TooLarge(f"larger than {max_bytes / 1_000_000:g} MB", hint="see lists.max_mb")


class Target(msgspec.Struct, frozen=True):
    """A list's URL, taken apart. `user` never leaves for another host and is never shown."""

    secure: bool
    host: str  # lower-case ASCII, an IPv6 address without brackets
    port: int
    path: str  # with the query, as sent
    user: str = ""  # "name:password", percent-decoded

    @property
    def origin(self) -> tuple[bool, str, int]:
        """Whom a redirect may take the credentials to."""
        return self.secure, self.host, self.port

    @property
    def authority(self) -> str:
        """The Host header's value (RFC 9110 §7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    def __str__(self) -> str:
        """For people and logs: without credentials, of which a query may be one too."""
        path, query, _ = self.path.partition("?")
        return f"{'https' if self.secure else 'http'}://{self.authority}{path}{query and '?…'}"

    def __repr__(self) -> str:
        return f"Target({self})"


def parse(url: str) -> Target:
    """The target that `url` names. Raises SourceFault: not http(s), no host, a control character …"""
    if len(url) > MAX_URL:
        raise SourceFault(f"URL longer than {MAX_URL} characters")
    if any(char <= " " or char in "\x7f\\" for char in url):
        raise SourceFault("white space, backslash or control character in the URL")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its message may quote a password
        raise SourceFault("host or port cannot be read") from None
    if parts.scheme not in ("http", "https"):
        raise SourceFault(
            f"{parts.scheme or 'no scheme'}: only http:// and https:// URLs are fetched",
            hint="give an http:// or https:// URL; on the box, a file by its plain path",
        )
    secure = parts.scheme == "https"
    path = _ascii(parts.path or "/") + (f"?{_ascii(parts.query)}" if parts.query else "")
    return Target(secure, _host(parts), port or (443 if secure else 80), path, _user(parts))


def forbidden(address: IPv4Address | IPv6Address) -> str:
    """Why no list is fetched from `address` ("loopback", "NAT64 of private" …); "" for a public address."""
    if isinstance(address, IPv4Address):
        return next((why for network, why in _FORBIDDEN_4 if address in network), "")
    for network6, why in _FORBIDDEN_6:
        if address in network6:
            return why
    for network6, shift, kind in _EMBEDDING:
        if address in network6:
            why = forbidden(IPv4Address(int(address) >> shift & 0xFFFFFFFF))
            return why and f"{kind} of {why}"
    return ""


def check(host: str, addresses: tuple[str, ...]) -> None:
    """Raises SourceFault if one of the addresses of `host` is none of the public internet's.

    One is enough: a name that points to both a public and a private address is up to something.
    """
    for text in addresses:
        why = forbidden(ip_address(text))
        if why:
            hint = "set lists.allow_private to fetch lists from your own network"
            if why == "unspecified":
                hint = f"{host} may be blocked: see `hushgate why {host}`"
            raise SourceFault(f"{host} points to {text} ({why}), no public address", hint=hint)


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise SourceFault("no host in the URL")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError as error:
            raise SourceFault(f"no usable host name: {error}") from None
    if "%" in host:
        raise SourceFault("escape or zone in the host name")
    return host


def _user(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    return f"{unquote(parts.username)}:{unquote(parts.password or '')}"


def _ascii(text: str) -> str:
    return "".join(
        char if char.isascii() else "".join(f"%{byte:02X}" for byte in char.encode()) for char in text
    )
