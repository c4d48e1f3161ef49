"""Files as bodies: the bytes as they are, whatever type they say they have. How large, the doors see to."""

from typing import Annotated, Any

from fastapi import Depends, Request

UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def _body(request: Request) -> bytes:
    return await request.body()


Upload = Annotated[bytes, Depends(_body)]
