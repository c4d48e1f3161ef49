"""Upstream URLs: text → value, or one clear error. Never touches the network."""

import re
from ipaddress import IPv6Address, ip_address
from typing import Literal

import msgspec

from gateway import names
from gateway.errors import SettingsError

Scheme = Literal["udp", "tcp", "tls", "https", "recursive"]
_SCHEMES: dict[str, tuple[Scheme, int]] = {
    "udp": ("udp", 53),
    "tcp": ("tcp", 53),
    "tls": ("tls", 853),
    "https": ("https", 443),
}
RECURSIVE = "recursive"
HINT = (
    "write udp://9.9.9.9, tcp://9.9.9.9, tls://9.9.9.9#dns.quad9.net, https://dns.quad9.net/dns-query "
    'or "recursive"; an IPv6 address goes in brackets: udp://[2620:fe::fe]'
)

_URL = re.compile(
    r"(?P<scheme>[a-z]+)://(?:\[(?P<six>[^\[\]]*)\]|(?P<host>[^\[\]:/#?@]*))(?::(?P<port>[^/#?]*))?"
    r"(?P<path>/[^#]*)?(?:#(?P<name>.*))?"
)
_QUERY = re.compile(r"\?[^#]+")
_PATH = re.compile(r"/[!$%&'()*+,./0-9:;=?@A-Z_a-z~-]*")


class UpstreamAddress(msgspec.Struct, frozen=True):
    """Where an upstream is and how it is spoken to."""

    text: str  # as written: what status and errors show
    scheme: Scheme
    host: str = ""  # address, or a host name to be looked up first
    port: int = 0
    server_name: str = ""  # whom the certificate must name; "" without TLS
    path: str = ""  # https only

    @property
    def is_literal(self) -> bool:
        """Is the host an address?"""
        return is_address(self.host)

    @property
    def is_loopback(self) -> bool:
        """Does no packet leave this machine?"""
        return self.is_literal and ip_address(self.host).is_loopback


def parse(text: str) -> UpstreamAddress:
    """Raises SettingsError, its message naming `text` and what is wrong with it."""
    if text == RECURSIVE:
        return UpstreamAddress(text, "recursive")
    if "@" in re.split("[/?#]", text.partition("://")[2])[0]:
        raise _bad(text, "takes no user name and no password")
    match = _URL.fullmatch(text)
    if match is None:
        raise _bad(text, "not an upstream URL")
    if match["scheme"] not in _SCHEMES:
        raise _bad(text, f"unknown scheme {match['scheme']}://")
    scheme, usual_port = _SCHEMES[match["scheme"]]
    host = _host(text, match["host"], match["six"])
    port = usual_port if match["port"] is None else _port(text, match["port"])
    path = match["path"] or ""
    if scheme == "https":
        path = path or "/dns-query"
        if not _PATH.fullmatch(path):
            raise _bad(text, "unusable path")
    elif path not in ("", "/"):
        raise _bad(text, f"{scheme}:// takes no path")
    else:
        path = ""
    return UpstreamAddress(text, scheme, host, port, _server_name(text, scheme, host, match["name"]), path)


def without_password(url: str) -> str:
    """The URL with `***` for its credentials, of which a query may be one too."""
    before, at, after = url.rpartition("@")
    if at and "://" in before:
        url = f"{before.partition('://')[0]}://***@{after}"
    return _QUERY.sub("?***", url, count=1)


def is_address(host: str) -> bool:
    """Is `host` an IPv4 or IPv6 address (with or without a zone)?"""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _bad(text: str, reason: str) -> SettingsError:
    # Errors are printed, logged and shown, and secrets are none of their business.
    return SettingsError(f"upstream {without_password(text)!r}: {reason}", hint=HINT)


def _host(text: str, host: str | None, six: str | None) -> str:
    if six is not None:
        try:
            return str(IPv6Address(six))
        except ValueError:
            raise _bad(text, f"{six!r} is no IPv6 address") from None
    if not host:
        raise _bad(text, "no host")
    return host if is_address(host) else _host_name(text, host)


def _host_name(text: str, host: str) -> str:
    if re.fullmatch(r"[0-9.]+", host):
        raise _bad(text, f"{host!r} is no IPv4 address")
    try:
        name = names.from_text(host)
    except names.NameFault as error:
        raise _bad(text, f"{host!r}: {error}") from None
    plain = names.to_text(name)
    if not re.fullmatch(r"[a-z0-9_.-]+", plain):
        raise _bad(text, f"{host!r} is no host name")
    return plain


def _port(text: str, port: str) -> int:
    if re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 65536:
        return int(port)
    raise _bad(text, f"{port!r} is no port")


def _server_name(text: str, scheme: str, host: str, name: str | None) -> str:
    if scheme not in ("tls", "https"):
        if name is not None:
            raise _bad(text, f"{scheme}:// has no certificate to hold against #{name}")
        return ""
    if name is None:
        return host
    if not name:
        raise _bad(text, "nothing after #")
    return name if is_address(name) else _host_name(text, name)
