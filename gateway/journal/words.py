"""Words as every database takes them: PostgreSQL knows no NUL, nobody a lone surrogate."""

import re

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def clean(text: str, limit: int = 0) -> str:
    """`text`, cut at `limit` characters if there is one, with U+FFFD for what cannot be stored."""
    if limit:
        text = text[:limit]
    return _UNSTORABLE.sub("\ufffd", text)
