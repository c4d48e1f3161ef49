"""AdBlock patterns on names: `||name^`, `|name|`, `*.name`, `||ads*.name^` → what they cover.

`||` is a label border, `|` an end of the name, `^` the end as well (there is no other separator in a
name), `*` anything. Without an anchor a pattern may stand anywhere, but a bare full name is that name.
"""

import re
from enum import Enum

from gateway.names import NameFault, from_text, to_text
from gateway.policy.rule import Match
from gateway.policy.syntax.domains import address_of, name_of
from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.regex import EVERYTHING, Matcher, checked


class _Left(Enum):
    ANYWHERE = ""
    BORDER = r"(?:^|\.)"
    START = "^"


# A scheme says no more than where the name starts.
_LEFT = (
    ("||", _Left.BORDER),
    ("|https://", _Left.START),
    ("|http://", _Left.START),
    ("|", _Left.START),
    ("https://", _Left.START),
    ("http://", _Left.START),
    ("://", _Left.START),
    ("//", _Left.START),
)
_RIGHT = re.compile(r"(?:\^\**\|?|\|)$")
_PART = re.compile(r"[a-z0-9_.*-]*")


def matcher(pattern: str) -> Matcher:
    """What `pattern` covers; raises LineFault."""
    left = _Left.ANYWHERE
    body = pattern
    for sign, place in _LEFT:
        if pattern.startswith(sign):
            left, body = place, pattern[len(sign) :]
            break
    end = _RIGHT.search(body)
    if end:
        body = body[: end.start()]
    if "^" in body or "|" in body:
        raise LineFault("`^` or `|` inside: no name has a separator there")
    if not body:
        raise LineFault("no name in the rule")
    if "*" in body:
        body = re.sub(r"\*+", "*", body)
        return _below(body, anchored=end is not None or left is _Left.ANYWHERE) or _pieces(
            body, left, ended=end is not None
        )
    return _whole(body, left, ended=end is not None)


def _whole(body: str, left: _Left, *, ended: bool) -> Matcher:
    """A pattern without `*`."""
    if left is _Left.BORDER and ended:
        return Match.SUFFIX, name_of(body), ""
    if left is _Left.START and ended:
        return Match.EXACT, name_of(body), ""
    if left is _Left.ANYWHERE and body.startswith("."):
        return Match.BELOW, name_of(body[1:]), ""
    if left is _Left.ANYWHERE and not ended:
        return Match.EXACT, name_of(body, full=True), ""
    return _pieces(body, left, ended=ended)


def _below(body: str, *, anchored: bool) -> Matcher | None:
    """`*.name`, if it is that and nothing else."""
    if anchored and body.startswith("*.") and "*" not in body[2:]:
        return Match.BELOW, name_of(body[2:]), ""
    return None


def _pieces(body: str, left: _Left, *, ended: bool) -> Matcher:
    """Any other pattern: a regular expression of its literal pieces."""
    if address_of(body):
        raise LineFault("an address, not a name: address rules are not supported here")
    body = ".".join(_label(label) for label in body.split("."))
    if not _PART.fullmatch(body):
        name_of(body.replace("*", ""))  # says which character it is
        raise LineFault("no part of a name")
    if ".." in body:
        raise LineFault("empty label")
    if not re.search("[a-z0-9_]", body):
        return EVERYTHING
    before = "" if body.startswith("*") else left.value
    after = "$" if ended and not body.endswith("*") else ""
    literal = body.strip("*").replace(".", r"\.").replace("*", ".*")
    return Match.REGEX, b"", checked(before + literal + after)


def _label(label: str) -> str:
    if label.isascii():
        return label.lower()
    if "*" in label or len(label) > 63:
        raise LineFault("`*` within an international label, whose wire form depends on all of it")
    try:
        return to_text(from_text(label))
    except NameFault as fault:
        raise LineFault(str(fault)) from None
