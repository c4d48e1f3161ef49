"""`/info`."""

from gateway.version import version
from tests.api.adapters.conftest import Ask
from tests.fakes.api import Api


def test_all_parts_are_of_our_version_and_up_to_date(hole: Ask) -> None:
    found = hole("GET", "/info/version").json()["version"]
    for part in ("core", "web", "ftl"):
        assert found[part]["local"]["version"] == f"v{version()}"
        assert found[part]["local"]["hash"] == found[part]["remote"]["hash"]


def test_a_login_page_is_told_no_more_than_that_we_serve_names(served: Api) -> None:
    assert served.client.get("/api/info/login").json()["dns"] is True
