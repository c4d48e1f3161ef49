"""Lines of a zone file (RFC 1035 §5.1) → entries: owner and fields. Knows no record type."""

import re
from collections.abc import Sequence

import msgspec

from gateway.policy.syntax.lines import LineFault

MAX_ENTRY = 200  # lines between parentheses: an SOA has seven

_FIELD = re.compile(
    r'(?P<blank>[ \t]+)|(?P<comment>;.*)|(?P<paren>[()])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>(?:[^\s;()"\\]|\\.)+)'
)
_TTL = re.compile(r"\d+(?:[smhdw](?:\d+[smhdw])*)?", re.I | re.A)
_CLASSES = frozenset(("IN", "CH", "HS", "CS"))
_DECIMAL = re.compile(rb"\\(?:(\d{3})|(.))", re.S)


class Entry(msgspec.Struct, frozen=True):
    """One record or directive."""

    text: str
    line: int  # where it begins
    owner: str  # "" where the line leaves it out: the one before
    fields: tuple[str, ...]


class Joiner:
    """Puts together what parentheses spread over several lines."""

    def __init__(self) -> None:
        self._open: Entry | None = None
        self._lines = 0

    @property
    def pending(self) -> Entry | None:
        """An entry whose parenthesis is still open."""
        return self._open

    def add(self, text: str, line: int) -> Entry | None:
        """The entry that ends with this line, if one does; raises LineFault."""
        begun, self._open = self._open, None
        fields, depth = _fields(text, 1 if begun else 0)
        if begun is None:
            if not fields:
                return None
            owner = "" if text[0] in " \t" else fields.pop(0)
            entry = Entry(text=text.strip(), line=line, owner=owner, fields=tuple(fields))
            self._lines = 0
        else:
            entry = msgspec.structs.replace(begun, fields=begun.fields + tuple(fields))
        if not depth:
            return entry
        self._lines += 1
        if self._lines > MAX_ENTRY:
            raise LineFault(f"the parenthesis of line {entry.line} is never closed")
        self._open = entry
        return None


def _fields(text: str, depth: int) -> tuple[list[str], int]:
    found: list[str] = []
    at = 0
    while at < len(text):
        field = _FIELD.match(text, at)
        if field is None:
            raise LineFault("a quote or an escape that does not end")
        at = field.end()
        if field["paren"]:
            depth += 1 if field["paren"] == "(" else -1
            if not 0 <= depth <= 1:
                raise LineFault("parentheses that do not pair")
        elif field["word"] is not None or field["quoted"] is not None:
            found.append(field["word"] if field["word"] is not None else field["quoted"])
    return found, depth


def record_of(fields: Sequence[str]) -> tuple[str, list[str]]:
    """Type and data, past TTL and class in either order; raises LineFault."""
    rest = list(fields)
    for _ in range(2):
        if rest and (_TTL.fullmatch(rest[0]) or rest[0].upper() in _CLASSES):
            rest.pop(0)
    if not rest:
        raise LineFault("no record: a name without a type")
    return rest[0].upper(), rest[1:]


def string_of(field: str) -> bytes:
    """The bytes of a character-string, escapes undone; raises LineFault."""
    if any(int(found) > 255 for found in re.findall(r"\\(\d{3})", field, re.A)):
        raise LineFault("escape above \\255")
    return _DECIMAL.sub(lambda found: bytes((int(found[1]),)) if found[1] else found[2], field.encode())
