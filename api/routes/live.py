"""`/v1/live`: what happens, as it happens (server-sent events)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from api.auth.callers import caller_of
from api.box import ApiBox
from api.deps import Box, scoped
from api.live import Live, TooMany
from api.log_filters import filters_of
from api.problems import Refused, responses
from api.schemas.log import LiveQuery
from gateway.access import Scope

router = APIRouter(prefix="/v1", tags=["log"])

MEDIA_TYPE = "text/event-stream"
RECHECK = 15.0  # seconds: who may not look any more is not told any more

_READS = scoped(Scope.READ)


@router.get(
    "/live",
    dependencies=[_READS],
    response_class=StreamingResponse,
    responses={
        200: {"description": "Server-sent events.", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
        **responses(401, 403, 422, 429, 503),
    },
)
async def listen(
    request: Request,
    query: Annotated[LiveQuery, Query()],
    box: Box,
    last_event_id: Annotated[str, Header(max_length=20, pattern=r"^[0-9]{0,19}$")] = "",
) -> StreamingResponse:
    """Rows of the log as they come (`event: log`), and notices (`event: notice`): new devices, first contacts …

    The id of an event is that of its row; with `Last-Event-ID` the stream goes on after it. Who does not keep up
    is told how much was missed (`event: missed`), and finds it in the log.
    """
    wanted = await asyncio.to_thread(filters_of, box, query)
    last = last_event_id or query.last_event_id
    events = box.kept(Live).listen(box, wanted, int(last) if last else None, rows=query.rows)
    try:
        first = await anext(events)  # so that what cannot begin is an error and no empty stream
    except TooMany:
        raise Refused(
            429, "too many listen already", hint="close one", headers={"Retry-After": "10"}
        ) from None
    return StreamingResponse(
        _stream(first, events, request, box),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(
    first: bytes, events: AsyncGenerator[bytes, None], request: Request, box: ApiBox
) -> AsyncGenerator[bytes, None]:
    async with contextlib.aclosing(events):
        yield first
        checked = time.monotonic()
        async for text in events:
            if time.monotonic() - checked >= RECHECK:
                if await asyncio.to_thread(caller_of, request, box) is None:
                    return
                checked = time.monotonic()
            yield text
