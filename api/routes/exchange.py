"""`/v1/rules:import` and `/v1/rules:export`: rules from and to files, of other products too."""

import time
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from api.changing import Changing, changing
from api.deps import Box, scoped
from api.problems import Refused, responses
from api.schemas.exchange import ExportFormat, ImportChanged, ImportDone, ImportFormat
from api.uploads import UPLOAD, Upload
from gateway.access import Scope
from gateway.exchange import ours, reading, writing
from gateway.exchange.held import rules_of
from gateway.exchange.take import Taken, take
from gateway.exchange.values import Imported
from gateway.policy.state import EVERYONE
from gateway.store.engine import Session

router = APIRouter(prefix="/v1", tags=["rules"])

_READS = scoped(Scope.READ, Scope.RULES)
_WRITES = changing(Scope.RULES)


@router.post(
    "/rules:import",
    response_model=ImportChanged,
    responses=responses(401, 403, 404, 409, 413, 422, 503),
    openapi_extra=UPLOAD,
)
def bring(
    content: Upload,
    making: Changing = _WRITES,
    form: Annotated[ImportFormat, Query(alias="format", description="What the file is written in.")] = "auto",
    group: Annotated[str, Query(max_length=64, description="Whom a plain list is for.")] = EVERYONE,
) -> Response:
    """Take the rules of a file; of another product's settings lists, groups and devices too.

    All of it or nothing. What cannot be taken is reported, and does not hinder the rest. Devices need the scope
    `devices` as well.
    """
    imported = reading.read(content, form, group=group)
    if imported.devices and not making.caller.may(Scope.DEVICES):
        raise Refused(
            403,
            "the file names devices: this needs the scope devices as well",
            hint="use a token that has both",
        )

    def act(session: Session) -> Taken:
        return take(session, imported, now=int(time.time()))

    def show(taken: Taken) -> dict[str, object]:
        return ImportDone.made(imported, taken).model_dump()

    return making.change(f"import ({imported.format})", act, show)


@router.get(
    "/rules:export",
    dependencies=[_READS],
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The file.",
            "content": {"text/plain": {"schema": {"type": "string"}}, "application/json": {"schema": {}}},
        },
        **responses(401, 403, 404, 422, 503),
    },
)
def give(
    box: Box,
    form: Annotated[ExportFormat, Query(alias="format", description="What to write.")] = "adblock",
    group: Annotated[str | None, Query(max_length=64, description="Only those of this group.")] = None,
) -> StreamingResponse:
    """Your own rules as a file. What a format cannot say stands in it as a comment; JSON says all."""
    with box.works.reading() as session:
        held = rules_of(session, group)
    suffix = writing.SUFFIXES.get(form, "txt")
    headers = {"Content-Disposition": f'attachment; filename="hushgate-rules.{suffix}"'}
    kind = "application/json" if form == "json" else "text/plain; charset=utf-8"
    return StreamingResponse(_pieces(held, form), headers=headers, media_type=kind)


def _pieces(held: Imported, form: str) -> Iterator[bytes]:
    if form == "json":
        yield ours.encode(held)
        return
    piece: list[str] = []
    for line in writing.lines(held.rules, form):
        piece.append(line + "\n")
        if len(piece) == 1000:
            yield "".join(piece).encode()
            piece.clear()
    yield "".join(piece).encode()
