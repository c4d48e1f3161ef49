"""Where countries lie, from tzdata's tables."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import blocklists
from gateway.places import PRINCIPAL, Place, home, places, read


@pytest.mark.parametrize(
    ("zone", "latitude", "longitude", "country"),
    [
        ("Europe/Berlin", 52.5, 13.3667, "DE"),
        ("europe/BERLIN", 52.5, 13.3667, "DE"),
        ("America/Sao_Paulo", -23.5333, -46.6167, "BR"),
        ("America/New_York", 40.7142, -74.0064, "US"),
        ("Asia/Calcutta", 22.5333, 88.3667, "IN"),  # as some browsers still call it
        ("Europe/Kiev", 50.4333, 30.5167, "UA"),
    ],
)
def test_home(zone: str, latitude: float, longitude: float, country: str) -> None:
    assert home(zone) == Place(latitude, longitude, country)


@pytest.mark.parametrize(
    "zone",
    ["", "UTC", "Etc/GMT+5", "Atlantis/Capital", "../../etc/passwd", "Europe/Berlin\0", "<script>", "ß" * 99],
)
def test_what_is_no_place_has_none(zone: str) -> None:
    assert home(zone) is None


@given(st.text(max_size=100))
def test_any_text_is_a_place_or_none(zone: str) -> None:
    assert home(zone) is None or zone.lower() in places().zones


def test_countries_are_shown_by_their_principal_city() -> None:
    found = places().countries
    assert found["RU"] == home("Europe/Moscow")
    assert found["CN"] == home("Asia/Shanghai")
    assert found["SG"] == home("Asia/Singapore")
    for country, zone in PRINCIPAL.items():  # a zone that is renamed would fall back to the first
        assert found[country] == home(zone)
    assert len(found) > 240
    for code, place in found.items():
        assert code == place.country
        assert len(code) == 2
        assert abs(place.latitude) <= 90
        assert abs(place.longitude) <= 180


def test_every_country_of_the_catalogue_is_on_the_map() -> None:
    named = {
        row.get("country", "")
        for file in blocklists.catalogue().iterdir()
        if file.name.endswith(".toml")
        for row in tomllib.loads(file.read_text(encoding="utf-8")).get("host", [])
    }
    assert named - {""} <= places().countries.keys()


@given(st.text(), st.text())
def test_any_text_is_read(table: str, links: str) -> None:
    assert isinstance(read(table, links).countries, dict)


def test_rows_that_are_none_are_passed_over() -> None:
    found = read(
        "#DE\t+5230+01322\tX\nDE\t+52\tX\nDE\nXX\t-0130-00130\tA/B\tnote\n", "L A/B C\nL D E\nL A/B\nZ"
    )
    assert found.countries == {"XX": Place(-1.5, -1.5, "XX")}
    assert found.zones.keys() >= {"a/b", "c"}
