"""Plain names, one a line: `example.org` is that name alone, `*.example.org` all below it."""

import ipaddress
import re
from collections.abc import Iterator

from gateway.names import ROOT, Name, NameFault, from_text, to_text
from gateway.policy.rule import Match, Rule
from gateway.policy.syntax.lines import LineFault

MAX_TEXT = 1020  # 255 bytes (RFC 1035 §3.1), each spelled \DDD; keeps the IDNA tables off long rubbish

_FOREIGN = re.compile(r"[^A-Za-z0-9_.\-\u0080-\U0010ffff]")
_HOST = re.compile(r"[a-z0-9_.-]+")
_WHY = {
    "/": "a URL or a path: DNS sees names only",
    ":": "a URL or a port: DNS sees names only",
    "*": "a `*` elsewhere than in front (`*.example.org`)",
    "\\": "a backslash in the name",
}


def read(text: str, line: int) -> Iterator[Rule]:
    """The rule of one line."""
    text = text.strip()
    if text[0] in "#!":
        return
    text = without_comment(text)
    name = text.partition("#")[0]  # list makers also write `name#comment`
    if name.startswith("*."):
        yield Rule(text=text, line=line, match=Match.BELOW, name=name_of(name[2:]))
    else:
        yield Rule(text=text, line=line, match=Match.EXACT, name=name_of(name, full=True))


def without_comment(text: str) -> str:
    """`text` up to a `#` that white space precedes."""
    if "#" not in text:
        return text
    return re.split(r"\s#", text, maxsplit=1)[0].rstrip()


def name_of(text: str, *, full: bool = False) -> Name:
    """The host name that `text` spells; raises LineFault. `full`: a single label is not enough.

    Stricter than DNS itself, where any byte may stand in a label: `<html>` in a list is rubbish.
    """
    if not text:
        raise LineFault("no name")
    if len(text) > MAX_TEXT:
        raise LineFault("name longer than 255 bytes")
    foreign = _FOREIGN.search(text)
    if foreign:
        if ":" in text and address_of(text):
            raise LineFault("an address, not a name: address rules are not supported here")
        char = foreign[0]
        raise LineFault(
            _WHY.get(char, "white space in the name" if char in " \t" else f"{char!r} in the name")
        )
    try:
        name = from_text(text)
    except NameFault as fault:
        raise LineFault(str(fault)) from None
    if name == ROOT:
        raise LineFault("would cover every name")
    if not text.isascii():
        text = to_text(name)  # compatibility forms may have become anything
        if not _HOST.fullmatch(text):
            raise LineFault("not a valid international name")
    last = text.rstrip(".").rpartition(".")[2]
    if last.isdecimal():
        raise LineFault("an address, not a name: address rules are not supported here")
    if full and not text.rstrip(".").count("."):
        raise LineFault(
            "a single word is neither a full name nor a pattern: write ||word^ for a whole top-level domain "
            "or *word* for a part of a name"
        )
    return name


def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that `text` spells, if it is one. A zone (`fe80::1%lo0`) is dropped."""
    if text == "0":
        return ipaddress.IPv4Address(0)  # some hosts files shorten 0.0.0.0 so
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def is_null(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Does the address mean "nowhere", so that a list that gives it means to block?"""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_unspecified or address.is_loopback
