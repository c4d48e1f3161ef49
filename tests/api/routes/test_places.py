"""Places over HTTP."""

import pytest

from gateway.access import Scope
from tests.fakes.api import Api


def test_home_and_countries(served: Api) -> None:
    found = served.call("GET", "/v1/places?zone=Europe/Berlin", Scope.READ).json()
    assert found["home"] == {"latitude": 52.5, "longitude": 13.3667, "country": "DE"}
    assert found["countries"]["SG"] == {"latitude": 1.2833, "longitude": 103.85}


@pytest.mark.parametrize(
    "zone", ["", "UTC", "..%2F..%2Fetc%2Fpasswd", "%00", "%3Cb%3E", "Europe%2FBerlin%20"]
)
def test_what_is_no_zone_has_no_home(served: Api, zone: str) -> None:
    found = served.call("GET", f"/v1/places?zone={zone}", Scope.READ)
    assert found.status_code == 200
    assert found.json()["home"] is None


def test_what_cannot_be_asked_is_refused(served: Api) -> None:
    assert served.call("GET", f"/v1/places?zone={'x' * 101}").status_code == 422
    assert served.client.get("/v1/places").status_code == 401
