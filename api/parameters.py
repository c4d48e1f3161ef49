"""Words of a query that no route knows are refused: `?dryrun=true` must not make the change."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from gateway.errors import UsageError


def check(request: Request) -> None:
    """Raises UsageError for a parameter that the request's route does not have."""
    if not request.query_params:
        return
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = frozenset(_names(route.dependant))
    for name in request.query_params:
        if name not in known:
            there = f"there are: {', '.join(sorted(known))}" if known else "this route takes none"
            raise UsageError(f"there is no parameter {name!r:.80}", hint=there)


def _names(part: Dependant) -> Iterator[str]:
    for field in part.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):  # all its fields are parameters
            for name, one in kind.model_fields.items():
                yield one.alias or name
        else:
            yield field.alias
    for deeper in part.dependencies:
        yield from _names(deeper)
