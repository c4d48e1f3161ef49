"""How commands print: a table for people, one JSON object a line for programs. Data goes to stdout."""

import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from gateway.data import usual_root

MIN_ROOM = 20  # columns; where there are fewer, breaking text makes it no better


def rows(found: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Print `found`: all of it as JSON, or these columns as a table. `empty` is said where there is nothing."""
    if as_json:
        for row in found:
            json_line(row)
        return
    lines = [[cell(row.get(column)) for column in columns] for row in found]
    if not lines:
        print(empty, file=sys.stderr)
        return
    heads = [column.upper().replace("_", " ") for column in columns]
    widths = [max(len(line[i]) for line in [heads, *lines]) for i in range(len(columns))]
    for line in [heads, *lines]:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def pairs(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: as one JSON object, or a line for each thing known about it."""
    if as_json:
        json_line(found)
        return
    shown = {key: cell(value) for key, value in found.items() if value not in ("", None, [], ())}
    width = max(map(len, shown), default=0)
    for key, text in shown.items():
        print(_hanging(f"{key.replace('_', ' '):<{width}}  ", text))


def _hanging(head: str, text: str) -> str:
    """`text` beside `head`; on a terminal broken below its own beginning. In a pipe a thing stays one line."""
    room = shutil.get_terminal_size((80, 24)).columns - len(head)
    if not sys.stdout.isatty() or room < MIN_ROOM:
        return head + text
    return head + f"\n{' ' * len(head)}".join(textwrap.wrap(text, room, break_on_hyphens=False) or [""])


def as_row(value: msgspec.Struct) -> dict[str, Any]:
    """A value as a row to print."""
    row: dict[str, Any] = msgspec.to_builtins(value)
    return row


def json_line(value: Any) -> None:
    """One JSON value on one line, at once."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def counted(number: int, what: str) -> str:
    """ "1 rule", "2 rules"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def note(text: str) -> None:
    """Something for the person that is not data."""
    print(text, file=sys.stderr, flush=True)


def cell(value: Any) -> str:
    """A value as harmless text: host and device names are hostile, and a terminal obeys control characters."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(cell(each) for each in value) or "-"
    return harmless(str(value))


def harmless(text: str) -> str:
    """`text` with control, format and bidirectional characters written out."""
    if text.isprintable():
        return text
    return "".join(
        char if unicodedata.category(char)[0] not in "CZ" or char == " " else f"\\u{ord(char):04x}"
        for char in text
    )


def command(words: str, root: Path) -> str:
    """What this person types, in another terminal, to have these words done by the box in `root`."""
    called = Path(sys.argv[0])
    name = "hushgate"
    if called.name == name:
        path = called.absolute()
        name = str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
        if shutil.which("hushgate") == str(path):
            name = "hushgate"
    as_root = "sudo " if "SUDO_USER" in os.environ else ""
    where = "" if root == usual_root() else f" --data {root}"
    return f"{as_root}{name} {words}{where}"
