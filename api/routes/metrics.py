"""`/metrics`: for Prometheus, with a token of the scope read."""

from fastapi import APIRouter, Response

from api import metrics, readings
from api.deps import Box, scoped
from api.problems import responses
from gateway.access import Scope

router = APIRouter(tags=["health"])

_READS = scoped(Scope.READ)


@router.get(
    "/metrics",
    dependencies=[_READS],
    response_class=Response,
    responses={
        200: {
            "description": "Prometheus's text format.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **responses(401, 403),
    },
)
def read(box: Box) -> Response:
    """The box as numbers, for Prometheus."""
    return Response(metrics.text(readings.gather(box)), media_type=metrics.CONTENT_TYPE)
