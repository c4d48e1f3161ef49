"""Pages from this box alone. How a browser takes them: tests/live/test_panel_pages.py."""

import re
from html.parser import HTMLParser

import pytest

from tests.fakes.api import Api


class Parts(HTMLParser):
    """What a page loads, and what it holds that its policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        url = given.get("src") or (given.get("href") if tag == "link" else None)
        if url and not url.startswith("data:"):
            self.loaded.append(url)
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.forbidden.append(f"{tag} {given}")
        if tag == "script" and "src" not in given:
            self.forbidden.append(tag)


def test_the_page_and_its_parts_come_from_here_under_a_strict_policy(served: Api) -> None:
    page = served.client.get("/docs")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    parts = Parts()
    parts.feed(page.text)
    assert not parts.forbidden
    assert 'lang="en"' in page.text
    for url in parts.loaded:
        assert re.match(r"/[a-z]", url)
        got = served.client.get(url)
        assert got.status_code == 200
        assert got.headers["content-type"].startswith(("text/css", "text/javascript"))
        assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/pages/docs.js", "/docs/nothing.js", "/docs/docs.html", "/docs/swagger-ui.js.map", "/redoc"],
)
def test_there_are_no_other_files(served: Api, path: str) -> None:
    assert served.client.get(path).status_code == 404


def test_pages_are_no_part_of_the_document(served: Api) -> None:
    paths = served.client.get("/openapi.json").json()["paths"]
    assert not [path for path in paths if not path.startswith(("/v1/", "/healthz", "/readyz", "/metrics"))]
