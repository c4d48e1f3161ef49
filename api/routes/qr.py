"""`/v1/qr`: a QR code of a text, as a picture."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import qr
from api.deps import scoped
from api.problems import responses
from gateway.access import Scope

router = APIRouter(prefix="/v1", tags=["pointing"])

MAX_TEXT = 1000  # characters
_ANYBODY = scoped(*Scope)


class Svg(Response):
    """A picture."""

    media_type = "image/svg+xml"


Text = Annotated[
    str, Query(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00-\x1f\x7f]*$", description="One line.")
]


@router.get("/qr", dependencies=[_ANYBODY], response_class=Svg, responses=responses(401, 403, 422, 503))
def picture(text: Text) -> Response:
    """A QR code of this text, as SVG for an `<img>`. Secrets do not belong into an address."""
    return Svg(qr.picture(text))
