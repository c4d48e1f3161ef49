"""`/v1/places`: where countries lie. Asks nobody: the tables come with the time zones."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import scoped
from api.problems import responses
from api.schemas.places import HomePublic, PlacePublic, PlacesPublic
from gateway import places
from gateway.access import Scope

router = APIRouter(prefix="/v1/places", tags=["statistics"])

_READS = scoped(Scope.READ)

_Zone = Annotated[
    str, Query(max_length=100, description="As browsers name it: `Europe/Berlin`. Only for `home`.")
]


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422))
def read(zone: _Zone = "") -> PlacesPublic:
    """Where each country's principal city lies, and the city of a time zone."""
    home = places.home(zone)
    return PlacesPublic(
        home=HomePublic.of(home) if home else None,
        countries={code: PlacePublic.of(place) for code, place in places.places().countries.items()},
    )
