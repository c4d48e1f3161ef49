"""The commands that the README shows, as a reader would type them."""

import re

_FENCE = re.compile(r"^```(\w*)\s*$")


def commands(text: str) -> list[str]:
    """The commands of all fenced blocks, in order.

    In a `console` block a command follows "$ " and the rest is its output; in a `sh` block every line is
    one. A comment after two spaces and "#" is for the reader; other blocks hold no commands.
    """
    found = []
    language = ""
    inside = False
    for line in text.splitlines():
        fence = _FENCE.match(line)
        if fence:
            inside = not inside
            language = fence[1] if inside else ""
        elif language == "console" and line.startswith("$ "):
            found.append(line.removeprefix("$ "))
        elif language == "sh" and line.strip() and not line.startswith("#"):
            found.append(line)
    return [re.sub(r"\s{2,}#.*$", "", command).strip() for command in found]
