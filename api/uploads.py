"""Files as bodies: the bytes as they are, whatever type they say they have. How large, the doors see to."""

from typing import Annotated, Any

from fastapi import Depends, Request

from gateway.errors import UsageError

UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

_HINT = "send the file itself: curl --data-binary @FILE"


async def _body(request: Request) -> bytes:
    body = await request.body()
    if not body:
        raise UsageError("the body is empty", hint=_HINT)
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/") and body.startswith(b"--"):  # its first lines would be read as rules
        raise UsageError("the file came within a form", hint=_HINT)
    return body


Upload = Annotated[bytes, Depends(_body)]
