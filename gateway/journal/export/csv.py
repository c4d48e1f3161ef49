"""The log as CSV (RFC 4180), harmless in spreadsheets: what would be a formula there is not one any more."""

import unicodedata
from collections.abc import Iterable, Iterator

from gateway.journal.search import LogRow

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
COLUMNS = (
    "id", "time", "device", "channel", "name", "type", "address", "port", "action",
    "layer", "list", "line", "rule",
    "company", "purpose", "country", "count", "bytes", "generation",
)  # fmt: skip
CHUNK = 1 << 16  # bytes, about

# What makes a cell a formula for some program; the wide ones do in East Asian settings.
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def encode(rows: Iterable[LogRow]) -> Iterator[bytes]:
    """The head line, then a line for each row."""
    lines = [_line(COLUMNS)]
    size = 0
    for row in rows:
        lines.append(_line(_cells(row)))
        size += len(lines[-1])
        if size > CHUNK:
            yield "".join(lines).encode()
            lines, size = [], 0
    yield "".join(lines).encode()


def cell(text: str) -> str:
    """One cell: quoted where it must be, without control characters, and never a formula."""
    if text.startswith(_FORMULA):
        text = "'" + text
    if not text.isprintable():
        text = "".join(
            char if unicodedata.category(char)[0] not in "CZ" or char == " " else f"\\u{ord(char):04x}"
            for char in text
        )
    if any(char in text for char in '",'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _cells(row: LogRow) -> tuple[str | int, ...]:
    rule = row.rule
    decided: tuple[str | int, ...] = (rule.layer, rule.list, rule.line, rule.text) if rule else ("",) * 4
    return (
        *(row.id, row.time, row.device, row.channel, row.name, row.type, row.address, row.port, row.action),
        *decided,
        *(row.company, row.purpose, row.country, row.count, row.bytes, row.generation),
    )


def _line(cells: Iterable[str | int]) -> str:
    return ",".join(str(one) if isinstance(one, int) else cell(one) for one in cells) + "\r\n"
