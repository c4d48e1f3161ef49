"""How batches and acknowledgements travel: 4 bytes of length, then msgpack. Lean: DNS workers import it."""

import asyncio

from gateway.errors import OwnFault

MAX_FRAME = 4 << 20  # a batch of 2000 rows is 0.2 MB; more is not from one of us
_BODY_SECONDS = 30  # between a frame's length and its end: both sides are on one machine


class FrameFault(OwnFault):
    """What came is no frame of ours: the connection is of no more use."""


def frame(body: bytes) -> bytes:
    """`body` with its length before it."""
    return len(body).to_bytes(4, "big") + body


async def read_frame(reader: asyncio.StreamReader) -> bytes | None:
    """The next frame's body, or None when the other side has closed. Raises FrameFault and OSError."""
    try:
        head = await reader.readexactly(4)
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise FrameFault("the connection ended within a frame") from None
        return None
    size = int.from_bytes(head, "big")
    if size > MAX_FRAME:
        raise FrameFault(f"a frame of {size} bytes")
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return await reader.readexactly(size)
    except asyncio.IncompleteReadError:
        raise FrameFault("the connection ended within a frame") from None
    except TimeoutError:
        raise FrameFault(f"a frame stood still for {_BODY_SECONDS} s") from None
