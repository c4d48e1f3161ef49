"""The panel's page and what it loads. How a browser takes them: tests/browser."""

import gzip
from html.parser import HTMLParser
from pathlib import Path

import pytest

from api.built import Built
from api.headers import DATA_POLICY, PAGE_POLICY
from api.routes.pages import PAGES
from tests.fakes.api import Api
from tests.fakes.panel import FILES, build_of

MOST_SCRIPTS = 7  # of one page: each costs a way there and back
MOST_BYTES = 200_000  # of its scripts and styles, compressed; the rest of 250 kB is for data
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def pages(served: Api, tmp_path: Path) -> Api:
    """With a small build."""
    served.app.state.built = Built(build_of(tmp_path / "dist"))
    return served


@pytest.mark.parametrize(
    "path", [*PAGES, "phones/fe80::1", "lists/3/", "log/a%20b", "rules/%3Cscript%3E", "log/x.js"]
)
def test_each_of_its_addresses_is_the_panel(pages: Api, path: str) -> None:
    answer = pages.client.get(f"/{path}", headers=BROWSER)
    assert answer.status_code == 200
    assert answer.content == FILES["index.html"]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert answer.headers["cache-control"] == "no-cache"


def test_the_first_page_is_there_for_whoever_asks(pages: Api) -> None:
    assert pages.client.get("/").content == FILES["index.html"]


@pytest.mark.parametrize("path", ["/rules", "/log", "/system"])
def test_a_program_that_forgot_the_version_gets_no_page_for_its_data(pages: Api, path: str) -> None:
    answer = pages.client.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/v1" in answer.json()["hint"]
    assert answer.headers["cache-control"] == "no-store"  # nor does a browser get this one later


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/nothing",
        "/api/nothing",
        "/control/status",
        "/index.html",
        "/listing.json",
        "/sources.sha256",
        "/nothing.js",
        "/assets",
        "/assets/",
        "/assets/nothing.js",
        "/assets/a-1.js.gz",
        "/assets/a-1.js/",
    ],
)
def test_what_programs_ask_for_is_a_problem_document_for_a_browser_too(pages: Api, path: str) -> None:
    answer = pages.client.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-security-policy"] == DATA_POLICY
    assert answer.headers["cache-control"] == "no-store"  # after an update of the box it may be there


@pytest.mark.parametrize("path", ["/nothing", "/rulesx", "/Rules", "/v2/rules"])
def test_a_person_at_an_address_that_is_none_is_told_so_by_the_panel(pages: Api, path: str) -> None:
    answer = pages.client.get(
        path, headers={**BROWSER, "If-None-Match": pages.client.get("/").headers["etag"]}
    )
    assert answer.status_code == 404
    assert answer.content == FILES["index.html"]
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert answer.headers["cache-control"] == "no-store"
    for program in (pages.client.get(path), pages.client.post(path, headers=BROWSER)):
        assert program.status_code == 404
        assert program.headers["content-type"] == "application/problem+json"


def test_a_path_out_of_the_folder_is_refused(pages: Api) -> None:
    for path in (
        "/assets/%2e%2e/listing.json",
        "/assets/..%2flisting.json",
        "/assets/%00",
        "/phones/%2e%2e/x",
    ):
        assert pages.client.get(path, headers=BROWSER).status_code == 400


def test_an_asset_is_kept_for_ever_and_sent_as_small_as_the_browser_takes_it(pages: Api) -> None:
    packed = pages.client.get("/assets/a-1.js", headers={"Accept-Encoding": "gzip, deflate"})
    assert packed.status_code == 200
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(gzip.compress(FILES["assets/a-1.js"]))
    assert packed.headers["vary"] == "Accept-Encoding"
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-type"] == "text/javascript; charset=utf-8"
    plain = pages.client.get("/assets/a-1.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content == FILES["assets/a-1.js"]
    assert plain.headers["etag"] != packed.headers["etag"]


def test_what_the_browser_has_already_is_not_sent_again(pages: Api) -> None:
    first = pages.client.get("/")
    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}'):
        again = pages.client.get("/", headers={"If-None-Match": known})
        assert again.status_code == 304
        assert again.content == b""
        # A browser takes over what a 304 says: it must not take the page's rights away.
        assert again.headers["content-security-policy"] == PAGE_POLICY
        assert again.headers["cache-control"] == "no-cache"
        assert again.headers["etag"] == first.headers["etag"]
    assert pages.client.get("/", headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/icon.svg", "image/svg+xml"),
        ("/licences.txt", "text/plain; charset=utf-8"),
    ],
)
def test_files_beside_the_page_are_asked_for_anew(pages: Api, path: str, kind: str) -> None:
    answer = pages.client.get(path)
    assert answer.content == FILES[path[1:]]
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == "no-cache"


