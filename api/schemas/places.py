"""Places on the map."""

from typing import Self

from pydantic import BaseModel, Field

from gateway.places import Place


class PlacePublic(BaseModel):
    """Where a country's principal city lies."""

    latitude: float = Field(description="Degrees, north is positive.")
    longitude: float = Field(description="Degrees, east is positive.")

    @classmethod
    def of(cls, place: Place) -> Self:
        """From the value."""
        return cls(latitude=place.latitude, longitude=place.longitude)


class HomePublic(PlacePublic):
    """Where a time zone's city lies."""

    country: str = Field(description="ISO 3166-1.")

    @classmethod
    def of(cls, place: Place) -> Self:
        """From the value."""
        return cls(latitude=place.latitude, longitude=place.longitude, country=place.country)


class PlacesPublic(BaseModel):
    """Where the ends of a line on the map lie."""

    home: HomePublic | None = Field(description="Null for a zone that is unknown or has no city.")
    countries: dict[str, PlacePublic] = Field(description="By their code (ISO 3166-1).")
