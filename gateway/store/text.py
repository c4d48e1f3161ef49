"""What a text must be before it is stored: one line, bounded, without control characters."""

import unicodedata

from gateway.errors import UsageError

MAX_RULE = 2000  # characters
MAX_COMMENT = 500
MAX_NAME = 64
MAX_SOURCE = 2000


def one_line(value: str, what: str, limit: int, *, empty: bool = True) -> str:
    """`value` without space at its ends. Raises UsageError that calls it `what`."""
    value = value.strip()
    if not value and not empty:
        raise UsageError(f"{what} is empty")
    if len(value) > limit:
        raise UsageError(f"{what} is longer than {limit} characters")
    for char in value:
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
            raise UsageError(f"{what} holds a control character (U+{ord(char):04X})")
    return value
