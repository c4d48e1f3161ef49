"""What follows the `$` of an AdBlock rule. One unknown modifier voids the whole rule: half a rule is another rule."""

import ipaddress
import re

import msgspec

from gateway.devices.mac import mac_of
from gateway.model import Rewrite
from gateway.policy.rule import ClientIs, Conditions
from gateway.policy.syntax import rewrite
from gateway.policy.syntax.domains import name_of
from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.records import type_number

_ESCAPED = re.compile(r"\\(.)")
_TAG = re.compile(r"~?[a-z0-9_-]+")
_NETWORK = re.compile(r"[0-9a-fA-F.:]+/\d*")


class Modifiers(msgspec.Struct, frozen=True):
    """All that the modifiers of one rule say."""

    important: bool = False
    badfilter: bool = False
    conditions: Conditions | None = None
    rewrite: Rewrite | None = None


def read(text: str, *, exception: bool) -> Modifiers:
    """`important,dnstype=A|AAAA` → its meaning; raises LineFault. `exception`: the rule begins with `@@`."""
    given: dict[str, str] = {}
    for piece in pieces(text, ","):
        name, equals, value = piece.partition("=")
        if not name:
            raise LineFault("an empty modifier after `$`")
        if name in given:
            raise LineFault(f"modifier ${name} given twice")
        if name not in _TAKES_VALUE:
            raise LineFault(f"unknown modifier ${name}")
        if equals and not _TAKES_VALUE[name]:
            raise LineFault(f"modifier ${name} takes no value")
        if not value and _TAKES_VALUE[name] and not (exception and name == "dnsrewrite"):
            raise LineFault(f"modifier ${name} needs a value")
        given[name] = value
    types, not_types = types_of(given["dnstype"].split("|")) if "dnstype" in given else ((), ())
    conditions = Conditions(
        clients=tuple(_client(item) for item in pieces(given["client"], "|")) if "client" in given else (),
        tags=tuple(_tag(item) for item in given["ctag"].split("|")) if "ctag" in given else (),
        types=types,
        not_types=not_types,
        deny_allow=tuple(name_of(item) for item in given["denyallow"].split("|"))
        if "denyallow" in given
        else (),
    )
    return Modifiers(
        important="important" in given,
        badfilter="badfilter" in given,
        conditions=conditions if conditions != Conditions() else None,
        rewrite=rewrite.read(_unescaped(given["dnsrewrite"])) if "dnsrewrite" in given else None,
    )


_TAKES_VALUE = {
    "important": False,
    "badfilter": False,
    "client": True,
    "ctag": True,
    "denyallow": True,
    "dnsrewrite": True,
    "dnstype": True,
}


def pieces(text: str, separator: str) -> list[str]:
    """`text` cut at the separators that are neither escaped nor quoted. Escapes and quotes stay in.

    A quote opens only where a value begins, so that the apostrophe of `client=Ann's phone` is a letter.
    """
    if not any(sign in text for sign in "\\'\""):
        return text.split(separator)
    found: list[str] = []
    start = at = 0
    before, quote = "", ""
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 2
            before = char
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"" and before in ("", "=", "~", "|"):
            quote = char
        elif char == separator:
            found.append(text[start:at])
            start = at + 1
        before = char
        at += 1
    if quote:
        raise LineFault("a quote is not closed")
    return [*found, text[start:]]


def types_of(texts: list[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """`A`, `~AAAA` … → (only these, not these)."""
    return (
        tuple(type_number(text) for text in texts if not text.startswith("~")),
        tuple(type_number(text[1:]) for text in texts if text.startswith("~")),
    )


def _client(text: str) -> ClientIs:
    negated = text.startswith("~")
    text = text.removeprefix("~")
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        text = text[1:-1]
    text = _unescaped(text).strip()
    if not text:
        raise LineFault("an empty name in $client")
    if mac := mac_of(text):
        return ClientIs(negated=negated, name=mac)  # it is the device's key, and compared as such
    try:
        return ClientIs(negated=negated, network=ipaddress.ip_network(text, strict=False))
    except ValueError:
        if _NETWORK.fullmatch(text):
            raise LineFault(f"{text!r} is no network") from None
    return ClientIs(negated=negated, name=text)


def _tag(text: str) -> str:
    if not _TAG.fullmatch(text):
        raise LineFault(f"{text!r} is no tag: small letters, digits, `_` and `-` only")
    return text


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