def test_a_worker_may_fetch_from_this_box(pages: Api) -> None:
    assert pages.client.get("/sw.js").headers["content-security-policy"] == PAGE_POLICY


def test_a_page_takes_nothing_but_questions(pages: Api) -> None:
    answer = pages.client.post("/rules")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


def test_a_checkout_without_a_build_says_what_builds_it(served: Api, tmp_path: Path) -> None:
    served.app.state.built = Built(tmp_path / "nothing")
    page = served.client.get("/setup", headers=BROWSER)
    assert page.status_code == 503
    assert page.headers["content-type"].startswith("text/html")
    assert "deploy/up" in page.text
    told = served.client.get("/")
    assert told.status_code == 503
    assert "deploy/up" in told.json()["detail"]
    assert served.client.get("/v1/setup").status_code == 200


def test_a_file_that_goes_while_a_new_build_comes_is_asked_for_again(served: Api, tmp_path: Path) -> None:
    served.app.state.built = Built(build_of(tmp_path / "dist"))
    (tmp_path / "dist" / "sw.js").unlink()
    answer = served.client.get("/sw.js")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


class Parts(HTMLParser):
    """What a page loads, and what it holds that its policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        url = given.get("src") or (given.get("href") if tag == "link" else None)
        if url:
            self.loaded.append(url)
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.forbidden.append(f"{tag} {given}")
        if tag == "script" and "src" not in given:
            self.forbidden.append(tag)


def test_the_real_page_and_its_parts_come_from_here(served: Api, panel_dist: Path) -> None:
    served.app.state.built = Built(panel_dist)
    parts = Parts()
    parts.feed(served.client.get("/").text)
    assert not parts.forbidden
    assert parts.loaded
    for url in (
        *parts.loaded,
        *(f"/{name}" for name in Built(panel_dist).parts() if not name.endswith(".html")),
    ):
        assert url.startswith("/")
        # What the page asks the API for at once is of whoever is logged in; here that is nobody.
        assert served.client.get(url).status_code == (401 if url.startswith("/v1/") else 200), url


def test_each_address_of_the_real_panel_names_what_it_loads_first(served: Api, panel_dist: Path) -> None:
    served.app.state.built = Built(panel_dist)
    seen = set()
    for path in ("/", *(f"/{name}/x" for name in PAGES)):
        answer = served.client.get(path, headers=BROWSER)
        assert answer.headers["content-security-policy"] == PAGE_POLICY
        parts = Parts()
        parts.feed(answer.text)
        assert not parts.forbidden
        scripts = [url for url in parts.loaded if url.endswith(".js")]
        assert 3 <= len(scripts) <= MOST_SCRIPTS
        assert not [
            url for url in scripts if "/map-" in url or "/charts-" in url
        ]  # they come when they are seen
        assert sum(_transferred(served, url) for url in parts.loaded if "/assets/" in url) <= MOST_BYTES
        seen.add(answer.headers["etag"])
    assert len(seen) == 1 + len(PAGES)


def test_an_address_without_its_own_html_is_the_common_page(served: Api, tmp_path: Path) -> None:
    files = {**FILES, "pages/log.html": b"<!doctype html><title>log</title>"}
    served.app.state.built = Built(build_of(tmp_path / "dist", files))
    assert served.client.get("/log/7", headers=BROWSER).content == files["pages/log.html"]
    assert served.client.get("/rules", headers=BROWSER).content == files["index.html"]
    assert served.client.get("/pages/log.html", headers=BROWSER).status_code == 404


def _transferred(served: Api, url: str) -> int:
    return int(served.client.get(url, headers={"Accept-Encoding": "br"}).headers["content-length"])
