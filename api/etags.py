"""Versions of a thing (RFC 9110 §8.8.3, §13.1.1), so that nobody overwrites what somebody else has just changed."""

import hashlib
from typing import TypeVar

import msgspec
from fastapi import Response
from pydantic import BaseModel

from gateway.errors import Stale

LENGTH = 16  # bytes of SHA-256

M = TypeVar("M", bound=BaseModel)


def tag(thing: BaseModel) -> str:
    """The version of `thing` as the API shows it, in quotes. What changes by itself (VOLATILE) is no part of it."""
    volatile: frozenset[str] = getattr(thing, "VOLATILE", frozenset())
    shown = msgspec.json.encode(thing.model_dump(mode="json", exclude=set(volatile)), order="sorted")
    return f'"{hashlib.sha256(shown).digest()[:LENGTH].hex()}"'


def tagged(response: Response, thing: M) -> M:
    """`thing`, whose version the response names."""
    response.headers["ETag"] = tag(thing)
    return thing


def expect(if_match: str | None, now: BaseModel) -> None:
    """Raise Stale where If-Match names other versions than this one. Without If-Match any will do."""
    if if_match is None or if_match.strip() == "*":
        return
    if tag(now) not in [part.strip() for part in if_match.split(",")]:
        raise Stale(
            "it has been changed since you read it", hint="read it again, then send the change with its ETag"
        )
