"""Times that a request names: Unix seconds, or as rows of the log show them (ISO 8601)."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

MAX_TIME = 1 << 40  # Unix seconds: beyond any calendar
_LONGEST = 40  # characters: 2026-11-22T10:00:00.000000+01:00


def _seconds(value: Any) -> Any:
    """What is no time in letters is left to the check of the number. Raises ValueError."""
    if not isinstance(value, str) or value.isdecimal():
        return value
    try:
        moment = datetime.fromisoformat(value[:_LONGEST])
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0, int(moment.timestamp()))
    except (ValueError, OverflowError):
        raise ValueError("no time: write Unix seconds, 2026-11-22, or 2026-11-22T10:00:00Z") from None


Moment = Annotated[
    Annotated[int, Field(ge=0, lt=MAX_TIME)] | None,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "exclusiveMaximum": MAX_TIME},
                {"type": "string", "format": "date-time"},
            ]
        }
    ),
    Field(description="Unix seconds or ISO 8601 (UTC where it names no zone), included."),
]
