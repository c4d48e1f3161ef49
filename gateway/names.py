"""Domain names: lower-case wire bytes inside, text at the edges.

A `Name` is the uncompressed wire form of RFC 1035 §3.1 in lower case, root label included:
`b"\\x04miui\\x03com\\x00"`. So a suffix is a slice at a label border, and a label that holds a dot
or a NUL stays one label.
"""

import re
from collections.abc import Iterator

import idna

Name = bytes

ROOT: Name = b"\0"
MAX_NAME = 255  # RFC 1035 §3.1
MAX_LABEL = 63  # RFC 1035 §3.1

_PLAIN = re.compile(rb"[a-z0-9_.-]+")
_TEXT_SAFE = frozenset(range(0x21, 0x7F)) - frozenset(b'.\\"();@$')
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)*[a-z0-9_](?:[a-z0-9_-]{0,62})\.?")


class NameFault(ValueError):
    """A text that is no domain name; says why."""


def from_text(text: str) -> Name:
    """The name that `text` spells: `Mi.COM.`, `münchen.de`, `a\\.b.example`, `\\000.example`.

    Raises NameFault with the reason.
    """
    lower = text.lower()
    if _HOST.fullmatch(lower):
        labels = lower.rstrip(".").encode().split(b".")
        if len(lower) < MAX_NAME - 1 and all(len(label) <= MAX_LABEL for label in labels):
            return b"".join(bytes((len(label),)) + label for label in labels) + ROOT
    return from_labels(_labels_of(text))


def from_labels(labels: list[bytes]) -> Name:
    """The name made of these labels, lower-cased. Raises NameFault."""
    for label in labels:
        if not label:
            raise NameFault("empty label")
        if len(label) > MAX_LABEL:
            raise NameFault(f"label longer than {MAX_LABEL} bytes")
    name = b"".join(bytes((len(label),)) + label.lower() for label in labels) + ROOT
    if len(name) > MAX_NAME:
        raise NameFault(f"name longer than {MAX_NAME} bytes")
    return name


def _labels_of(text: str) -> list[bytes]:
    if text in ("", "."):
        if text == ".":
            return []
        raise NameFault("empty name")
    if not text.isascii():
        try:
            text = idna.encode(text, uts46=True).decode()
        except idna.IDNAError as error:
            raise NameFault(f"not a valid international name: {error}") from None
    labels: list[bytes] = []
    label = bytearray()
    i = 0
    while i < len(text):
        char = text[i]
        if char == ".":
            labels.append(bytes(label))
            label = bytearray()
        elif char == "\\":
            byte, used = _escaped(text, i)
            label.append(byte)
            i += used
        elif char <= " " or char == "\x7f":
            raise NameFault("white space or control character in name")
        else:
            label.append(ord(char))
        i += 1
    if label:
        labels.append(bytes(label))
    return labels


def _escaped(text: str, at: int) -> tuple[int, int]:
    """The byte that the escape at `at` stands for and how many more characters it took (RFC 1035 §5.1)."""
    digits = text[at + 1 : at + 4]
    if len(digits) == 3 and digits.isdecimal():
        value = int(digits)
        if value > 255:
            raise NameFault("escape above \\255")
        return value, 3
    if at + 1 >= len(text):
        raise NameFault("name ends in a backslash")
    return ord(text[at + 1]), 1


def labels(name: Name) -> list[bytes]:
    """The labels of `name` from left to right, without the root."""
    found: list[bytes] = []
    at = 0
    while name[at]:
        found.append(name[at + 1 : at + 1 + name[at]])
        at += 1 + name[at]
    return found


def to_text(name: Name) -> str:
    """`name` as text without the final dot, special bytes escaped as in RFC 1035 §5.1; the root is `.`."""
    parts = labels(name)
    if not parts:
        return "."
    joined = b".".join(parts)
    if _PLAIN.fullmatch(joined) and joined.count(b".") == len(parts) - 1:  # no label holds a dot
        return joined.decode()
    return ".".join("".join(_escape(byte) for byte in part) for part in parts)


def _escape(byte: int) -> str:
    if byte in _TEXT_SAFE:
        return chr(byte)
    if 0x20 < byte < 0x7F:
        return "\\" + chr(byte)
    return f"\\{byte:03d}"


def suffixes(name: Name) -> Iterator[Name]:
    """`name` itself, then its parents, nearest first, without the root."""
    at = 0
    while name[at]:
        yield name[at:]
        at += 1 + name[at]


def is_below(name: Name, parent: Name) -> bool:
    """Is `name` equal to `parent` or below it, on a label border?"""
    return name == parent or parent == ROOT or parent in suffixes(name)
