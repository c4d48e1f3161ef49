"""`/v1/backup` and `/v1/restore`: all that was set, in one file, and back."""

import io
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from api.auth.callers import Caller
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.problems import responses
from api.schemas.backup import RestoreChanged, RestoreDone
from api.uploads import UPLOAD, Upload
from gateway.access import Scope
from gateway.backup import making, restoring
from gateway.backup.restoring import Restored
from gateway.journal import notices
from gateway.policy import sources
from gateway.store import lists

router = APIRouter(prefix="/v1", tags=["backup"])

_ADMIN = scoped(Scope.ADMIN)
_WRITES = changing(Scope.ADMIN)

_IN_MEMORY = 2 << 20  # bytes; a larger archive waits on the disk
_PIECE = 1 << 16


@router.get(
    "/backup",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The archive.",
            "content": {"application/gzip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **responses(401, 403, 422, 503),
    },
)
def make(
    box: Box,
    caller: Caller = _ADMIN,
    secrets: Annotated[
        bool, Query(description="Accounts, tokens and the webhooks' secrets too. Noted in the audit.")
    ] = False,
) -> StreamingResponse:
    """Everything but the log, in one tar.gz. The log goes by `hushgate backup --with-log`."""
    now = int(time.time())
    if secrets:
        with box.works.noting(caller.author, "backup with secrets taken"):
            pass
    # Whole before the first byte is sent: else an error could only be told by breaking off.
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by the one who sends it
    try:
        with box.works.reading() as session:
            for piece in making.archive(session, box.settings, now=now, secrets=secrets):
                file.write(piece)
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    name = f"hushgate-{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}.tar.gz"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    return StreamingResponse(_sent(file), headers=headers, media_type="application/gzip")


@router.post(
    "/restore",
    response_model=RestoreChanged,
    responses=responses(401, 403, 404, 409, 413, 422, 503),
    openapi_extra=UPLOAD,
)
def restore(content: Upload, making: Changing = _WRITES) -> Response:
    """Put a backup in the place of all that is set. Checked whole before anything changes; all of it or nothing."""
    box = making.box
    with box.works.reading() as session:
        files = {one.source for one in lists.list_lists(session) if not sources.is_url(one.source)}
    with box.journal() as journal:
        told = notices.last_id(journal)
    act = restoring.ready(box.data, io.BytesIO(content), told=told, files=files)
    return making.change_lists(restoring.CAUSE, act, _shown)


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _shown(restored: Restored) -> dict[str, object]:
    return RestoreDone.of(restored).model_dump()
