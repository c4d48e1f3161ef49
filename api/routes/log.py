"""`/v1/log`: what the phones attempted. Read, exported, and wiped of one device."""

import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Generator, Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool

from api import paging
from api.auth.callers import Caller
from api.box import ApiBox
from api.deps import Box, scoped
from api.log_filters import device_names, filters_of, keys_of
from api.paging import Page
from api.problems import Refused, responses
from api.schemas.log import ExportQuery, LogPublic, LogQuery, WipedPublic, Word
from gateway.access import Scope
from gateway.errors import Missing
from gateway.journal import search
from gateway.journal.export.stream import MEDIA_TYPES, export
from gateway.journal.wipe import wipe_device

router = APIRouter(prefix="/v1", tags=["log"])

PATIENCE = 0.06  # seconds of searching: then what there is, and a cursor to go on
EXPORTS = 2  # at the same time: one that makes Parquet is a process of 100 MB

_READS = scoped(Scope.READ)
_WIPES = scoped(Scope.ADMIN)


class _Exports:
    """How many are under way."""

    def __init__(self) -> None:
        self._room = threading.BoundedSemaphore(EXPORTS)

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Room for one. Raises Refused."""
        if not self._room.acquire(blocking=False):
            raise Refused(
                429, "other exports are under way", hint="wait for them", headers={"Retry-After": "10"}
            )
        try:
            yield
        finally:
            self._room.release()


@router.get("/log", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def list_all(query: Annotated[LogQuery, Query()], box: Box) -> Page[LogPublic]:
    """What was attempted, the newest first.

    A page may have fewer rows than asked for, or none, and yet a next one: what agrees in several things, each of
    them frequent, can be far between, and nobody is kept waiting for it.
    """
    wanted = filters_of(box, query)
    before = paging.decode(query.cursor, int) or 0
    with box.journal() as journal:
        page = search.newest(journal, wanted, limit=query.limit, before=before, patience=PATIENCE)
    names = device_names(box)
    return Page(
        items=[LogPublic.of(row, names.get(row.device, "")) for row in page.rows],
        next=paging.encode(page.cursor) if page.cursor else "",
    )


@router.get("/log/{number}", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def read(number: Annotated[int, Path(ge=1, lt=2**63)], box: Box) -> LogPublic:
    """One row of the log."""
    with box.journal() as journal:
        row = search.one(journal, number)
    if row is None:
        raise Missing(f"no row {number} in the log", hint="it may be too old by now")
    return LogPublic.of(row, device_names(box).get(row.device, ""))


@router.get(
    "/log:export",
    dependencies=[_READS],
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The rows, oldest first.",
            "content": {
                kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()
            },
        },
        **responses(401, 403, 422, 429, 503),
    },
)
def export_all(query: Annotated[ExportQuery, Query()], box: Box) -> StreamingResponse:
    """All rows that there are, as a file: CSV (harmless in spreadsheets), JSON lines or Parquet."""
    pieces = _pieces(box, query)
    first = next(pieces)  # so that what cannot begin is an error and no empty file
    name = f"hushgate-log-{time.strftime('%Y-%m-%d')}.{query.format}"
    return StreamingResponse(
        _all(first, pieces),
        media_type=MEDIA_TYPES[query.format],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@router.delete("/log", responses=responses(401, 403, 422, 503))
def wipe(
    box: Box,
    device: Annotated[Word, Query(min_length=1, description="Its key, its name, or an address of it.")],
    caller: Caller = _WIPES,
) -> WipedPublic:
    """Wipe what the log has of one device, for good: its rows, its sums, and names that only it asked for."""
    (key,) = keys_of(box, [device])
    with box.journal() as journal:
        rows = wipe_device(journal, key)
    with box.works.noting(caller.author, "log wiped", key):
        pass
    return WipedPublic(device=key, rows=rows)


def _pieces(box: ApiBox, query: ExportQuery) -> Generator[bytes, None, None]:
    wanted = filters_of(box, query)
    with box.kept(_Exports).one(), box.journal() as journal:
        yield from export(journal, box.data.root, box.settings.store.url, wanted, query.format)


async def _all(first: bytes, rest: Generator[bytes, None, None]) -> AsyncGenerator[bytes, None]:
    """All pieces; the work ends with the response, however that ends."""
    with contextlib.closing(rest):
        yield first
        async for piece in iterate_in_threadpool(rest):
            yield piece
