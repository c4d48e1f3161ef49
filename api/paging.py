"""Long lists in pages: an opaque cursor leads to the next one."""

import base64
import binascii
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import Query
from pydantic import BaseModel, Field

from gateway.errors import UsageError

T = TypeVar("T")

MAX_LIMIT = 1000
MAX_CURSOR = 4096  # characters: a rule's text has up to 2000, and may be what is sorted by
_MAX_NUMBER = (1 << 63) - 1  # more than any database takes

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")]
Cursor = Annotated[
    str, Query(max_length=MAX_CURSOR, description="`next` of the page before; empty for the first.")
]


class Page(BaseModel, Generic[T]):
    """Some of many."""

    items: list[T]
    next: str = Field("", description="The cursor of the next page; empty where there is no more.")


def encode(place: Any) -> str:
    """Where the next page begins, as a cursor: numbers and texts."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decode(cursor: str, kind: type[T]) -> T | None:
    """The place in the cursor; None for the first page. Raises UsageError for one that is not ours."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        _check_numbers(msgspec.json.decode(raw))
        return msgspec.json.decode(raw, type=kind)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        raise UsageError(
            "the cursor is not one of ours", hint="take `next` of the page before, as it is"
        ) from None


def _check_numbers(value: Any) -> None:
    if isinstance(value, list):
        for part in value:
            _check_numbers(part)
    elif isinstance(value, int) and abs(value) > _MAX_NUMBER:
        raise ValueError
