"""Where countries and a time zone's city lie, from the tables of the time zone database (package tzdata) alone."""

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

# The table's order within a country is by geography, then by people. Where that does not begin with the place that
# most of its people's data goes to, the zone to take instead.
PRINCIPAL = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
_COORDINATES = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")  # ISO 6709


class Place(msgspec.Struct, frozen=True):
    """A city."""

    latitude: float  # degrees, north and east are positive
    longitude: float
    country: str  # ISO 3166-1 alpha-2


class Places(msgspec.Struct, frozen=True):
    """What the tables say."""

    countries: dict[str, Place]  # by their code: the principal city of each
    zones: dict[str, Place]  # by their names in lower case, older names included


@cache
def places() -> Places:
    """Read once: the tables change with the package only."""
    folder = files("tzdata") / "zoneinfo"
    return read(_text(folder / "zone.tab"), _text(folder / "tzdata.zi"))


def home(zone: str) -> Place | None:
    """The city of a time zone as browsers name it; None for what is none, or has no city (UTC)."""
    return places().zones.get(zone.lower())


def read(table: str, links: str) -> Places:
    """From the text of `zone.tab` and the links in `tzdata.zi`. What is no row is passed over."""
    zones: dict[str, Place] = {}
    countries: dict[str, Place] = {}
    for line in table.splitlines():
        country, at, zone, *_ = [*line.split("\t"), "", ""]
        place = None if line.startswith("#") else _place(country, at)
        if place is not None and zone:
            zones[zone.lower()] = place
            if PRINCIPAL.get(country) == zone:
                countries[country] = place
            countries.setdefault(country, place)
    for line in links.splitlines():
        kind, target, older, *_ = [*line.split(" "), "", ""]
        if kind == "L" and target.lower() in zones:
            zones.setdefault(older.lower(), zones[target.lower()])
    return Places(countries, zones)


def _place(country: str, at: str) -> Place | None:
    found = _COORDINATES.fullmatch(at)
    if found is None:
        return None
    return Place(_degrees(*found.groups()[:4]), _degrees(*found.groups()[4:]), country)


def _degrees(sign: str, whole: str, minutes: str, seconds: str | None) -> float:
    degrees = int(whole) + int(minutes) / 60 + int(seconds or 0) / 3600
    return round(-degrees if sign == "-" else degrees, 4)


def _text(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")
